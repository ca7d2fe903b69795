package main

import (
	"fmt"
	"strings"
)

const exitCodes = `Exit codes: 0 ok · 1 internal or I/O · 2 usage · 3 spec or model · 4 stale (check only).
When several things fail all are reported and the smallest code is returned.
`

// flagHelp describes the flags. Commands share them; one to which a flag means something else has its
// own description.
var flagHelp = map[string]string{
	"o": "-o DIR      folder of the emitted files (default: beside each spec); generate makes it",
	"pkg": "-pkg NAME   the Go package of the files; without it the first of: the spec's package, $GOPACKAGE\n" +
		"              (set by go generate; for files of the working directory), the package of the Go files in\n" +
		"              the folder, the folder's name",
	"q":       "-q          print nothing but errors",
	"watch":   "-watch      stay, and generate again whenever a spec or its file of weights changes; Ctrl-C ends it",
	"d":       "-d          print how stale files differ from what generate would write, as gofmt -d does",
	"inputs":  "-inputs LO,HI    range of x for the bounds on rounding errors (default: -1,1)",
	"weights": "-weights LO,HI   range of the weights (default: -1,1)",
	"biases":  "-biases LO,HI    range of the biases (default: that of the weights)",
	"targets": "-targets LO,HI   range of y " +
		"(default: 0,1 for the cross-entropies, for that of softmax with a sum of 1;\n              else -1,1)",
	"import o":    "-o DIR      folder of the two files (default: the working directory); import makes it",
	"name":        "-name NAME  the network's name (default: that of the file, as a Go identifier)",
	"cost":        "-cost NAME  the cost to train with (default: that which goes with the last activation)",
	"output":      "-output NAME   the value of an ONNX graph that is the network's output (default: the graph's)",
	"sample":      "-sample FILE   inputs and outputs of the original, .npz or .safetensors, to be compared",
	"spec":        "-spec SPEC     the network that a file of weights belongs to; then only the parameters are written",
	"activations": "-activations LIST   the activations of the layers of a file of weights, such as relu,softmax",
	"f":           "-f          overwrite files that are there",
	"init pkg": "-pkg NAME   the package clause; without it that of the Go files in the folder, or " +
		"else the folder's name",
}

// commands lists the subcommands in the order help shows them. It is a function because help is one of them.
func commands() []command {
	return []command{
		{
			name: "generate", args: "[-o DIR] [-pkg NAME] [-q] [-watch] SPEC...",
			summary: "write the Go files of networks (default: beside each spec)",
			about: `Reads specs and writes, for each network, its Go package files: iris.yaml with "name: Iris" becomes
iris_gen.go with its kernels, iris_gen_test.go with their test, iris_store_gen.go, which saves and loads
it, and iris_team_gen.go, which spreads batches over several cores; kernels need neither. With targets:
[amd64], the default, iris_amd64_gen.s has assembly, iris_amd64_gen.go calls it, and iris_noasm_gen.go
stands in for it elsewhere. With emit: [forward] and the like only what is named is written. What a spec
may hold, from layers and their activations to pooling and formulas of your own, is told by 'backpropgen
help spec'. A network that can learn nothing, such as one that ends in the softmax of a single unit, is
generated with a warning.

Everything is worked out and type-checked in memory first, for all specs. On any error nothing is
written; files that are up to date are not touched; a file that backpropgen did not make is never
overwritten, unless it is empty. A file that an earlier run made from the same spec and that the spec no
longer produces is removed; one whose spec is gone stays, with a note, until somebody deletes it, and
check exits 4. Under go generate a Go file is not removed but emptied, because go generate fails when a
file is gone that it has listed; the next run removes it. A pattern such as *.yaml that nobody expanded
is expanded.

When the folder's module, or its vendor folder, lacks what the files import, a note says what to run.

With -watch it stays and generates again whenever a spec, or the file of weights that it names, changes,
appears or goes. A mistake is printed, and it waits for the next change. A pattern in quotes, such as
'nets/*.yaml', also finds specs that come later. Ctrl-C ends it with exit code 0.

Networks may share a package. Then the names of their tests and benchmarks carry the network's
name (all but those of a network named like the package). Give networks that share a folder other than
their specs' (-o) on one command line: only then does each know of the others.`,
			flags:   []string{"o", "pkg", "q", "watch"},
			example: "//go:generate go tool backpropgen generate iris.yaml",
			run:     runGenerate,
		},
		{
			name: "check", args: "[-o DIR] [-pkg NAME] [-d] [-q] SPEC|DIR...",
			summary: "exit 4 if emitted files are missing, stale, orphaned or edited by hand",
			about: `Compares the files in place with what generate would write, and writes nothing. Every difference is
one line:

  missing       there is no such file
  stale         the spec, its package or its neighbours changed since, or another version of backpropgen
                made the file, which the message then names
  edited        the file is not what was written: its second line has a checksum
  empty         nothing is left of the file, or,
  cut short     no more than the beginning of what is written
  orphaned      made from a spec that is gone, or that no longer produces this file

With -d it also prints, on standard output, a unified diff for each file that is there and differs: lines
with - are in the file, lines with + are what generate would write. The exit codes are the same.

Use the flags of generate for specs.

A folder, with /... behind it or without, stands for all that is in it and below, but for what ./... of
the go command leaves out: testdata, vendor, folders that begin with . or _, and other modules. There
every go:generate line is checked that runs 'backpropgen generate', with its flags, and beside those
every spec that has emitted files in its own folder. Any other spec is left out: nothing says that
files are wanted of it.`,
			flags:   []string{"o", "pkg", "d", "q"},
			example: "backpropgen check ./...",
			run:     runCheck,
		},
		{
			name: "explain", args: "[-inputs LO,HI] [-weights LO,HI] [-biases LO,HI] [-targets LO,HI] SPEC...",
			summary: "print the plan: buffers, passes, costs, rounding errors, memory, code size",
			about: `Prints how a network would be computed and what that costs, and writes no file: what each activation,
pool or formula and the cost compute, with the convention where a derivative does not exist; what is
kept of each layer; the operations of a call of each function; what each cache mode would keep and take;
how large rounding errors can get; the buffers; and each function as equations, with the derivatives that
were found. Of assembly it prints which functions have some of which level, the cycles that are predicted, and
how many calls a function takes. SPEC may be - for standard input. What a spec may hold: backpropgen help
spec.

The bounds on rounding errors hold for every input, weight, bias and target within ranges. They are those
of the worst case, in which all errors add up; narrower ranges, such as those of a trained network, have
much smaller ones.`,
			flags:   []string{"inputs", "weights", "biases", "targets"},
			example: "backpropgen explain iris.yaml",
			run:     runExplain,
		},
		{
			name: "init", args: "[-pkg NAME] [NAME]",
			summary: "write a starting spec, a generate.go, a test and a .gitattributes",
			about: `Writes, in the working directory, a small network's commented spec (NAME in lower case, .yaml), a
generate.go with the go:generate line, and a test that trains the network. It learns exclusive or,
whatever its name: change the spec and the test into yours. A .gitattributes keeps generated files
out of reviews. Nothing that exists is overwritten: a generate.go stays as it is, and a .gitattributes
gets the lines that it lacks, behind its own. NAME is the network's name, an exported Go identifier;
without it the folder's name is made into one, or else it is Net.`,
			flags:   []string{"pkg"},
			example: "backpropgen init Xor",
			run:     runInit,
		},
		{
			name: "import", args: "[-name NAME] [-o DIR] [-sample FILE] [-cost NAME] [-output NAME]\n" +
				"                          [-spec SPEC | -activations LIST] [-f] [-q] MODEL",
			summary: "make a spec and its parameters of a model trained elsewhere",
			about: `Reads a network that was trained elsewhere and writes NAME.yaml, a spec of it, and NAME.safetensors,
its parameters under the names W1, b1, W2, …; NAME in lower case. From there on it is a network like any
other. By its line "weights: NAME.safetensors" generate puts the parameters into the package, as the variable
NAMETrained; take the line out to load them at run time, by package tensors of this module.

MODEL is an ONNX file (.onnx), of opset 7 or later, as torch.onnx.export, tf2onnx, skl2onnx and others write
it: a chain of dense layers. Gemm and MatMul are such layers, also with their weights transposed, scaled,
cast or computed; arithmetic, scalers and batch normalisation before, between and behind them are folded
into weights, in float64, and rounded once; Dropout, Flatten, Reshape and the like are seen through;
functions are inlined; activations are found also where they are spelled out, such as x*sigmoid(x), and
what the catalogue lacks becomes a formula. Weights may be in float32, float64, float16 or bfloat16, in the
file or beside it. What is no such chain, such as a convolution, a residual connection or attention, is
refused with the name of the node and what could be done, and nothing is written.

MODEL may also be a file of weights alone: .safetensors, .npz, or a state_dict of PyTorch (.pt, .pth; nothing
in it is executed). It tells no activations: -activations relu,softmax names one for each layer, and the
layers follow from the shapes; or -spec names a spec, whose parameters are found by name, or by order and
shape. A table says what went where, and anything that is left over is an error. Of a square matrix nothing
shows whether it is transposed: give a -sample, with which both ways are tried.

The precision is that of the weights. The cost follows from the last activation: cross-entropy for softmax,
binary-cross-entropy for sigmoid, mse for all others.

With -sample the network is run on inputs of the original and compared with its outputs: two tensors x and y,
a row for each sample, such as numpy.savez("sample.npz", x=x, y=y) writes. Differences beyond what rounding
explains are an error.`,
			flags:   []string{"name", "o", "sample", "cost", "output", "spec", "activations", "f", "q"},
			example: "backpropgen import -name Iris -sample sample.npz model.onnx",
			run:     runImport,
		},
		{
			name: "export", args: "[-o FILE] [-weights FILE] [-f] [-q] SPEC",
			summary: "write a network with its parameters as ONNX, safetensors or npz",
			about: `Writes a network that was trained here for other tools. The parameters come from the file that
the spec names with weights:, or that -weights names: what package tensors of this module saved, with W1, b1,
W2, …, or a file with the names of PyTorch.

  .onnx          a graph of opset 17: input x of shape [N, inputs], output y, a Gemm for each layer and its
                 activation as an operator, or as several where ONNX has none; formulas likewise. Import makes
                 the same network of it, bit for bit. onnxruntime has no Atan and no Erf in float64.
  .safetensors,  the parameters under the names that an nn.Sequential of PyTorch has for them where every
  .npz           layer is followed by its activation: 0.weight, 0.bias, 2.weight, 2.bias, … There

                     net = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3), nn.Softmax(dim=1))
                     net.load_state_dict(safetensors.torch.load_file("iris.safetensors"))

In Go, model/onnx.Marshal writes the same.`,
			flags:   []string{"o", "weights", "f", "q"},
			example: "backpropgen export -weights trained.safetensors -o iris.onnx iris.yaml",
			run:     runExport,
		},
		{
			name:    "schema",
			summary: "print the JSON Schema of specs, for editors",
			about: `Prints a JSON Schema (2020-12) of what a spec may hold. Editors check and complete specs by it.

A YAML language server, as in VS Code or Neovim, finds it by the first line of the spec. Init writes it: a
comment, # yaml-language-server: $schema= and the address of the schema, which is also the schema's $id.
Where that address cannot be reached, save the schema beside the spec and name the file instead:

  backpropgen schema > backpropgen.schema.json
  # yaml-language-server: $schema=backpropgen.schema.json

For specs in JSON, give the file to the editor's settings, such as json.schemas of VS Code.

The schema refuses what generate refuses, but for a few mistakes that a schema cannot see, such as one in a
formula.`,
			example: "backpropgen schema > backpropgen.schema.json",
			run:     runSchema,
		},
		{
			name:    "version",
			summary: "print the version",
			about: "Prints the version that emitted files name, " +
				"that of the module or the revision it was built from if\nthat is another, and that of the Go toolchain that built it.",
			example: "backpropgen version",
			run:     runVersion,
		},
		{
			name: "help", args: "[COMMAND | spec]",
			summary: "print this, how to use a command, or what a spec may hold",
			about:   "Prints the list of commands, or how to use one of them, or with 'spec' what a spec may hold.",
			example: "backpropgen help generate",
			run:     runHelp,
		},
	}
}

// usage returns the list of commands.
func usage() string {
	var b strings.Builder
	b.WriteString("Backpropgen turns network specs into fast, allocation-free Go: forward and backward functions\n" +
		"specialised to one network each.\n\nUsage: backpropgen COMMAND [ARGUMENTS]\n\n")
	for _, c := range commands() {
		fmt.Fprintf(&b, "  %-9s %s\n", c.name, c.summary)
	}
	b.WriteString("\nTo begin: backpropgen init Xor\nMore: backpropgen help COMMAND\n" +
		"What a spec may hold: backpropgen help spec\n\n" + exitCodes)
	return b.String()
}

// help returns how to use one command.
func help(c command) string {
	var b strings.Builder
	b.WriteString(strings.TrimSpace("Usage: backpropgen "+c.name+" "+c.args) + "\n\n" + c.about + "\n")
	b.WriteString("\nFlags:\n")
	for _, name := range c.flags {
		text, ok := flagHelp[c.name+" "+name]
		if !ok {
			text = flagHelp[name]
		}
		b.WriteString("  " + text + "\n")
	}
	b.WriteString("  -h          print this\n")
	b.WriteString("\nExample: " + c.example + "\n\n" + exitCodes)
	return b.String()
}

// runHelp is the help command.
func runHelp(c *call) int {
	switch len(c.args) {
	case 0:
		fmt.Fprint(c.stdout, usage())
		return exitOK
	case 1:
		if c.args[0] == specTopic {
			fmt.Fprint(c.stdout, helpSpec())
			return exitOK
		}
		cmd, ok := lookup(c.args[0])
		if !ok {
			return c.misused("no command %s%s", shown(c.args[0]), commandHint(c.args[0]))
		}
		fmt.Fprint(c.stdout, help(cmd))
		return exitOK
	}
	return c.misused("one command at most, not %d", len(c.args))
}
