package samebits

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// planSamples is two blocks and more of the batches that the networks have.
const planSamples = 37

const planRate = 0.037

// planBits wants of every function, at every level, the bits that the interpreter of plans gives, which adds in the
// order that the plan states. The network has no elementary functions: the interpreter has those of package math.
func (k kernel[F]) planBits(t *testing.T) {
	n, err := spec.Decode("spec.json", []byte(k.spec))
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Compile(n.WithDefaults())
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(7, 8))
	draw := func(to []F, round int) {
		for i := range to {
			v := r.NormFloat64() / 2
			switch round {
			case 1: // sums whose order shows
				v *= math.Ldexp(1, r.IntN(40)-20)
			case 2: // ties, and zeros of both signs
				v = math.Copysign(float64(r.IntN(2))/2, v)
			}
			to[i] = F(v)
		}
	}
	for round := range 3 {
		m := plan.NewBatchMemory[F](p, planSamples)
		params, xs, ys := make([]F, k.params), make([]F, planSamples*k.inputs), make([]F, planSamples*k.outputs)
		x := func(i int) []F { return xs[i*k.inputs : (i+1)*k.inputs] }
		y := func(i int) []F { return ys[i*k.outputs : (i+1)*k.outputs] }
		draw(params, round)
		for i := range planSamples {
			draw(x(i), round)
			draw(y(i), round/2)
		}
		load := func() {
			for _, part := range parts(p, plan.Weight, plan.Bias, params) {
				copy(m.Network.Data(part.name), part.values)
			}
			m.Network.Data("rate")[0] = planRate
			for i, s := range m.Samples {
				copy(s.Data("x"), x(i))
				copy(s.Data("y"), y(i))
				s.Data("rate")[0] = planRate
			}
		}
		k.atLevels(func(level string) {
			same := func(what string, got, want []F) {
				t.Helper()
				if len(got) != len(want) || len(got) == 0 {
					t.Fatalf("%s: %d numbers, the plan has %d", what, len(got), len(want))
				}
				for i, v := range got {
					if w := want[i]; v != w && (v == v || w == w) || v == 0 &&
						math.Signbit(float64(v)) != math.Signbit(float64(w)) {
						t.Fatalf("round %d, %s, %s: number %d is %v, the plan gives %v", round, level, what, i, v, w)
					}
				}
			}
			both := func(what string, matrix, vector plan.Kind, got []F) {
				t.Helper()
				for _, part := range parts(p, matrix, vector, got) {
					same(what+" "+part.name, part.values, m.Network.Data(part.name))
				}
			}
			run := func(s *plan.Memory[F], function string) {
				t.Helper()
				if err := s.Run(function); err != nil {
					t.Fatal(err)
				}
			}
			ws, b, g := k.newWorkspace(), k.newBatch(), make([]F, k.params)
			for i, s := range m.Samples[:3] {
				load()
				net := slices.Clone(params)
				run(s, plan.Forward)
				same("Forward", k.forward(net, ws, x(i)), s.Data(fmt.Sprintf("a%d", n.Depth())))
				run(s, plan.LossOnly)
				same("Loss", []F{k.loss(net, ws, x(i), y(i))}, s.Data("loss"))
				run(s, plan.Grad)
				same("loss of Grad", []F{k.grad(net, ws, x(i), y(i), g)}, s.Data("loss"))
				both("Grad", plan.WeightGrad, plan.BiasGrad, g)
				if k.inputGrad != nil {
					same("InputGrad", k.inputGrad(ws), s.Data("d0"))
				}
				k.forward(net, ws, x(i))
				same("loss of Backward", []F{k.backward(net, ws, x(i), y(i), g)}, s.Data("loss"))
				both("Backward", plan.WeightGrad, plan.BiasGrad, g)
				run(s, plan.Step)
				same("loss of Step", []F{k.step(net, ws, x(i), y(i), planRate)}, s.Data("loss"))
				both("Step", plan.Weight, plan.Bias, net)
			}
			load()
			net, out := slices.Clone(params), make([]F, planSamples*k.outputs)
			k.forwardBatch(net, b, xs, out)
			for i, s := range m.Samples {
				run(s, plan.Forward)
				same(fmt.Sprintf("ForwardBatch, sample %d", i), out[i*k.outputs:(i+1)*k.outputs],
					s.Data(fmt.Sprintf("a%d", n.Depth())))
			}
			batch := func(function string) {
				t.Helper()
				load()
				if err := m.RunBatch(function); err != nil {
					t.Fatal(err)
				}
			}
			batch(plan.GradBatch)
			same("loss of GradBatch", []F{k.gradBatch(net, b, xs, ys, g)}, []F{m.Loss})
			same("LossBatch", []F{k.lossBatch(net, b, xs, ys)}, []F{m.Loss})
			both("GradBatch", plan.WeightGrad, plan.BiasGrad, g)
			batch(plan.StepBatch)
			same("loss of StepBatch", []F{k.stepBatch(net, b, xs, ys, planRate)}, []F{m.Loss})
			both("StepBatch", plan.Weight, plan.Bias, net)
		})
	}
}

// values are those of a buffer.
type values[F float32 | float64] struct {
	name   string
	values []F
}

// parts cuts an array laid out like the parameters into the buffers of two kinds.
func parts[F float32 | float64](p *plan.Program, matrix, vector plan.Kind, rest []F) (all []values[F]) {
	for l := 1; l <= p.Network.Depth(); l++ {
		for _, k := range []plan.Kind{matrix, vector} {
			if b := p.Find(k, l); b != nil {
				all = append(all, values[F]{b.Name, rest[:b.Len()]})
				rest = rest[b.Len():]
			}
		}
	}
	return all
}
