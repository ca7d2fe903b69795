package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

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

// runExport is the export command.
func runExport(c *call) int {
	if len(c.args) != 1 {
		return c.misused("one spec, not %d", len(c.args))
	}
	out := c.out
	if out == "" {
		out = strings.TrimSuffix(c.args[0], filepath.Ext(c.args[0])) + ".onnx"
	}
	at := slices.IndexFunc(exportFormats, func(f exportFormat) bool { return strings.EqualFold(filepath.Ext(out), f.ending) })
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
		fmt.Fprintf(c.stdout, "wrote %s: %s, %d parameters, %d bytes\n", shown(out), s.network.Name, s.network.Params(), b.Len())
	}
	return exitOK
}

// exported is the network of a spec with its parameters.
func (c *call) exported(s *source) (*model.Model, int, error) {
	path := c.importing.weights
	if path == "" {
		return nil, exitUsage, fmt.Errorf("%s: nothing says where its parameters are; use -weights FILE", shown(s.path))
	}
	f, err := tensors.ReadFile(path)
	var outside *fs.PathError
	switch {
	case errors.As(err, &outside):
		return nil, exitIO, fmt.Errorf("%s: %s", shown(path), cause(err))
	case err != nil:
		return nil, exitSpec, err
	}
	var wanted []tensors.Wanted
	for i, l := range s.network.Layers {
		wanted = append(wanted, tensors.Wanted{Name: fmt.Sprint("W", i+1), Shape: []int{l.Dense, s.network.Width(i)}})
		if !l.NoBias {
			wanted = append(wanted, tensors.Wanted{Name: fmt.Sprint("b", i+1), Shape: []int{l.Dense}})
		}
	}
	picked, err := f.Pick(wanted)
	if err != nil {
		return nil, exitSpec, fmt.Errorf("%s: %w", shown(path), err)
	}
	var params []float64
	for _, t := range picked {
		values, err := numbersOf(t, s.network.WithDefaults().Precision)
		if err != nil {
			return nil, exitSpec, fmt.Errorf("%s: %w", shown(path), err)
		}
		params = append(params, values...)
	}
	m, err := model.Of(s.network, params)
	if err != nil {
		return nil, exitSpec, fmt.Errorf("%s: %w", shown(path), err)
	}
	return m, exitOK, nil
}

// numbersOf are the numbers of a tensor, which the precision must be able to hold.
func numbersOf(t tensors.Tensor, p spec.Precision) ([]float64, error) {
	if p == spec.Float64 {
		return t.Float64s()
	}
	n, err := t.Len()
	if err != nil {
		return nil, err
	}
	short := make([]float32, n)
	if err := tensors.CopyTo(short, t); err != nil {
		return nil, err
	}
	values := make([]float64, n)
	for i, v := range short {
		values[i] = float64(v)
	}
	return values, nil
}
