package model_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/model"
	"github.com/backpropgen/backpropgen/model/compare"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/tensors"
)

// TestTorch loads weights under PyTorch's names into PyTorch, and compares what it computes with the reference, within
// the bounds of both.
func TestTorch(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED with -short: to import torch takes Python seconds; go test without -short does it")
	}
	rng := rand.New(rand.NewPCG(8, 9))
	var dirs []string
	var models []*model.Model
	var inputs [][]float64
	const rows = 8
	for _, c := range []struct {
		precision spec.Precision
		widths    []int
		acts      []string
	}{
		{spec.Float32, []int{4, 8, 3}, []string{"tanh", "softmax"}},
		{spec.Float64, []int{3, 5, 5, 2}, []string{"gelu", "silu", "identity"}},
		{spec.Float32, []int{2, 6, 5, 4, 3, 2, 3, 4, 3},
			[]string{"relu", "sigmoid", "softplus", "elu", "selu", "softsign",
				"leaky-relu", "log-softmax"}},
		{spec.Float32, []int{3, 4, 1}, []string{"hard-tanh", "hard-sigmoid"}},
	} {
		n := spec.Network{Name: "Net", Precision: c.precision, Input: c.widths[0], Cost: spec.Function{Name: "mse"}}
		biases := make([]bool, len(c.acts))
		for i, act := range c.acts {
			biases[i] = i != 1
			n.Layers = append(n.Layers, spec.Layer{
				Dense: c.widths[i+1], Activation: spec.Function{Name: act}, NoBias: !biases[i],
			})
		}
		draw := func(count int) []float64 {
			values := make([]float64, count)
			for i := range values {
				if values[i] = rng.NormFloat64(); c.precision == spec.Float32 {
					values[i] = float64(float32(values[i]))
				}
			}
			return values
		}
		m, err := model.Of(n, draw(n.Params()))
		if err != nil {
			t.Fatal(err)
		}
		x := draw(rows * n.Input)
		dir := t.TempDir()
		xs := tensors.New("x", []int{rows, n.Input}, x)
		if c.precision == spec.Float32 {
			short := make([]float32, len(x))
			for i, v := range x {
				short[i] = float32(v)
			}
			xs = tensors.New("x", []int{rows, n.Input}, short)
		}
		text, err := json.Marshal(map[string]any{
			"widths": c.widths, "activations": c.acts, "biases": biases, "double": c.precision == spec.Float64,
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range []error{
			os.WriteFile(filepath.Join(dir, "net.json"), text, 0o644),
			tensors.WriteFile(filepath.Join(dir, "net.npz"), m.TorchTensors()),
			tensors.WriteFile(filepath.Join(dir, "x.npz"), &tensors.File{Tensors: []tensors.Tensor{xs}}),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		dirs, models, inputs = append(dirs, dir), append(models, m), append(inputs, x)
	}
	for i, y := range inTorch(t, dirs) {
		m := models[i]
		s := &compare.Sample{
			X: slices.Collect(slices.Chunk(inputs[i], m.Input)), Y: slices.Collect(slices.Chunk(y, m.Output())),
		}
		if result, err := compare.Run(m, string(m.Precision), s); err != nil || !result.Fits() || result.Rows != rows {
			t.Errorf("%v: %v, %v", m.Network("Net"), result, err)
		}
	}
}

// inTorch runs the networks in folders by PyTorch. It skips the test where there is none.
func inTorch(t *testing.T, dirs []string) (outputs [][]float64) {
	t.Helper()
	const lacking = 9
	var reason string
	for _, python := range []string{"/usr/bin/python3", "python3"} {
		var stderr bytes.Buffer
		cmd := exec.Command(python, append([]string{"testdata/torch_load.py"}, dirs...)...)
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		var exit *exec.ExitError
		switch {
		case err == nil:
			if err := json.Unmarshal(out, &outputs); err != nil || len(outputs) != len(dirs) {
				t.Fatalf("%d outputs for %d networks: %v", len(outputs), len(dirs), err)
			}
			return outputs
		case errors.As(err, &exit) && exit.ExitCode() != lacking:
			t.Fatalf("%v\n%s", err, &stderr)
		}
		reason = fmt.Sprint(err, " ", &stderr)
	}
	t.Skipf("SKIPPED: weights are not loaded into PyTorch: it needs Python with torch, such as Debian's "+
		"python3-torch: %s", reason)
	return nil
}
