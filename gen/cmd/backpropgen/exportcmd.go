package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/internal/plural"
	"github.com/backpropgen/backpropgen/model"
	"github.com/backpropgen/backpropgen/model/onnx"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/tensors"
)

// exportFormat is a kind of file.
type exportFormat struct {
	ending string
	write  func(io.Writer, *model.Model) error
}

// exportFormats are the files that export writes, by the endings of their names.
var exportFormats = []exportFormat{
	{".onnx", func(w io.Writer, m *model.Model) error {
		data, err := onnx.Marshal(m)
		if err == nil {
			_, err = w.Write(data)
		}
		return err
	}},
	{".safetensors", func(w io.Writer, m *model.Model) error { return tensors.WriteSafetensors(w, m.TorchTensors()) }},
	{".npz", func(w io.Writer, m *model.Model) error { return tensors.WriteNPZ(w, m.TorchTensors()) }},
}

// exportCommand is the subcommand export.
func exportCommand() command {
	return command{
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
	}
}

// runExport is the export command.
func runExport(c *call) int {
	if len(c.args) != 1 {
		return c.misused("one spec, not %d", len(c.args))
	}
	out := c.out
	if out == "" {
		out = strings.TrimSuffix(c.args[0], filepath.Ext(c.args[0])) + ".onnx"
	}
	at := slices.IndexFunc(exportFormats, func(f exportFormat) bool {
		return strings.EqualFold(filepath.Ext(out),
			f.ending)
	})
	if at < 0 {
		return c.misused("-o: the name of the file ends in .onnx, .safetensors or .npz, not as in %s", shown(out))
	}
	s, code, err := load(c.args[0])
	if err != nil {
		fmt.Fprintln(c.stderr, err)
		return code
	}
	m, code, err := c.exported(s)
	if err != nil {
		fmt.Fprintln(c.stderr, err)
		return code
	}
	var b bytes.Buffer
	if err := exportFormats[at].write(&b, m); err != nil {
		fmt.Fprintf(c.stderr, "%s: %v\n", shown(out), err)
		return exitSpec
	}
	file := textFile{filepath.Base(out), b.String()}
	if code := c.writeFiles(filepath.Dir(out), []textFile{file}); code != exitOK {
		return code
	}
	if !c.quiet {
		fmt.Fprintf(c.stdout, "wrote %s: %s, %s, %s\n", shown(out), s.network.Name,
			plural.Of(s.network.Params(), "parameter"), plural.Of(b.Len(), "byte"))
	}
	return exitOK
}

// exported is the network of a spec with its parameters.
func (c *call) exported(s *source) (*model.Model, int, error) {
	n, folder := s.network, s.files()
	path := c.importing.weights
	if path != "" {
		n.Weights, folder = filepath.Base(path), beside(filepath.Dir(path))
		if ext := filepath.Ext(path); !strings.EqualFold(ext, weightsEnding) && !strings.EqualFold(ext, ".npz") {
			return nil, exitUsage, fmt.Errorf("-weights %s: the name ends in .safetensors or .npz", shown(path))
		}
	}
	if n.Weights == "" {
		return nil, exitUsage, fmt.Errorf("%s: nothing says where its parameters are; use -weights FILE, "+
			"or write \"weights: FILE\" in it",
			shown(s.path))
	}
	params, err := gen.Trained(n, folder)
	switch list := (spec.ErrorList)(nil); {
	case err != nil && path == "":
		code, err := refused(s, err)
		return nil, code, err
	case errors.As(err, &list):
		return nil, exitSpec, fmt.Errorf("-weights: %s", list[0].Message)
	case err != nil:
		return nil, exitIO, fmt.Errorf("%s: %w", shown(path), err)
	}
	n.Weights = "" // which only small networks may name
	m, err := model.Of(n, params)
	if err != nil {
		return nil, exitSpec, fmt.Errorf("%s: %w", shown(s.path), err)
	}
	return m, exitOK, nil
}
