package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/model"
	"github.com/backpropgen/backpropgen/model/compare"
	"github.com/backpropgen/backpropgen/model/onnx"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/tensors"
)

// importing are the flags of import that no other command has.
type importing struct {
	name   string // -name
	cost   string // -cost
	output string // -output
	sample string // -sample
	force  bool   // -f
}

// imported is a network that was read from a model's file.
type imported struct {
	model  *model.Model
	format string   // what the original computes in
	notes  []string // for the user
	unsure bool     // only a sample can tell that it is right
}

// runImport is the import command.
func runImport(c *call) int {
	if len(c.args) != 1 {
		return c.misused("one model, not %d", len(c.args))
	}
	path := c.args[0]
	name, err := c.importName(path)
	if err != nil {
		return c.misused("%v", err)
	}
	in, code, err := c.readModel(path)
	if err != nil {
		fmt.Fprintf(c.stderr, "%s: %v\n", shown(path), err)
		return code
	}
	network := in.model.Network(name)
	if c.importing.cost != "" {
		network.Cost = spec.Function{Name: c.importing.cost}
	}
	if err := network.Validate(); err != nil { // the cost was asked for
		fmt.Fprintf(c.stderr, "%s: -cost: %v\n", shown(path), err)
		return exitSpec
	}
	compared, code, err := c.compareSample(in)
	if err != nil {
		fmt.Fprintln(c.stderr, err)
		return code
	}
	stem := newStart(name, "").stem
	files, err := importFiles(in.model, network, stem, filepath.Base(path))
	if err != nil {
		fmt.Fprintf(c.stderr, "%s: %v\n", shown(path), err)
		return exitSpec
	}
	if code := c.writeImport(files); code != exitOK {
		return code
	}
	if !c.quiet {
		c.tellImport(in, network, stem, compared)
	}
	return exitOK
}

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

// readModel reads a model by the ending of its name.
func (c *call) readModel(path string) (in *imported, code int, err error) {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".onnx":
		return c.readONNX(path)
	}
	return nil, exitUsage, errors.New("a model's name ends in .onnx")
}

// readLimited reads a file of at most so many bytes.
func readLimited(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, errors.New(cause(err))
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, errors.New(cause(err))
	case info.IsDir():
		return nil, errors.New("is a folder; name the model's file in it")
	case info.Size() > most:
		return nil, fmt.Errorf("has %d bytes; at most %d are allowed", info.Size(), most)
	}
	data, err := io.ReadAll(io.LimitReader(f, most))
	if err != nil {
		return nil, errors.New(cause(err))
	}
	return data, nil
}

func (c *call) readONNX(path string) (*imported, int, error) {
	data, err := readLimited(path, onnx.MaxFileBytes)
	if err != nil {
		return nil, exitIO, err
	}
	folder, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return nil, exitIO, errors.New(cause(err))
	}
	defer folder.Close()
	r, err := onnx.Read(data, onnx.Options{Folder: folder.FS(), Output: c.importing.output})
	if err != nil {
		return nil, exitSpec, err
	}
	return &imported{model: r.Model, format: r.Type, notes: r.Notes}, exitOK, nil
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
	if !r.Fits() {
		return "", exitSpec, fmt.Errorf("%s: the network does not compute what the original does: %s; %s",
			shown(path), r, compare.Hint(in.model))
	}
	return shown(path) + ": " + r.String(), exitOK, nil
}

// importFiles are the spec and the parameters.
func importFiles(m *model.Model, n spec.Network, stem, from string) ([]textFile, error) {
	weights := stem + ".safetensors"
	text := model.YAML(n, "", fmt.Sprintf("From %s, by backpropgen import; its parameters are in %s.", printable(from), weights))
	if _, err := spec.Decode(stem+".yaml", []byte(text)); err != nil {
		return nil, err
	}
	var b strings.Builder
	if err := tensors.WriteSafetensors(&b, m.Tensors(nil)); err != nil {
		return nil, err
	}
	return []textFile{{stem + ".yaml", text}, {weights, b.String()}}, nil
}

// writeImport writes the files into the folder of -o.
func (c *call) writeImport(files []textFile) int {
	dir := c.out
	if dir == "" {
		dir = "."
	}
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
func (c *call) tellImport(in *imported, n spec.Network, stem, compared string) {
	for _, note := range in.notes {
		fmt.Fprintf(c.stderr, "note: %s\n", printable(note))
	}
	dir := filepath.Clean(c.out)
	specPath := filepath.Join(dir, stem+".yaml")
	why := "that which goes with the last activation; -cost NAME names another"
	if c.importing.cost != "" {
		why = "as asked"
	}
	fmt.Fprintf(c.stdout, "wrote %s, %s\n", shown(specPath), shown(filepath.Join(dir, stem+".safetensors")))
	fmt.Fprintf(c.stdout, "%s %s, %s, %d parameters: %s; cost %s, %s\n", n.Name, shortened(gen.Shape(n)), n.Precision,
		n.Params(), activations(n), functionName(n.Cost), why)
	switch {
	case compared != "":
		fmt.Fprintln(c.stdout, compared)
	case in.unsure:
		fmt.Fprintln(c.stderr, "NOT COMPARED with the original: shapes alone do not show a transposed matrix or a wrong activation; "+
			"-sample FILE, with inputs and outputs of the original, does")
	default:
		fmt.Fprintln(c.stderr, "not compared with the original; -sample FILE, with inputs and outputs of it, does that")
	}
	fmt.Fprintf(c.stdout, "\nnext:\n\n    backpropgen generate %s\n    go test %s\n", shellWord(specPath), shellWord(goFolder(dir)))
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
