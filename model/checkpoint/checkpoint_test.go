package checkpoint_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/model/checkpoint"
	"github.com/backpropgen/backpropgen/model/compare"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/tensors"
)

var update = flag.Bool("update", false, "write what the files in testdata read as")

const testdata = "../testdata"

func activations(list string) (acts []spec.Function) {
	for name := range strings.SplitSeq(list, ",") {
		acts = append(acts, spec.Function{Name: name})
	}
	return acts
}

// files are the files of weights that other tools made, with the activations that stood between them there.
var files = []struct {
	name, activations string
	transposed        bool // of square matrices, which the sample tells
}{
	{"state_dict.pt", "relu,softmax", false},
	{"checkpoint.pth", "tanh,tanh,identity", false},
	{"views.pt", "sigmoid,identity", false},
	{"double_state_dict.pt", "tanh,identity", false},
	{"deep_safetensors.safetensors", strings.Repeat("tanh,", 11) + "identity", false},
	{"keras_like.npz", "relu,sigmoid", false},
	{"square_transposed.npz", "tanh,identity", true},
	{"sklearn_classifier.npz", "relu,softmax", false},
	{"sklearn_regressor.npz", "tanh,tanh,identity", false},
}

// TestFiles reads every file, by the activations and by the spec that results, and compares what it computes with what
// its own runtime did.
func TestFiles(t *testing.T) {
	var golden bytes.Buffer
	for _, file := range files {
		path := filepath.Join(testdata, file.name)
		f, err := checkpoint.ReadFile(path)
		if err != nil {
			t.Errorf("%s: %v", file.name, err)
			continue
		}
		o := checkpoint.Options{
			Activations: activations(file.activations), Ordered: checkpoint.Ordered(path), Transposed: file.transposed,
		}
		r, err := checkpoint.Match(f, o)
		if err != nil {
			t.Errorf("%s: %v", file.name, err)
			continue
		}
		fmt.Fprintf(&golden, "%s: %s, square %v\n    %s\n", file.name, r.Format, r.Square,
			strings.Join(r.Table, "\n    "))
		s, err := tensors.ReadFile(filepath.Join(testdata,
			strings.TrimSuffix(file.name, filepath.Ext(file.name))+".sample.npz"))
		if err != nil {
			t.Fatal(err)
		}
		sample, err := compare.SampleOf(s, r.Model.Input, r.Model.Output())
		if err != nil {
			t.Fatal(err)
		}
		if result, err := compare.Run(r.Model, r.Format, sample); err != nil || !result.Fits() {
			t.Errorf("%s: %v, %v", file.name, result, err)
		}
		if len(r.Square) == len(r.Model.Layers) {
			o.Transposed = !o.Transposed
			if turned, err := checkpoint.Match(f, o); err != nil {
				t.Errorf("%s, turned: %v", file.name, err)
			} else if result, err := compare.Run(turned.Model, r.Format, sample); err != nil || result.Fits() {
				t.Errorf("%s: the sample does not show that matrices are turned: %v, %v", file.name, result, err)
			}
		}
		n := r.Model.Network("Net")
		again, err := checkpoint.Match(f, checkpoint.Options{Spec: &n, Transposed: r.Transposed})
		if err != nil || fmt.Sprint(again.Model.Params()) != fmt.Sprint(r.Model.Params()) {
			t.Errorf("%s: with its own spec: %v", file.name, err)
		}
	}
	compareGolden(t, "checkpoints.golden", golden.Bytes())
}

// TestRefused reads files that are refused; the golden file has the messages.
func TestRefused(t *testing.T) {
	var golden bytes.Buffer
	for _, ending := range checkpoint.Extensions {
		list, err := filepath.Glob(filepath.Join(testdata, "refused", "*"+ending))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range list {
			f, err := checkpoint.ReadFile(path)
			if err == nil {
				_, err = checkpoint.Match(f, checkpoint.Options{Activations: activations("relu,softmax")})
			}
			if err == nil {
				t.Errorf("%s is read", path)
				continue
			}
			fmt.Fprintf(&golden, "%s\n    %s\n", filepath.Base(path), strings.ReplaceAll(err.Error(), "\n", "\n    "))
		}
	}
	for _, c := range []struct{ name, acts string }{
		{"state_dict.pt", "relu"}, {"keras_like.npz", "relu,relu,relu"},
	} {
		f, err := checkpoint.ReadFile(filepath.Join(testdata, c.name))
		if err != nil {
			t.Fatal(err)
		}
		_, err = checkpoint.Match(f, checkpoint.Options{Activations: activations(c.acts)})
		fmt.Fprintf(&golden, "%s with -activations %s\n    %s\n", c.name, c.acts,
			strings.ReplaceAll(fmt.Sprint(err), "\n", "\n    "))
		n := spec.Network{Name: "Net", Input: 4, Layers: []spec.Layer{{Dense: 9}, {Dense: 1}},
			Cost: spec.Function{Name: "mse"}}
		_, err = checkpoint.Match(f, checkpoint.Options{Spec: &n})
		fmt.Fprintf(&golden, "%s with the spec of another network\n    %s\n", c.name,
			strings.ReplaceAll(fmt.Sprint(err), "\n", "\n    "))
	}
	compareGolden(t, "checkpoints-refused.golden", golden.Bytes())
}

// TestHostile changes every byte of a state_dict in turn, and cuts it everywhere: an error, or tensors in proportion to
// the file.
func TestHostile(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(testdata, "views.pt"))
	if err != nil {
		t.Fatal(err)
	}
	try := func(b []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f, err := checkpoint.ReadTorch(bytes.NewReader(b), int64(len(b)))
		runtime.ReadMemStats(&after)
		if taken := after.TotalAlloc - before.TotalAlloc; taken > uint64(64*len(b)+8<<20) {
			t.Errorf("%d bytes of memory for a file of %d", taken, len(b))
		}
		if err == nil && f == nil || err != nil && err.Error() == "" {
			t.Errorf("%v and %v", f, err)
		}
	}
	step := 1
	if testing.Short() {
		step = 17
	}
	for i := 0; i < len(data); i += step {
		for _, flip := range []byte{1, 0x80, 0xff} {
			b := bytes.Clone(data)
			b[i] ^= flip
			try(b)
		}
		try(data[:i])
	}
}

// FuzzTorch reads any bytes as a state_dict.
func FuzzTorch(f *testing.F) {
	seeds(f, ".pt", ".pth")
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := checkpoint.ReadTorch(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		for _, tensor := range r.Tensors {
			if _, err := tensor.Len(); err != nil {
				t.Error(err)
			}
		}
		for n := range 4 {
			if m, err := checkpoint.Match(r, checkpoint.Options{Activations: make([]spec.Function, n)}); err == nil {
				if err := m.Model.Check(); err != nil {
					t.Error(err)
				}
			}
		}
	})
}

// seeds adds the files of testdata, and the pickles in them, which a fuzzer cannot change without their checksums.
func seeds(f *testing.F, endings ...string) {
	for _, folder := range []string{testdata, testdata + "/refused"} {
		for _, ending := range endings {
			list, err := filepath.Glob(filepath.Join(folder, "*"+ending))
			if err != nil {
				f.Fatal(err)
			}
			for _, path := range list {
				data, err := os.ReadFile(path)
				if err != nil {
					f.Fatal(err)
				}
				f.Add(data)
			}
		}
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
		t.Errorf("%s differs; if that is meant, run: go test ./model/checkpoint -update\n%s", path, got)
	}
}
