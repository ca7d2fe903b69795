package main

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/internal/plural"
	"github.com/backpropgen/backpropgen/model"
	"github.com/backpropgen/backpropgen/model/compare"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/tensors"
)

// importing are the flags of import, and of export, that no other command has.
type importing struct {
	name    string // -name
	cost    string // -cost
	output  string // -output
	sample  string // -sample
	spec    string // -spec
	acts    string // -activations
	weights string // -weights of export
	force   bool   // -f
}

// imported is a network that was read from a model's file.
type imported struct {
	model  *model.Model
	format string   // what the original computes in
	notes  []string // for the user
	table  []string // what became of which tensor, of a file of weights
	spec   *source  // that of -spec

	unsure     bool         // nothing in the file shows whether its square matrices are transposed
	transposed bool         // they were taken so
	turned     func() error // takes them the other way
}

// importCommand is the subcommand import.
func importCommand() command {
	return command{
		name: "import", args: "[-name NAME] [-o DIR] [-sample FILE] [-cost NAME] [-output NAME]\n" +
			"                          [-spec SPEC | -activations LIST] [-f] [-q] MODEL",
		summary: "convert a trained model to a spec and its parameters",
		about: `Reads a network that was trained elsewhere. Writes NAME.yaml, its spec, and NAME.safetensors, its
parameters. Then it is a network like any other. The line "weights: NAME.safetensors" in the spec makes
generate put the parameters into the package, as the variable NAMETrained. Take the line out to load them
at run time with package tensors of this module.

MODEL is one of these:

  .onnx          a chain of dense layers, opset 7 or later, as torch.onnx.export, tf2onnx, skl2onnx and
                 others write it. All usual ways to write one are read: Gemm, MatMul and Add; scalers
                 and batch normalisation, which are folded into the weights; Dropout, Flatten, Reshape;
                 functions; activations as operators or spelled out, such as x*sigmoid(x). What the
                 catalogue of activations lacks becomes a formula. Weights may be float32, float64,
                 float16 or bfloat16, in the file or beside it. A convolution, a residual connection
                 and the like are refused: the message names the node and says what could be done.
  .safetensors,  weights alone. -activations relu,softmax names an activation for each layer, and the
  .npz, .pt,     layers follow from the shapes. Or -spec names a spec, whose parameters are found by
  .pth           name, or by order and shape. A table says what went where. A tensor that is left over
                 is an error. Nothing in a .pt file, a state_dict of PyTorch, is executed.

With -sample the network is run on inputs of the original, and its outputs are compared with the
original's. The file has two tensors, x and y, with a row for each sample, as
numpy.savez("sample.npz", x=x, y=y) writes them. A difference beyond what rounding explains is an error.
A square matrix does not show whether it is transposed; with a sample both ways are tried.

The precision is that of the weights. The cost follows from the last activation: cross-entropy for softmax,
binary-cross-entropy for sigmoid, mse for all others.`,
		flags:   []string{"name", "o", "sample", "cost", "output", "spec", "activations", "f", "q"},
		example: "backpropgen import -name Iris -sample sample.npz model.onnx",
		run:     runImport,
	}
}

// runImport is the import command.
func runImport(c *call) int {
	if len(c.args) != 1 {
		return c.misused("one model, not %d", len(c.args))
	}
	path := c.args[0]
	in, code := c.readModel(path)
	if code != exitOK {
		return code
	}
	compared, code, err := c.compareSample(in)
	if err != nil {
		fmt.Fprintln(c.stderr, err)
		return code
	}
	var files []textFile
	var network spec.Network
	dir, stem := c.out, ""
	if in.spec != nil {
		network, stem = in.spec.network, strings.TrimSuffix(filepath.Base(in.spec.path), filepath.Ext(in.spec.path))
		if dir == "" {
			dir = filepath.Dir(in.spec.path)
		}
	} else {
		name, err := c.importName(path)
		if err != nil {
			return c.misused("%v", err)
		}
		network, stem = in.model.Network(name), gen.Stem(name)
		if c.importing.cost != "" {
			network.Cost = spec.Function{Name: c.importing.cost}
		}
		if err := network.Validate(); err != nil { // the cost was asked for
			fmt.Fprintf(c.stderr, "%s: -cost: %v\n", shown(path), err)
			return exitSpec
		}
		comment := fmt.Sprintf("From %s, by backpropgen import.", printable(filepath.Base(path)))
		emitted := stem + weightsEnding
		if network.Params() > spec.MaxTrained {
			emitted = ""
			in.notes = append(in.notes,
				fmt.Sprintf("the spec does not name its weights, because at most %d can be emitted; "+
					"load %s when the program runs, with package tensors", spec.MaxTrained, stem+weightsEnding))
		}
		files = append(files, textFile{stem + ".yaml", model.YAML(network, emitted, comment)})
	}
	weights, err := safetensors(in.model)
	if err != nil {
		fmt.Fprintf(c.stderr, "%s: %v\n", shown(path), err)
		return exitSpec
	}
	files = append(files, textFile{stem + weightsEnding, weights})
	if dir == "" {
		dir = "."
	}
	if code := c.writeFiles(dir, files); code != exitOK {
		return code
	}
	if !c.quiet {
		c.tellImport(in, network, dir, files, compared)
	}
	return exitOK
}

// weightsEnding ends the name of the file of parameters.
const weightsEnding = ".safetensors"

// importName is the network's name: -name, else that of the file.
func (c *call) importName(path string) (string, error) {
	if c.importing.name != "" {
		name := exported(c.importing.name)
		if err := networkNameProblem(name); err != nil {
			return "", fmt.Errorf("-name: %w", err)
		}
		return name, nil
	}
	base := filepath.Base(path)
	name := exportedFrom(strings.TrimSuffix(base, filepath.Ext(base)))
	if networkNameProblem(name) != nil {
		return "", fmt.Errorf("the name of the file %s makes no name for a network; use -name NAME", shown(path))
	}
	return name, nil
}

// exportedFrom makes an exported identifier of the words of a file's name.
func exportedFrom(text string) string {
	var b strings.Builder
	upper := true
	for _, r := range text {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		switch {
		case letter && upper:
			b.WriteString(strings.ToUpper(string(r)))
			upper = false
		case letter, r >= '0' && r <= '9' && b.Len() > 0:
			b.WriteRune(r)
		default:
			upper = true
		}
	}
	return b.String()
}

// compareSample runs the sample, if there is one, and returns what is to be said of it.
func (c *call) compareSample(in *imported) (string, int, error) {
	path := c.importing.sample
	if path == "" {
		return "", exitOK, nil
	}
	f, err := tensors.ReadFile(path)
	if err != nil {
		return "", exitIO, fmt.Errorf("-sample: %w", err)
	}
	s, err := compare.SampleOf(f, in.model.Input, in.model.Output())
	if err != nil {
		return "", exitSpec, fmt.Errorf("%s: %w", shown(path), err)
	}
	r, err := compare.Run(in.model, in.format, s)
	if err != nil {
		return "", exitSpec, fmt.Errorf("%s: %w", shown(path), err)
	}
	if !r.Fits() && in.turned != nil {
		if other, err := c.compareTurned(in, s); err != nil || other.Fits() {
			return shown(path) + ": " + other.String() + ", with matrices transposed", exitOK, err
		}
	}
	if !r.Fits() {
		return "", exitSpec, fmt.Errorf("%s: the network does not compute what the original does: %s; %s",
			shown(path), r, compare.Hint(in.model))
	}
	return shown(path) + ": " + r.String(), exitOK, nil
}

// compareTurned compares the network whose matrices are taken the other way, and leaves it so if that fits.
func (c *call) compareTurned(in *imported, s *compare.Sample) (compare.Result, error) {
	before := *in
	if err := in.turned(); err != nil {
		*in = before
		return compare.Result{Share: math.Inf(1)}, nil
	}
	r, err := compare.Run(in.model, in.format, s)
	if err != nil || !r.Fits() {
		*in = before
	}
	return r, err
}

// safetensors are the parameters as a file.
func safetensors(m *model.Model) (string, error) {
	var b strings.Builder
	err := tensors.WriteSafetensors(&b, m.Tensors(nil))
	return b.String(), err
}

// writeFiles writes files into a folder. One that is there and differs is not overwritten without -f.
func (c *call) writeFiles(dir string, files []textFile) int {
	var r report
	opened, err := openPlaces([]string{dir}, true, c.stderr)
	if err == nil {
		defer func() { opened.close(!r.failed()) }()
		err = c.recoverPlaces(opened)
	}
	if err != nil {
		r.add(exitIO, err)
		r.print(c.stderr)
		return r.code()
	}
	p := opened[folderKey(dir)]
	b := batch{place: p}
	for _, f := range files {
		next := change{name: f.name, data: []byte(f.text)}
		info, err := p.root.Lstat(f.name)
		switch {
		case err != nil: // there is none, or writing will tell
		case !info.Mode().IsRegular():
			r.addf(exitIO, "%s: %v but %s; move it away", p.show(f.name), errNotRegular, kindOf(info.Mode()))
		default:
			old, err := p.root.ReadFile(f.name)
			if err != nil {
				r.addf(exitIO, "%s: cannot be read: %s", p.show(f.name), cause(err))
			} else if !slices.Equal(old, next.data) && !c.importing.force {
				r.addf(exitIO, "%s: exists already; -f overwrites it", p.show(f.name))
			}
			next.exists, next.old, next.mode = true, old, info.Mode()
		}
		b.changes = append(b.changes, next)
	}
	if !r.failed() {
		r.add(exitIO, commitUnlessInterrupted([]batch{b}, nil))
	}
	if r.failed() {
		r.print(c.stderr)
	}
	return r.code()
}

// tellImport says what was written, how sure it is, and what to do next.
func (c *call) tellImport(in *imported, n spec.Network, dir string, files []textFile, compared string) {
	for _, note := range in.notes {
		fmt.Fprintf(c.stderr, "note: %s\n", printable(note))
	}
	for _, row := range in.table {
		fmt.Fprintln(c.stdout, printable(row))
	}
	var paths []string
	for _, f := range files {
		paths = append(paths, shown(filepath.Join(dir, f.name)))
	}
	fmt.Fprintf(c.stdout, "wrote %s\n", strings.Join(paths, ", "))
	why := "as asked"
	switch {
	case in.spec != nil:
		why = "of " + shown(in.spec.path)
	case c.importing.cost == "":
		why = "which goes with the last activation (-cost NAME for another)"
	}
	fmt.Fprintf(c.stdout, "%s %s, %s, %s: %s; cost %s, %s\n", n.Name, shortened(gen.Shape(n)),
		n.WithDefaults().Precision, plural.Of(n.Params(), "parameter"), activations(n), functionName(n.Cost), why)
	switch {
	case compared != "":
		fmt.Fprintln(c.stdout, compared)
	case in.unsure:
		fmt.Fprintln(c.stderr,
			"NOT COMPARED with the original: some matrices are square, and nothing shows whether they are "+
				"transposed;\ngive inputs and outputs of the original with -sample FILE")
	case in.table != nil:
		fmt.Fprintln(c.stderr, "NOT COMPARED with the original: a file of weights does not show its activations;\n"+
			"give inputs and outputs of the original with -sample FILE")
	default:
		fmt.Fprintln(c.stderr, "not compared with the original; give inputs and outputs of it with -sample FILE")
	}
	specPath := filepath.Join(dir, files[0].name)
	if in.spec != nil {
		specPath = in.spec.path
		c.tellElsewhere(in.spec, filepath.Join(dir, files[0].name))
	}
	fmt.Fprintf(c.stdout, "\nnext:\n\n    backpropgen generate %s\n    go test %s\n", shellWord(specPath),
		shellWord(goFolder(filepath.Dir(specPath))))
}

// tellElsewhere says that the parameters that were written are not those that a spec names, so that generate would emit
// others or none.
func (c *call) tellElsewhere(s *source, written string) {
	folder := filepath.Dir(s.path)
	if named := s.network.Weights; named != "" {
		if filepath.Join(folder, filepath.FromSlash(named)) != filepath.Clean(written) {
			fmt.Fprintf(c.stderr, "note: %s names other weights, %s; generate emits these\n", shown(s.path), shown(named))
		}
		return
	}
	path, err := filepath.Rel(folder, written)
	if err != nil || !filepath.IsLocal(path) {
		fmt.Fprintf(c.stderr, "note: %s names no weights; to emit these, copy %s beside it and name it there\n",
			shown(s.path), shown(written))
		return
	}
	fmt.Fprintf(c.stderr, "note: %s names no weights; to emit these, write \"weights: %s\" in it\n", shown(s.path),
		printable(filepath.ToSlash(path)))
}

// goFolder is a folder as the go command takes it.
func goFolder(dir string) string {
	if dir == "." || filepath.IsAbs(dir) || strings.HasPrefix(dir, "..") {
		return dir
	}
	return "./" + filepath.ToSlash(dir)
}

// activations lists those of a network, repeated ones once.
func activations(n spec.Network) string {
	const most = 8
	var list []string
	for _, l := range n.Layers {
		list = append(list, functionName(l.Activation))
	}
	if len(list) > most {
		list = slices.Concat(list[:most/2], []string{"…"}, list[len(list)-most/2:])
	}
	return strings.Join(list, ", ")
}

// functionName is an activation or a cost in a few words.
func functionName(f spec.Function) string {
	switch {
	case f.Expr != "":
		return "{" + f.Expr + "}"
	case f.Name == "":
		return "identity"
	}
	return f.Name
}
