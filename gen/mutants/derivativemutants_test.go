package mutants

import (
	"fmt"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/gen/internal/gentest"
	"github.com/backpropgen/backpropgen/spec"
)

// derivativeVictims go from the output back and from the input on, with activations of single units and of whole
// layers, in either precision.
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
}

// derivativeMistakes are all that are planted in emitted derivatives.
var derivativeMistakes = []mutant{
	one("Pulled", "Tangent", "W for its transpose", `p\.W1\[0\]\[1\]\*dx_1`, "p.W1[1][0]*dx_1"),
	one("Pulled", "Tangent", "x for dx", `:= dx\[0\]`, ":= x[0]"),
	one("Pulled", "Tangent", "tanh' is 1 - a for 1 - a²", `1 - a1_2\*a1_2`, "1 - a1_2"),
	one("Pulled", "Tangent", "a product is left out", ` \+ p\.W2\[1\]\[3\]\*at1_3`, ""),
	one("Pulled", "Tangent", "log-softmax sums without probabilities", `pulledExp\(a2_1\)\*zt2_1`, "(a2_1-a2_1+1)*zt2_1"),
	one("Pulled", "Tangent", "the probability of another unit", `pulledExp\(a2_2\)\*zt2_2`, "pulledExp(a2_0+0*a2_2)*zt2_2"),
	one("Pulled", "Tangent", "of units that tie both", `to3_0 = pulledWhere\(u0_0, to3_0, 0\)\n`, ""),
	one("Pulled", "Tangent", "the output for its tangent", `dy\[1\] = ts3_1`, "dy[1] = ts3_1 - ts3_1 + a3_1"),
	one("Pulled", "Tangent", "a tangent is added to what dy held", `dy\[1\] = `, "dy[1] += "),
	one("Pulled", "Tangent", "dx is written", `return &ws\.A3`, "dx[0] = 0\n$0"),
	one("Pulled", "Jacobian", "the row of the other output", `ws\.scratch0\[k\] = `, "ws.scratch0[1-k] = "),
	one("Pulled", "Jacobian", "the unit vector before stays", `ws\.scratch0\[0\] = 0\n`, ""),
	one("Pulled", "Jacobian", "the slope of another unit", `vj1_2 \* f1_2`, "vj1_2 * (f1_2 - f1_2 + f1_1)"),
	one("Pulled", "Jacobian", "W for its transpose", `p\.W2\[1\]\[0\]\*dj2_1`, "p.W2[0][1]*dj2_1"),
	one("Pulled", "Jacobian", "no slope", `vj1_3 \* f1_3`, "vj1_3 + 0*f1_3"),
	one("Pulled", "Jacobian", "a unit is left out of a sum", `(sum2 := .*) \+ vj2_2`, "$1"),
	one("Pulled", "Jacobian", "an element is not written", `jr\[2\] = vj0_2`, "_ = vj0_2"),
	one("Pulled", "Jacobian", "an element is added to what j held", `jr\[1\] = `, "jr[1] += "),
	one("Pulled", "Jacobian", "all rows go to the first", `jr := &j\[k\]`, "jr := &j[0]"),
	one("Pulled", "Jacobian", "one weight off by a thousandth", `p\.W3\[2\]\[1\]`, "(p.W3[2][1] * (1 + 0x1p-10))"),
	one("Pulled", "Jacobian", "the parameters are moved", `return &ws\.A3`, "p.W1[0][0] *= 1 + 0x1p-23\n$0"),
	one("Pulled", "JacobianBatch", "the results of the sample before", `&js\[s\]`, "&js[max(s-1, 0)]"),
	one("Pulled", "JacobianBatch", "the first sample again", `&xs\[s\]`, "&xs[0]"),
	one("Pulled", "JacobianBatch", "the last sample is forgotten", `range xs`, "range xs[:max(len(xs)-1, 0)]"),
	one("Pulled", "JacobianBatch", "lengths are not compared", `len\(xs\) != len\(js\)`, "len(xs) > len(js)"),
	one("Pushed", "Jacobian", "the column of another unit", `p\.W1\[2\]\[k\]`, "p.W1[1][k]"),
	one("Pushed", "Jacobian", "gelu' without the density", `(f1_0 := 0\.5\*\(.*\)) \+ 0\.3.*`, "$1"),
	one("Pushed", "Jacobian", "radial-sigmoid stretches alike along z", `q2_0\*zt2_1 \+ tkd2\*a2_1`, "q2_0 * zt2_1"),
	one("Pushed", "Jacobian", "a with itself", `a2_2\*zt2_2`, "a2_2*a2_2"),
	one("Pushed", "Jacobian", "elu' is 1 below 0", `pushedWhere\(a3_3, 1, a3_3\+1\)`, "pushedWhere(a3_3, 1, 1)"),
	one("Pushed", "Jacobian", "the column before the last slope", `j\[1\]\[k\] = jc_1`, "j[1][k] = jc_1 - jc_1 + zt3_1"),
	one("Pushed", "Jacobian", "two rows swapped", `j\[2\]\[k\] = jc_2`, "j[2][k] = jc_2 - jc_2 + jc_0"),
}

// TestDerivativeMutants plants mistakes in emitted derivatives and has some judged by verify, which must find them, and
// nothing in what is emitted. The whole of it: -mutants.
func TestDerivativeMutants(t *testing.T) {
	t.Parallel()
	m := gentest.NewModule(t)
	tests := map[string]string{}
	write := func(n spec.Network, pkg string, files []gen.File) {
		tests[pkg] = "Test" + n.Name
		writePackage(t, m, pkg, append(files, gen.File{Name: "judged.go", Data: judgedDerivatives(n)}))
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
			if *allMutants || i%16 == 0 {
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
	return fmt.Appendf(nil, `package net

import (
	"testing"

	"github.com/backpropgen/backpropgen/verify"
)

func Test%[1]s(t *testing.T) {
	verify.TestDerivatives(t, %[2]q, verify.Derivatives[
		%[1]s, %[1]sGrad, %[1]sWorkspace, %[1]sBatch, [%[3]d]%[5]s, [%[4]d]%[5]s, [%[4]d][%[3]d]%[5]s, struct{}, %[5]s,
	]{
		Jacobian: (*%[1]s).Jacobian, Tangent: (*%[1]s).Tangent, JacobianBatch: (*%[1]s).JacobianBatch,
		Cuts: verify.Cuts{Block: %[6]d},
	})
}
`, n.Name, n.JSON(), in, out, n.Precision, n.Batch)
}
