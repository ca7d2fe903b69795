package main

// commands lists the subcommands in the order help shows them. It is a function because help is one of them.
func commands() []command {
	return []command{
		{
			name: "generate", args: "[-o DIR] [-pkg NAME] [-q] [-watch] SPEC...",
			summary: "write the Go files of networks (default: beside each spec)",
			about: `Reads specs and writes the Go files of each network. For iris.yaml with "name: Iris" these are

  iris_gen.go         the kernels
  iris_amd64_gen.s    assembly for amd64, and iris_arm64_gen.s for arm64, unless the spec has "targets: []";
                      iris_amd64_gen.go and iris_arm64_gen.go call it, and iris_noasm_gen.go takes their
                      place on other processors
  iris_store_gen.go   saves and loads the network
  iris_team_gen.go    spreads batches over several cores
  iris_gen_test.go    a test against the reference, and benchmarks; iris_levels_gen_test.go
                      lets it go through the instruction sets of a processor

The kernels need none of the last three. A spec with "emit: [forward]", for example, leaves them out.
'backpropgen help spec' says what a spec may hold.

All files are made and type-checked in memory first. On any error nothing is written. A file that is up
to date is not touched. A file that backpropgen did not make is never overwritten, unless it is empty.

A file that the spec no longer produces is removed. Under go generate it is only emptied, because go
generate fails when a file that it has listed is gone; the next run removes it. A file whose spec is gone
stays until somebody deletes it: generate prints a note, and check exits 4.

A note says what to run when the module, or its vendor folder, lacks what the files import. A network that
can learn nothing, such as one that ends in the softmax of a single unit, is generated with a warning.

With -watch, generate keeps running. It generates again whenever a spec, or the file of weights that it names,
changes, appears or goes. It prints a mistake and waits for the next change. A pattern in quotes, such as
'nets/*.yaml', also finds specs that come later. Ctrl-C ends it with exit code 0.

Networks may share a package. The names of their tests and benchmarks then carry the network's name,
unless the network has the package's name. If networks share a folder other than that of their specs
(-o), name them all on one command line, so that each is made with the others in view.

Generate keeps what it makes, at most 128 MB, in the folder backpropgen of the user's cache folder. So it
takes little time to generate or check a network again. To use another folder, set BACKPROPGEN_CACHE in the
environment to its absolute path; "off" keeps nothing.`,
			flags:   []string{"o", "pkg", "q", "watch"},
			example: "//go:generate go tool backpropgen generate iris.yaml",
			run:     runGenerate,
		},
		{
			name: "check", args: "[-o DIR] [-pkg NAME] [-d] [-q] SPEC|DIR...",
			summary: "exit 4 if emitted files are missing, stale, orphaned or edited by hand",
			about: `Compares the files in place with what generate would write, and changes none of them. What it generates
for that is kept, as by generate. Prints one line for each difference:

  missing     there is no such file
  stale       the spec, its package or its neighbours changed, or another version of backpropgen made the
              file; the message then names that version
  edited      somebody changed the file: the checksum in its second line no longer fits
  empty       the file is empty
  cut short   the file ends too early
  orphaned    the spec of the file is gone, or no longer produces it

Give specs the same flags as generate. A folder, with or without /..., stands for everything in it and
below it:

  - what its go:generate lines with 'backpropgen generate' make, with the flags of that line;
  - every spec that has emitted files in its own folder. A spec without any is skipped.

Skipped as by the go command: testdata, vendor, folders that begin with . or _, and other modules.

With -d, a unified diff follows on standard output for each file that differs. Lines with - are in the
file, lines with + are what generate would write. The exit codes are the same.`,
			flags:   []string{"o", "pkg", "d", "q"},
			example: "backpropgen check ./...",
			run:     runCheck,
		},
		{
			name: "explain", args: "[-inputs LO,HI] [-weights LO,HI] [-biases LO,HI] [-targets LO,HI]\n" +
				"                           [-measure] SPEC...",
			summary: "print the plan: buffers, passes, costs, rounding errors, memory, code size",
			about: `Prints how a network is computed and what that costs. Writes no file. It prints

  - what each activation and the cost compute, and their derivatives where there is a choice;
  - what is kept of each layer, and what each cache mode would keep and take;
  - the operations of one call of each function;
  - of assembly: which functions have it at which level, predicted cycles, and calls per function;
  - bounds on rounding errors;
  - the buffers, and every function as equations, with the derivatives that were found.

The bounds hold for all inputs, weights, biases and targets within the ranges given. They are for the worst
case, in which all errors add up. Narrow ranges, such as those of trained weights, have small bounds.

With -measure it prints instead how long every variant of every function takes on this machine: portable
Go, and all code that was tried for AVX2 and AVX-512. Generate emits those variants that are faster on some
processor. Beside each time is the predicted time. For functions of one sample there is also the time of
plain loops that only read and write the same matrices. It marks the variant that runs here, and says where
another one is faster by more than 5 %. It needs the Go command, but no internet connection, and takes about
ten seconds for a small network. Ctrl-C ends it and leaves nothing behind. GODEBUG=cpu.avx512f=off measures
as on a processor without AVX-512.

SPEC may be - for standard input.`,
			flags:   []string{"inputs", "weights", "biases", "targets", "measure"},
			example: "backpropgen explain iris.yaml",
			run:     runExplain,
		},
		{
			name: "init", args: "[-pkg NAME] [NAME]",
			summary: "write a starting spec, a generate.go, a test and a .gitattributes",
			about: `Writes four files into the working directory: a small network's spec with comments (NAME.yaml, in lower
case), a generate.go with the go:generate line, a test that trains the network, and a .gitattributes that
keeps generated files out of reviews. The network learns exclusive or: replace the spec and the test with
your own.

Nothing that exists is overwritten. A generate.go stays as it is. A .gitattributes gets the lines that it
lacks, at its end.

NAME is the network's name, an exported Go identifier. Without it, it is made of the folder's name; where
that can't be done it is Net.`,
			flags:   []string{"pkg"},
			example: "backpropgen init Xor",
			run:     runInit,
		},
		{
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
		},
		{
			name: "export", args: "[-o FILE] [-weights FILE] [-f] [-q] SPEC",
			summary: "write a network with its parameters as ONNX, safetensors or npz",
			about: `Writes a network for other tools. The parameters come from the file that the spec names with "weights:", or
from the file that -weights names. That is a file of package tensors of this module, with the names W1, b1,
W2, …, or one with the names of PyTorch.

  .onnx          a graph of opset 17 with an input x of shape [N, inputs] and an output y. Import makes the
                 same network of it, bit for bit. onnxruntime has no Atan and no Erf in float64.
  .safetensors,  the parameters under the names of an nn.Sequential of PyTorch in which every layer is
  .npz           followed by its activation: 0.weight, 0.bias, 2.weight, 2.bias, … There:

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
			about: `Prints the JSON Schema (2020-12) of specs. Editors complete and check specs with it.

A YAML language server, as in VS Code or Neovim, finds it by the first line of the spec, which init writes:
a comment, # yaml-language-server: $schema= and the address of the schema. Where that address can't be
reached, save the schema beside the spec and name the file instead:

  backpropgen schema > backpropgen.schema.json
  # yaml-language-server: $schema=backpropgen.schema.json

For specs in JSON, name the file in the editor's settings, such as json.schemas of VS Code.

The schema refuses what generate refuses, but for a few mistakes that no schema can see, such as a mistake
in a formula.`,
			example: "backpropgen schema > backpropgen.schema.json",
			run:     runSchema,
		},
		{
			name:    "version",
			summary: "print the version",
			about: "Prints the version that emitted files name, and the Go that built the command. If the module has another\n" +
				"version, or it was built from a revision, it prints that too.",
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
