package onnx_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/model"
	"github.com/backpropgen/backpropgen/model/compare"
	"github.com/backpropgen/backpropgen/model/onnx"
	"github.com/backpropgen/backpropgen/spec"
)

// ortRun is one model for onnxruntime with its inputs.
type ortRun struct {
	Model string    `json:"model"`
	Dims  []int     `json:"dims"`
	Data  []float64 `json:"data"`
	Type  string    `json:"type"`
}

// ortOutput is what came of it.
type ortOutput struct {
	Y     struct{ Data []*float64 } `json:"y"`
	Error string                    `json:"error"`
}

// onnxruntime runs models, each on its inputs. It skips the test, and says how not to, where there is no Node or
// no such package.
func onnxruntime(t *testing.T, runs []ortRun) []ortOutput {
	t.Helper()
	if out, err := exec.Command("node", "-e", `require.resolve("onnxruntime-node")`).CombinedOutput(); err != nil {
		t.Skipf("SKIPPED: networks that are written are not run by onnxruntime: it needs Node, and NODE_PATH to the "+
			"node_modules of npm install onnxruntime-node: %v\n%s", err, out)
	}
	list, err := json.Marshal(runs)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "runs.json")
	if err := os.WriteFile(path, list, 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", filepath.Join(testdata, "ort.js"), path)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("onnxruntime: %v\n%s", err, &stderr)
	}
	var outputs []ortOutput
	if err := json.Unmarshal(out, &outputs); err != nil || len(outputs) != len(runs) {
		t.Fatalf("%d outputs for %d models: %v", len(outputs), len(runs), err)
	}
	return outputs
}

// lacking are the operators that onnxruntime has in float32 only, and the one that it makes of a product by itself.
var lacking = map[string]string{
	"float64 arctan": "Atan(7)", "float64 gelu": "Erf(13)", "float64 expm1(z/3)*atan(z) - erf(z)": "Atan(7)",
	"float64 z*sigmoid(1.702*z)": "QuickGelu",
}

// TestONNXRuntime has every activation run by onnxruntime, in both precisions, in the middle of a network and at its
// end, and compares with the reference within the bounds of both.
func TestONNXRuntime(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	dir := t.TempDir()
	const rows = 16
	var runs []ortRun
	var models []*model.Model
	var names []string
	for _, precision := range []spec.Precision{spec.Float32, spec.Float64} {
		for i, f := range everyActivation() {
			m := random(rng, precision, f, 5, 4, 4)
			if entry, _ := spec.Lookup(spec.ActivationRole, f.Name); !entry.Pools {
				m.Layers[0].Activation = f
			}
			data, err := onnx.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			run := ortRun{filepath.Join(dir, fmt.Sprintf("%s%d.onnx", precision, i)), []int{rows, 5}, nil,
				string(precision)}
			if err := os.WriteFile(run.Model, data, 0o644); err != nil {
				t.Fatal(err)
			}
			for range rows * 5 {
				v := rng.NormFloat64()
				if precision == spec.Float32 {
					v = float64(float32(v))
				}
				run.Data = append(run.Data, v)
			}
			runs, models, names = append(runs, run), append(models, m), append(names, fmt.Sprint(precision, " ", f))
		}
	}
	for i, out := range onnxruntime(t, runs) {
		if lack, ok := lacking[names[i]]; ok && strings.Contains(out.Error, lack) {
			t.Logf("onnxruntime lacks %s in float64", lack)
			continue
		}
		if out.Error != "" {
			t.Errorf("%s: %s", names[i], out.Error)
			continue
		}
		s := &compare.Sample{}
		m := models[i]
		for r := range rows {
			s.X = append(s.X, runs[i].Data[r*5:(r+1)*5])
			y := make([]float64, m.Output())
			for j := range y {
				y[j] = math.NaN()
				if v := out.Y.Data[r*m.Output()+j]; v != nil {
					y[j] = *v
				}
			}
			s.Y = append(s.Y, y)
		}
		result, err := compare.Run(m, string(m.Precision), s)
		if err != nil || !result.Fits() {
			t.Errorf("%s: %v, %v", names[i], result, err)
		}
	}
}

// TestFunctions measures the elementary functions of onnxruntime: they are no further off than compare grants to other
// programs.
func TestFunctions(t *testing.T) {
	functions := map[string]func(float64) float64{
		"tanh(z)": math.Tanh, "atan(z)": math.Atan, "sin(z)": math.Sin, "erf(z)": math.Erf,
		"sigmoid(z)":   func(z float64) float64 { return 1 / (1 + math.Exp(-z)) },
		"exp(-abs(z))": func(z float64) float64 { return math.Exp(-math.Abs(z)) },
	}
	const n = 20001
	var xs []float64
	for i := range n {
		xs = append(xs, float64(float32(float64(i-n/2)/1000)))
	}
	var runs []ortRun
	var texts []string
	dir := t.TempDir()
	for text := range functions {
		m := &model.Model{Precision: spec.Float32, Input: 1, Layers: []model.Layer{
			{W: []float64{1}, Out: 1, Activation: spec.Function{Expr: text}},
		}}
		data, err := onnx.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, fmt.Sprint(len(runs), ".onnx"))
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		runs, texts = append(runs, ortRun{path, []int{n, 1}, xs, "float32"}), append(texts, text)
	}
	for i, out := range onnxruntime(t, runs) {
		if out.Error != "" {
			t.Errorf("%s: %s", texts[i], out.Error)
			continue
		}
		worst, at := 0.0, 0.0
		for j, v := range out.Y.Data {
			if d := math.Abs(*v - functions[texts[i]](xs[j])); d > worst {
				worst, at = d, xs[j]
			}
		}
		t.Logf("%s: %.3g at %g", texts[i], worst, at)
		if worst > compare.Functions {
			t.Errorf("%s is off by %g at %g; compare grants %g", strings.TrimSpace(texts[i]), worst, at,
				compare.Functions)
		}
	}
}
