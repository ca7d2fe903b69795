// Package onnx reads and writes networks in the Open Neural Network Exchange format, if they are chains of dense layers
// with activations.
//
// Reading has four floors. The wire makes nodes and tensors of messages of protocol buffers; they are views of the
// file. Functions replaces each call by the nodes of the function. The walk evaluates the nodes in the order of the
// file. There a value is either a constant, which is computed, or a row, the values of one sample: a place on the chain
// of layers, and an expression of what was done with the values since, unit by unit. The chain makes an activation of
// that expression where a dense layer takes the row. A table knows how the activations of the catalogue are spelled;
// anything else becomes a formula. Scalings and normalisations around it are folded into weights, in float64, and
// rounded once.
package onnx

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/backpropgen/backpropgen/internal/plural"
	"github.com/backpropgen/backpropgen/model"
)

// MaxFileBytes bounds a file: one of the largest network in float64 has half as much.
const MaxFileBytes = 256 << 20

// Options says what the bytes of a file leave open.
type Options struct {
	// Folder is where files of external data are looked for; nil: there are none.
	Folder fs.FS
	// Output names the value that is the output of the network: an output of the graph, or any other. Empty: the output
	// of the graph that is supported.
	Output string
}

// Result is a network that was read.
type Result struct {
	Model *model.Model
	// Output is the name of the value that is its output.
	Output string
	// Type is the type of the numbers that the graph computes in: float32, float64, float16 or bfloat16.
	Type string
	// Notes say what a user should know about how it was read, in sentences without a full stop.
	Notes []string
}

// Read reads an ONNX model. Errors name what the file lacks, or the node that is not supported (see Refusal), and what
// could be done. Nothing in data makes it panic or take memory out of proportion to the file and to the largest
// network that a spec allows.
func Read(data []byte, o Options) (*Result, error) {
	if len(data) > MaxFileBytes {
		return nil, fmt.Errorf("the file has %s; at most %d are allowed", plural.Of(len(data), "byte"), MaxFileBytes)
	}
	if bytes.HasPrefix(data, []byte("PK\x03\x04")) {
		return nil, errors.New("the file is a zip, no ONNX model; a file of PyTorch or NumPy ends in .pt or .npz")
	}
	f, err := parse(data)
	if err != nil {
		return nil, err
	}
	if v := f.opsets[""]; v != 0 && v < 7 {
		return nil, fmt.Errorf("the file is of opset %d; 7 and later are supported: convert it with "+
			"onnx.version_converter", v)
	}
	const mostOutputs = 16
	if n := len(f.graph.outputs); o.Output == "" && n > mostOutputs {
		return nil, fmt.Errorf("the graph has %s; choose one with -output", plural.Of(n, "output"))
	}
	names := []string{o.Output}
	if o.Output == "" {
		if names = nil; len(f.graph.outputs) == 0 {
			return nil, errors.New("the graph has no output")
		}
		for _, v := range f.graph.outputs {
			names = append(names, v.name)
		}
	}
	var results []*Result
	var failures []error
	var failed []string
	for _, name := range names {
		r, err := readOutput(f, data, o, name)
		if err != nil {
			failures, failed = append(failures, err), append(failed, name)
			continue
		}
		results = append(results, r)
	}
	if len(results) > 1 {
		results = slices.CompactFunc(results, func(a, b *Result) bool { return sameModel(a.Model, b.Model) })
	}
	switch {
	case len(results) == 0:
		return nil, errors.Join(slices.CompactFunc(failures,
			func(a, b error) bool { return a.Error() == b.Error() })...)
	case len(results) > 1:
		var outputs []string
		for _, r := range results {
			outputs = append(outputs, quoted(r.Output, ""))
		}
		return nil, fmt.Errorf("the graph has the outputs %s, each of them a network; choose one with -output",
			strings.Join(outputs, " and "))
	}
	for i, name := range failed {
		results[0].Notes = append(results[0].Notes, fmt.Sprintf("the output %s is left out: %v", quoted(name, ""),
			failures[i]))
	}
	return results[0], nil
}

func sameModel(a, b *model.Model) bool {
	return a.Input == b.Input && len(a.Layers) == len(b.Layers) && slices.Equal(a.Params(), b.Params()) &&
		slices.EqualFunc(a.Layers, b.Layers, func(x, y model.Layer) bool {
			return x.Activation.Name == y.Activation.Name && x.Activation.Expr == y.Activation.Expr
		})
}

// readOutput reads the network that makes one value.
func readOutput(f *file, data []byte, o Options, name string) (*Result, error) {
	w, err := newWalk(f, len(data), outside(o.Folder))
	if err != nil {
		return nil, err
	}
	if _, made := w.maker[name]; !made && o.Output == "" {
		return nil, fmt.Errorf("the output %s is made by no node", quoted(name, `""`))
	} else if !made && !w.isInput(name) {
		return nil, fmt.Errorf("the graph has no value %s; its outputs are %s", quoted(name, ""),
			strings.Join(outputNames(f.graph), ", "))
	}
	m, err := w.model(name)
	if err != nil {
		return nil, err
	}
	if err := m.Network("Net").Validate(); err != nil {
		return nil, fmt.Errorf("no spec can say what the network is: %w", err)
	}
	return &Result{Model: m, Output: name, Type: elemName(w.elem), Notes: slices.Compact(w.notes)}, nil
}

func outputNames(g *graph) []string {
	names := make([]string, len(g.outputs))
	for i, v := range g.outputs {
		names[i] = quoted(v.name, `""`)
	}
	return names
}

// outside reads external data from a folder, of which fs.FS lets no path lead out.
func outside(folder fs.FS) load {
	return func(location string, offset, length int64) ([]byte, error) {
		location = strings.TrimPrefix(location, "./")
		switch {
		case folder == nil:
			return nil, fmt.Errorf("its numbers are in the file %s, and no folder is given", quoted(location, ""))
		case !fs.ValidPath(location) || strings.ContainsAny(location, "\\:"):
			return nil, fmt.Errorf("its numbers are in the file %s, which is not in the model's folder",
				quoted(location, `""`))
		}
		info, err := fs.Stat(folder, location) // before it is opened: a pipe would wait for a writer
		if err == nil && !info.Mode().IsRegular() {
			return nil, fmt.Errorf("its numbers are in %s, which is not a regular file", quoted(location, ""))
		}
		var f fs.File
		if err == nil {
			f, err = folder.Open(location)
		}
		if err != nil {
			if outer := (*fs.PathError)(nil); errors.As(err, &outer) {
				err = outer.Err // which name and what was tried is said
			}
			return nil, fmt.Errorf("its numbers are in the file %s, which cannot be read: %w", quoted(location, ""),
				err)
		}
		defer f.Close()
		if info, err = f.Stat(); err != nil {
			return nil, err
		}
		switch {
		case offset < 0 || length < 0 || offset > info.Size() || length > info.Size()-offset:
			return nil, fmt.Errorf("its numbers are %s from %d on in %s, which has %d", plural.Of(length, "byte"),
				offset,
				quoted(location, ""), info.Size())
		}
		if s, ok := f.(io.Seeker); ok {
			_, err = s.Seek(offset, io.SeekStart)
		} else {
			_, err = io.CopyN(io.Discard, f, offset)
		}
		if err != nil {
			return nil, err
		}
		b := make([]byte, length)
		_, err = io.ReadFull(f, b)
		return b, err
	}
}

// fetch returns the bytes of external data, which must be as many as the shape asks for.
func (t *tensor) fetch(outside load, want int64) ([]byte, error) {
	offset, length := int64(0), want
	for name, to := range map[string]*int64{"offset": &offset, "length": &length} {
		if text, given := t.external[name]; given {
			v, err := strconv.ParseInt(text, 10, 64)
			if err != nil || v < 0 {
				return nil, fmt.Errorf("the %s of its external data is %s", name, quoted(text, `""`))
			}
			*to = v
		}
	}
	if length != want {
		return nil, fmt.Errorf("its external data has %s, not %d", plural.Of(length, "byte"), want)
	}
	return outside(t.external["location"], offset, length)
}
