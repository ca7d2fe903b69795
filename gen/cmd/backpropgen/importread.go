package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/backpropgen/backpropgen/internal/plural"
	"github.com/backpropgen/backpropgen/model/checkpoint"
	"github.com/backpropgen/backpropgen/model/onnx"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/tensors"
)

// readModel reads a model by the ending of its name. What is wrong has been said where the code is not exitOK.
func (c *call) readModel(path string) (*imported, int) {
	var in *imported
	var code int
	var err error
	switch ext := strings.ToLower(filepath.Ext(path)); {
	case ext == ".onnx" && (c.importing.spec != "" || c.importing.acts != ""):
		return nil, c.misused("-spec and -activations are for files of weights alone: an ONNX file has its activations")
	case ext == ".onnx":
		in, code, err = c.readONNX(path)
	case !slices.Contains(checkpoint.Extensions, ext):
		return nil, c.misused("%s: a model's name ends in .onnx, or in %s for weights alone; in Python, "+
			"torch.onnx.export writes the first", shown(path), strings.Join(checkpoint.Extensions, ", "))
	case c.importing.output != "":
		return nil, c.misused("-output is for ONNX files")
	case c.importing.spec != "" && (c.importing.acts != "" || c.importing.cost != "" || c.importing.name != ""):
		return nil, c.misused("with -spec the spec says the name, the activations and the cost")
	default:
		in, code, err = c.readCheckpoint(path)
	}
	if err != nil {
		text := err.Error()
		if !strings.HasPrefix(text, path+": ") {
			text = shown(path) + ": " + text
		}
		fmt.Fprintln(c.stderr, text)
	}
	return in, code
}

// readCheckpoint reads a file of weights.
func (c *call) readCheckpoint(path string) (*imported, int, error) {
	f, err := checkpoint.ReadFile(path)
	var outside *fs.PathError
	switch {
	case errors.As(err, &outside):
		return nil, exitIO, errors.New(cause(err))
	case err != nil:
		return nil, exitSpec, err
	}
	in := &imported{}
	o := checkpoint.Options{Ordered: checkpoint.Ordered(path)}
	if c.importing.spec != "" {
		s, code, err := load(c.importing.spec)
		if err != nil {
			return nil, code, fmt.Errorf("-spec: %w", err)
		}
		in.spec, o.Spec = s, &s.network
	}
	for name := range strings.SplitSeq(c.importing.acts, ",") {
		if c.importing.acts != "" {
			o.Activations = append(o.Activations, spec.Function{Name: strings.TrimSpace(name)})
		}
	}
	if err := in.match(f, o); err != nil {
		return nil, exitSpec, err
	}
	if in.unsure {
		o.Transposed = !in.transposed
		in.turned = func() error { return in.match(f, o) }
	}
	return in, exitOK, nil
}

// match finds the parameters among tensors.
func (in *imported) match(f *tensors.File, o checkpoint.Options) error {
	r, err := checkpoint.Match(f, o)
	if err != nil {
		return err
	}
	if err := r.Model.Network("Net").Validate(); err != nil {
		return fmt.Errorf("-activations: %w", err)
	}
	in.model, in.format, in.table, in.transposed = r.Model, r.Format, r.Table, r.Transposed
	in.unsure = len(r.Square) > 0
	return nil
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
		return nil, fmt.Errorf("has %s; at most %d are allowed", plural.Of(info.Size(), "byte"), most)
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
	r, err := onnx.Read(data, onnx.Options{Folder: beside(filepath.Dir(path)), Output: c.importing.output})
	if err != nil {
		return nil, exitSpec, err
	}
	return &imported{model: r.Model, format: r.Type, notes: r.Notes}, exitOK, nil
}
