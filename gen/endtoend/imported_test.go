package endtoend

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/gen/internal/gentest"
	"github.com/backpropgen/backpropgen/model"
	"github.com/backpropgen/backpropgen/model/checkpoint"
	"github.com/backpropgen/backpropgen/model/compare"
	"github.com/backpropgen/backpropgen/model/onnx"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/tensors"
	"github.com/backpropgen/backpropgen/verify"
)

// weightFiles are the files of weights alone in model/testdata, with the activations that go with them.
var weightFiles = map[string]string{
	"state_dict.pt": "relu,softmax", "checkpoint.pth": "tanh,tanh,identity", "views.pt": "sigmoid,identity",
	"double_state_dict.pt":         "tanh,identity",
	"deep_safetensors.safetensors": "tanh,tanh,tanh,tanh,tanh,tanh,tanh,tanh,tanh,tanh,tanh,identity",
	"keras_like.npz":               "relu,sigmoid", "square_transposed.npz": "tanh,identity",
	"sklearn_classifier.npz": "relu,softmax", "sklearn_regressor.npz": "tanh,tanh,identity",
}

// importedModel is a model of another tool with inputs and outputs of its own runtime.
type importedModel struct {
	name    string // of the file
	network spec.Network
	model   *model.Model
	format  string
	sample  *compare.Sample
}

// readImported reads one model.
func readImported(t *testing.T, path string) importedModel {
	t.Helper()
	m := importedModel{name: filepath.Base(path)}
	if filepath.Ext(path) == ".onnx" {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		r, err := onnx.Read(data, onnx.Options{Folder: os.DirFS(filepath.Dir(path))})
		if err != nil {
			t.Fatalf("%s: %v", m.name, err)
		}
		m.model, m.format = r.Model, r.Type
	} else {
		f, err := checkpoint.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		o := checkpoint.Options{Ordered: checkpoint.Ordered(path),
			Transposed: strings.HasPrefix(m.name, "square_transposed")}
		for act := range strings.SplitSeq(weightFiles[m.name], ",") {
			o.Activations = append(o.Activations, spec.Function{Name: act})
		}
		r, err := checkpoint.Match(f, o)
		if err != nil {
			t.Fatalf("%s: %v", m.name, err)
		}
		m.model, m.format = r.Model, r.Format
	}
	s, err := tensors.ReadFile(strings.TrimSuffix(path, filepath.Ext(path)) + ".sample.npz")
	if err != nil {
		t.Fatal(err)
	}
	if m.sample, err = compare.SampleOf(s, m.model.Input, m.model.Output()); err != nil {
		t.Fatalf("%s: %v", m.name, err)
	}
	return m
}

// TestImported generates every model in model/testdata with its weights inside, compiles all of them once, and compares
// what they compute with what the runtimes of their own tools did: within the bounds of both.
func TestImported(t *testing.T) {
	gentest.Compiles(t)
	folder := filepath.Join(gentest.Root(t), "model", "testdata")
	paths, err := filepath.Glob(filepath.Join(folder, "*.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	for name := range weightFiles {
		paths = append(paths, filepath.Join(folder, name))
	}
	slices.Sort(paths)
	if len(paths) < 35 {
		t.Fatalf("%d models; make.py makes more", len(paths))
	}
	module := gentest.NewModule(t)
	var models []importedModel
	var program strings.Builder
	inputs := map[string][][]float64{}
	program.WriteString("package main\n\nimport (\n\t\"encoding/json\"\n\t\"fmt\"\n\t\"os\"\n\n\tnets " +
		"\"random/imported\"\n)\n\n" +
		"func main() {\n\tvar inputs map[string][][]float64\n\tif err := json.NewDecoder(os.Stdin).Decode(&inputs); " +
		"err != nil {\n" +
		"\t\tpanic(err)\n\t}\n")
	for i, path := range paths {
		m := readImported(t, path)
		n := m.model.Network(fmt.Sprint("Model", i))
		n.Weights, n.Emit = "trained.safetensors", []spec.Part{spec.EmitForward}
		var weights bytes.Buffer
		if err := tensors.WriteSafetensors(&weights, m.model.Tensors(nil)); err != nil {
			t.Fatal(err)
		}
		o := gen.Options{Package: "imported", Files: fstest.MapFS{n.Weights: {Data: weights.Bytes()}}}
		files, err := gentest.Generate(t, n, o)
		if err != nil {
			t.Fatalf("%s: %v", m.name, err)
		}
		for _, f := range files {
			module.Write(t, filepath.Join(o.Package, f.Name), f.Data)
		}
		fmt.Fprintf(&program, `	for _, x := range inputs[%[1]q] {
		var ws nets.%[1]sWorkspace
		var in [%[2]d]%[3]s
		for i, v := range x {
			in[i] = %[3]s(v)
		}
		for _, v := range nets.%[1]sTrained.Forward(&ws, &in) {
			fmt.Printf("%%.17g ", float64(v))
		}
	}
	fmt.Println()
`, n.Name, n.Input, n.Precision)
		inputs[n.Name] = m.sample.X
		m.network = n
		models = append(models, m)
	}
	program.WriteString("}\n")
	module.Write(t, "main.go", []byte(program.String()))
	given, err := json.Marshal(inputs)
	if err != nil {
		t.Fatal(err)
	}
	cmd := module.GoCommand("run", ".")
	cmd.Stdin = bytes.NewReader(given)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, gentest.Beginning(stderr.String()))
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != len(models) {
		t.Fatalf("%d lines for %d models", len(lines), len(models))
	}
	for i, m := range models {
		judgeImported(t, m, strings.Fields(lines[i]))
	}
}

// judgeImported compares the outputs of one network with its sample.
func judgeImported(t *testing.T, m importedModel, outputs []string) {
	t.Helper()
	bare := m.network
	bare.Weights = ""
	reference, err := verify.NewNetwork(bare, m.model.Params())
	if err != nil {
		t.Fatalf("%s: %v", m.name, err)
	}
	width := m.model.Output()
	if len(outputs) != width*len(m.sample.X) {
		t.Fatalf("%s: %d outputs for %d rows of %d", m.name, len(outputs), len(m.sample.X), width)
	}
	for i, x := range m.sample.X {
		_, ours, err := reference.Outputs(x, verify.Runtime{Format: string(m.model.Precision)})
		if err != nil {
			t.Fatal(err)
		}
		_, theirs, err := reference.Outputs(x, compare.RuntimeOf(m.model, m.format))
		if err != nil {
			t.Fatal(err)
		}
		for j, want := range m.sample.Y[i] {
			var got float64
			if _, err := fmt.Sscanf(outputs[i*width+j], "%g", &got); err != nil {
				t.Fatal(err)
			}
			if !(math.Abs(got-want) <= ours[j]+theirs[j]) {
				t.Errorf("%s: row %d, output %d is %g, and was %g; rounding explains %g and %g", m.name, i, j, got,
					want, ours[j],
					theirs[j])
			}
		}
	}
}
