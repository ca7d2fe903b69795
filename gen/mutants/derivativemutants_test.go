package mutants

import (
	"fmt"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/gen/internal/gentest"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// derivativeVictims go from the output back and from the input on, with activations of single units and of whole
// layers, in either precision; the last one has samples with weights.
var derivativeVictims = []spec.Network{
	{
		Name: "Pulled", Input: 3, Layers: []spec.Layer{
			gentest.Act(4, "tanh"), gentest.Act(3, "log-softmax"),
			{Dense: 4, Activation: spec.Function{Name: "max-pool", Params: map[string]float64{spec.Window: 2}}},
		},
		Cost: spec.Function{Name: "mse"}, Batch: 4, Targets: []spec.Target{},
		Emit:        []spec.Part{spec.EmitForward, spec.EmitGrad, spec.EmitBatch},
		Derivatives: []spec.Derivative{spec.DeriveJacobian, spec.DeriveTangent},
	},
	{
		Name: "Pushed", Precision: spec.Float64, Input: 2, Layers: []spec.Layer{
			gentest.Act(4, "gelu"), gentest.Act(3, "radial-sigmoid"), gentest.Act(8, "elu"),
		},
		Cost: spec.Function{Name: "huber"}, Batch: 4, Targets: []spec.Target{},
		Emit:        []spec.Part{spec.EmitForward, spec.EmitGrad, spec.EmitBatch},
		Derivatives: []spec.Derivative{spec.DeriveJacobian, spec.DeriveTangent},
	},
	{
		Name: "Spread", Input: 3, Layers: []spec.Layer{gentest.Act(4, "tanh"), gentest.Act(3, "softmax")},
		Cost: spec.Function{Name: "mse"}, Batch: 4, Targets: []spec.Target{},
		Emit:        []spec.Part{spec.EmitForward, spec.EmitGrad, spec.EmitBatch},
		Derivatives: []spec.Derivative{spec.DeriveParameterJacobian},
	},
	{
		Name: "Bent", Precision: spec.Float64, Input: 2, Layers: []spec.Layer{
			gentest.Act(3, "silu"), gentest.Act(3, "softmax"), gentest.Act(2, "tanh"),
		},
		Cost:  spec.Function{Name: "huber", Params: map[string]float64{"delta": 0.5}},
		Batch: 4, Targets: []spec.Target{}, Emit: []spec.Part{spec.EmitForward, spec.EmitGrad, spec.EmitBatch},
		Derivatives: []spec.Derivative{spec.DeriveHessianVector},
	},
	{
		Name: "Weighed", Input: 3, Layers: []spec.Layer{gentest.Act(4, "tanh"), gentest.Act(2, "sigmoid")},
		Cost: spec.Function{Name: "mse"}, Batch: 4, Targets: []spec.Target{}, SampleWeights: true,
		Emit: []spec.Part{spec.EmitForward, spec.EmitGrad, spec.EmitStep, spec.EmitBatch, spec.EmitTest},
	},
}

// TestDerivativeMutants plants mistakes in emitted derivatives and weighted functions and has some judged by verify,
// which must find them, and nothing in what is emitted. The whole of it: -mutants.
func TestDerivativeMutants(t *testing.T) {
	t.Parallel()
	m := gentest.NewModule(t)
	tests := map[string]string{}
	write := func(n spec.Network, pkg string, files []gen.File) {
		tests[pkg] = "Test" + n.Name
		if len(n.Derivatives) > 0 { // the emitted test would be long to compile
			files = append(files, gen.File{Name: "judged.go", Data: judgedDerivatives(n)})
		}
		writePackage(t, m, pkg, files)
	}
	for _, v := range derivativeVictims {
		files := emittedPackage(t, v)
		write(v, strings.ToLower(v.Name), files)
		for i, planted := range derivativeMistakes {
			if planted.victim != v.Name {
				continue
			}
			mistaken, err := packageMutant{planted, inKernels}.in(files)
			if err != nil {
				t.Errorf("%q cannot be planted: %v; emitted code has changed, and so must the mistake here",
					planted.mistake, err)
				continue
			}
			if *allMutants || i%24 == 0 {
				write(v, mutantPackage(i), mistaken)
			}
		}
	}
	if t.Failed() {
		return
	}
	if testing.Short() {
		t.Skip("all mistakes can be planted; go test without -short compiles and judges some")
	}
	said := emittedTests(t, m, tests, isMutant)
	for _, v := range derivativeVictims {
		if by := said[strings.ToLower(v.Name)]; by.failed {
			t.Errorf("%s as emitted is not right:\n%s", v.Name, by.text)
		}
	}
	for i, planted := range derivativeMistakes {
		by, ran := said[mutantPackage(i)]
		switch {
		case ran && !by.failed:
			t.Errorf("%s, %q was not found; verify must be stricter", planted.victim, planted.mistake)
		case ran:
			t.Logf("%s, %q: %s", planted.victim, planted.mistake, by.first(planted.victim))
		}
	}
}

// judgedDerivatives is Go that has the derivatives of a network judged.
func judgedDerivatives(n spec.Network) []byte {
	n = n.WithDefaults()
	in, out := n.Width(0), n.Width(n.Depth())
	inputs, params, fields := "struct{}", "struct{}", ""
	for _, f := range plan.API {
		if f.Derivative == "" || !n.Derives(f.Derivative) {
			continue
		}
		fields += fmt.Sprintf("%[1]s: (*%[2]s).%[1]s, ", f.Name, n.Name)
		switch f.Derivative {
		case spec.DeriveJacobian:
			inputs = fmt.Sprintf("[%d][%d]%s", out, in, n.Precision)
		case spec.DeriveParameterJacobian:
			params = fmt.Sprintf("[%d]%sGrad", out, n.Name)
		}
	}
	return fmt.Appendf(nil, `package net

import (
	"testing"

	"github.com/backpropgen/backpropgen/verify"
)

func Test%[1]s(t *testing.T) {
	verify.TestDerivatives(t, %[2]q, verify.Derivatives[
		%[1]s, %[1]sGrad, %[1]sWorkspace, %[1]sBatch, [%[3]d]%[5]s, [%[4]d]%[5]s, %[7]s, %[8]s, %[5]s,
	]{
		%[9]s
		Cuts: verify.Cuts{Block: %[6]d},
	})
}
`, n.Name, n.JSON(), in, out, n.Precision, n.Batch, inputs, params, fields)
}
