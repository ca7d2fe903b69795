package assembly_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/assembly/assemblytest"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// TestDerivativeProgramsInterpreted executes the programs of derivatives at all widths and wants the bits of the
// interpreter of plans: under strict rounding of any numbers, and else of small integers, of which every sum is exact
// in any order. Rows are as many as are taken side by side, more, and so many that they come in several turns; matrices
// are straight code and loops, and such as gradients by parameters have turned; columns are one, few and many.
func TestDerivativeProgramsInterpreted(t *testing.T) {
	relu, hard := spec.Function{Name: "relu"}, spec.Function{Name: "hard-tanh"}
	pool := spec.Function{Name: "max-pool", Params: map[string]float64{spec.Window: 2}}
	product, identity := spec.Function{Expr: "z * max(z, 0)"}, spec.Function{Name: "identity"}
	for i, c := range []struct {
		widths      []int
		activations []spec.Function
	}{
		{[]int{5, 7, 3}, []spec.Function{product, identity}},
		{[]int{4, 8, 6}, []spec.Function{relu, pool}},
		{[]int{1, 9, 13}, []spec.Function{hard, identity}},
		{[]int{2, 8, 14}, []spec.Function{relu, product}},
		{[]int{3, 11, 26}, []spec.Function{product, pool}},
		{[]int{20, 6, 1}, []spec.Function{relu, relu}},
		{[]int{35, 34, 17, 14}, []spec.Function{relu, product, identity}},
		{[]int{70, 90, 8}, []spec.Function{relu, pool}},
		{[]int{6, 1, 1, 2}, []spec.Function{relu, hard, product}},
		{[]int{130, 2}, []spec.Function{product}},
		{[]int{32, 29, 16, 14}, []spec.Function{relu, product, identity}},
		{[]int{24, 32, 5}, []spec.Function{hard, identity}},
	} {
		if testing.Short() && i%5 > 0 {
			continue
		}
		n := spec.Network{Name: "Net", Input: c.widths[0], Cost: spec.Function{Name: "half-squared-error"},
			Derivatives: []spec.Derivative{spec.DeriveJacobian, spec.DeriveTangent, spec.DeriveParameterJacobian,
				spec.DeriveHessianVector}}
		for l, width := range c.widths[1:] {
			n.Layers = append(n.Layers, spec.Layer{Dense: width, Activation: c.activations[l], NoBias: (i+l)%4 == 3})
		}
		for k, precision := range []spec.Precision{spec.Float32, spec.Float64} {
			for _, rounding := range []spec.Rounding{spec.RoundingFast, spec.RoundingStrict} {
				n.Precision, n.Rounding = precision, rounding
				p, err := plan.Compile(n.WithDefaults())
				if err != nil {
					t.Fatal(err)
				}
				for _, bits := range widths {
					if k == 0 {
						derivativesInterpreted[float32](t, p, bits, uint64(i))
					} else {
						derivativesInterpreted[float64](t, p, bits, uint64(i))
					}
				}
			}
		}
	}
}

// derivativesInterpreted compares what the programs of derivatives leave with what the interpreter does.
func derivativesInterpreted[F float32 | float64](t *testing.T, p *plan.Program, bits int, seed uint64) {
	t.Helper()
	m := assembly.Machine{Set: recorder{bits}, Size: p.ElementBytes()}
	c := assembly.NewCommon(p, assembly.AlternatesAny(m.Set, p))
	layout := c.Kernel.Layout
	arrays := assemblytest.Arrays(p, assembly.NewFile(c), seed)
	rnd := rand.New(rand.NewPCG(seed, 5))
	for _, name := range []string{"p", "x", "y", plan.DirectionArg, plan.VectorArg} {
		for i := range arrays[name].All() {
			v := float64(rnd.IntN(3) - 1)
			if p.Network.Rounding == spec.RoundingStrict {
				v = rnd.NormFloat64()
			}
			arrays[name].Set(i, v)
		}
	}
	first := func(b *plan.Buffer) int { return layout.At(b) / p.ElementBytes() }
	memory := plan.NewMemory[F](p)
	for _, b := range p.Buffers {
		switch b.Kind {
		case plan.Weight, plan.Bias, plan.Input, plan.Target, plan.Direction, plan.WeightDirection, plan.BiasDirection:
			for i := range memory.Data(b.Name) {
				memory.Data(b.Name)[i] = F(arrays[layout.In(b)].At(first(b) + i))
			}
		}
	}
	for _, fn := range []string{plan.Jacobian, plan.Tangent, plan.HessianVector, plan.ParameterJacobian} {
		for name := range arrays {
			if slices.Contains([]string{"ws", plan.ProductArg, plan.HessianArg, plan.JacobianArg}, name) {
				for i := range arrays[name].All() {
					arrays[name].Set(i, math.NaN())
				}
			}
		}
		var gradients []F // of all outputs
		memory.EachRow = nil
		if fn == plan.ParameterJacobian {
			memory.EachRow = func(int) {
				of := make([]F, p.Network.Params())
				for _, b := range p.Buffers {
					if b.Kind == plan.WeightGrad || b.Kind == plan.BiasGrad {
						copy(of[first(b):], memory.Data(b.Name))
					}
				}
				gradients = append(gradients, of...)
			}
		}
		if err := memory.Run(fn); err != nil {
			t.Fatal(err)
		}
		loss := assemblytest.Run(t, p, c, m, fn, arrays, 0, func(*assembly.File) {}, func(*assembly.Function) {})
		what := fmt.Sprintf("%s of %d-%v, %s, %s, %d bits", fn, p.Network.Input, p.Network.Layers, p.Network.Precision,
			p.Network.Rounding, bits)
		same := func(b string, got float64, want F) bool {
			if F(got) == want && p.Network.Rounding == spec.RoundingFast { // zeros of either sign
				return true
			}
			if math.Float64bits(float64(F(got))) != math.Float64bits(float64(want)) {
				t.Errorf("%s: an element of %s is %v, want %v", what, b, got, want)
				return false
			}
			return true
		}
		list := func(array string, at int, want []F) {
			for i, w := range want {
				if !same(fmt.Sprintf("%s[%d]", array, i), arrays[array].At(at+i), w) {
					return
				}
			}
		}
		if out := p.Meant(plan.PostActivation, p.Network.Depth()); plan.SignatureOf(fn).Output {
			list("ws", first(out), memory.Data(out.Name))
		} else {
			same("loss", loss, memory.Data("loss")[0])
		}
		switch fn {
		case plan.Jacobian:
			list(plan.JacobianArg, 0, memory.Data("j"))
		case plan.Tangent:
			list(plan.ProductArg, 0, memory.Data("dy"))
		case plan.ParameterJacobian:
			list(plan.JacobianArg, 0, gradients)
		case plan.HessianVector:
			for _, b := range p.Buffers {
				if b.Kind == plan.WeightCurvature || b.Kind == plan.BiasCurvature {
					list(plan.HessianArg, first(b), memory.Data(b.Name))
				}
			}
		}
	}
}
