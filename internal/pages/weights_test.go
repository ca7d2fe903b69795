package pages

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/tensors"
)

// TestWeightsPage compares the page of weights with what is emitted and refused, with code that compiles, and with the
// limits. Its texts are written by go test ./internal/pages -run WeightsPage -update.
func TestWeightsPage(t *testing.T) {
	const page = "../../docs/weights.md"
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	want := string(data)
	for name, text := range weightsTexts(t) {
		begin := strings.Index(want, "<!-- "+name+" -->\n```")
		if begin < 0 {
			t.Fatalf("%s has no place for %s", page, name)
		}
		from := begin + strings.Index(want[begin:], "```")
		from += strings.Index(want[from:], "\n") + 1
		to := from + strings.Index(want[from:], "```\n")
		want = want[:from] + strings.TrimRight(text, "\n") + "\n" + want[to:]
	}
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if want != string(data) {
		t.Errorf("%s is out of date; run go test ./internal/pages -run WeightsPage -update and look at the difference",
			page)
	}
	if limit := fmt.Sprintf("At most %d weights and biases", spec.MaxTrained); !strings.Contains(want, limit) {
		t.Errorf("the page does not say %q", limit)
	}
	// The types that the page says are taken and refused.
	for _, d := range []tensors.DType{tensors.F16, tensors.BF16, tensors.F32, tensors.F64} {
		if !strings.Contains(want, d.String()) {
			t.Errorf("the page does not name %v", d)
		}
	}
}

// weightsTexts are the texts that the page quotes.
func weightsTexts(t *testing.T) map[string]string {
	t.Helper()
	read := func(path string) string {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	_, load, found := strings.Cut(read("../../tensors/emitted_test.go"), "func loadAndSave() error {\n")
	load, _, end := strings.Cut(load, "\n}\n")
	if !found || !end {
		t.Fatal("loadAndSave is not there")
	}
	yaml := read("../../generated/iris/iris.yaml") + "weights: iris.safetensors\n"
	emitted, _ := weightsOf(t, yaml, iris(4))
	_, emitted, _ = strings.Cut(emitted, "\npackage iris\n")
	lines := strings.Split(strings.TrimLeft(emitted, "\n"), "\n")
	_, refused := weightsOf(t, yaml, iris(5))
	return map[string]string{
		"load": strings.ReplaceAll(strings.TrimPrefix(load, "\t"), "\n\t", "\n"), "spec": yaml,
		"emitted": strings.Join(lines[:7], "\n") + "\n\t\t// …", "refused": refused,
	}
}

// iris are weights for the network of generated/iris if it has 4 inputs.
func iris(inputs int) fs.FS {
	var file tensors.File
	next := 0
	add := func(name string, shape ...int) {
		values := make([]float32, shape[0]*shape[len(shape)-1])
		if len(shape) == 1 {
			values = values[:shape[0]]
		}
		for i := range values {
			next++
			values[i] = float32(next*37%97-48) / 97
		}
		file.Tensors = append(file.Tensors, tensors.New(name, shape, values))
	}
	add("W1", 8, inputs)
	add("b1", 8)
	add("W2", 3, 8)
	add("b2", 3)
	var b bytes.Buffer
	if err := tensors.WriteSafetensors(&b, &file); err != nil {
		panic(err)
	}
	return fstest.MapFS{"iris.safetensors": {Data: b.Bytes()}}
}

// weightsOf generates a network from a spec, and returns the file of its weights, or the message.
func weightsOf(t *testing.T, yaml string, files fs.FS) (emitted, refused string) {
	t.Helper()
	n, err := spec.Decode("iris.yaml", []byte(yaml))
	if err != nil {
		t.Fatal(err)
	}
	list, err := gen.Generate(n, gen.Options{Package: "iris", Source: "iris.yaml", Files: files})
	if mistakes, ok := err.(spec.ErrorList); ok {
		return "", spec.Locate("iris.yaml", []byte(yaml), mistakes).Error()
	}
	for _, f := range list {
		if f.Kind == gen.Weights {
			return string(f.Data), ""
		}
	}
	t.Fatalf("no file of weights, %v", err)
	return "", ""
}
