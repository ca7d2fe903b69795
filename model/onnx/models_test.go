package onnx_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/model"
	"github.com/backpropgen/backpropgen/model/compare"
	"github.com/backpropgen/backpropgen/model/onnx"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/tensors"
)

var update = flag.Bool("update", false, "write what the models in testdata read as")

const testdata = "../testdata"

// read reads a model of the folder with its external data.
func read(t *testing.T, path string) (*onnx.Result, error) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return onnx.Read(data, onnx.Options{Folder: os.DirFS(filepath.Dir(path))})
}

// models lists the files of a folder.
func models(t *testing.T, pattern string, least int) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(testdata, pattern))
	if err != nil || len(files) < least {
		t.Fatalf("%d models for %s, and %v; make.py makes at least %d", len(files), pattern, err, least)
	}
	return files
}

// TestModels reads every model that other tools made, and compares what it computes with what its own runtime did. The
// golden file says what each was read as.
func TestModels(t *testing.T) {
	var golden bytes.Buffer
	for _, file := range models(t, "*.onnx", 25) {
		name := strings.TrimSuffix(filepath.Base(file), ".onnx")
		r, err := read(t, file)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		n := r.Model.Network("Net")
		text := model.YAML(n, "")
		if _, err := spec.Decode(name+".yaml", []byte(text)); err != nil {
			t.Errorf("%s: the spec is not read back: %v", name, err)
		}
		fmt.Fprintf(&golden, "# %s: computed in %s\n%s", name, r.Type, text)
		for _, note := range r.Notes {
			fmt.Fprintf(&golden, "# note: %s\n", note)
		}
		golden.WriteByte('\n')
		s, err := tensors.ReadFile(filepath.Join(testdata, name+".sample.npz"))
		if err != nil {
			t.Fatal(err)
		}
		sample, err := compare.SampleOf(s, r.Model.Input, r.Model.Output())
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		result, err := compare.Run(r.Model, r.Type, sample)
		if err != nil || !result.Fits() {
			t.Errorf("%s: %v, %v", name, result, err)
		}
		t.Logf("%s: %v", name, result)
		nudged(t, name, r, sample)
		again(t, name, r.Model)
	}
	compareGolden(t, "models.golden", golden.Bytes())
}

// again writes the model and reads it: the same parameters and activations.
func again(t *testing.T, name string, m *model.Model) {
	t.Helper()
	data, err := onnx.Marshal(m)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	r, err := onnx.Read(data, onnx.Options{})
	if err != nil {
		t.Errorf("%s, written: %v", name, err)
		return
	}
	if got, want := model.YAML(r.Model.Network("Net"), ""), model.YAML(m.Network("Net"), ""); got != want {
		t.Errorf("%s is written as\n%s\nnot\n%s", name, got, want)
	}
	if !slices.Equal(r.Model.Params(), m.Params()) {
		t.Errorf("%s is written with other parameters", name)
	}
}

// nudged makes the weights of the last layer a hundredth larger, which must show: the bounds are not so wide that
// everything fits.
func nudged(t *testing.T, name string, r *onnx.Result, s *compare.Sample) {
	t.Helper()
	m := *r.Model
	m.Layers = slices.Clone(m.Layers)
	last := &m.Layers[len(m.Layers)-1]
	last.W = slices.Clone(last.W)
	for i, v := range last.W {
		last.W[i] = v * 1.01
	}
	result, err := compare.Run(&m, r.Type, s)
	if narrow := r.Type == "float32" || r.Type == "float64"; narrow && (err != nil || result.Fits()) {
		t.Errorf("%s: weights that are off by a hundredth go unnoticed: %v, %v", name, result, err)
	}
}

// TestRefused reads every model that is refused; the golden file has the messages.
func TestRefused(t *testing.T) {
	var golden bytes.Buffer
	for _, file := range models(t, "refused/*.onnx", 20) {
		name := strings.TrimSuffix(filepath.Base(file), ".onnx")
		r, err := read(t, file)
		if err == nil {
			t.Errorf("%s is read as %s", name, model.YAML(r.Model.Network("Net"), ""))
			continue
		}
		if text := err.Error(); strings.ContainsRune(text, '\x00') || len(text) > 600 {
			t.Errorf("%s: %q", name, text)
		}
		fmt.Fprintf(&golden, "%s\n    %v\n", name, strings.ReplaceAll(err.Error(), "\n", "\n    "))
	}
	compareGolden(t, "refused.golden", golden.Bytes())
}

// TestRefusalNames checks that callers can tell which node it was.
func TestRefusalNames(t *testing.T) {
	_, err := read(t, filepath.Join(testdata, "refused/floor.onnx"))
	var refusal *onnx.Refusal
	if !errors.As(err, &refusal) || refusal.Operator != "Floor" || refusal.Node != "y" {
		t.Errorf("%v is %+v", err, refusal)
	}
}

func compareGolden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join(testdata, name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; if that is meant, run: go test ./model/onnx -update\n%s", path, got)
	}
}
