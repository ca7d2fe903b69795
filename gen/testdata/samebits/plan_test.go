package samebits

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify"
)

// planSamples is two blocks and more of the batches that the networks have.
const planSamples = 37

const planRate = 0.037

func flat[F float32 | float64, T any](v *T) []F {
	return unsafe.Slice((*F)(unsafe.Pointer(v)), unsafe.Sizeof(*v)/unsafe.Sizeof(*new(F)))
}

// planBits wants of every function, at every level, the bits that the interpreter of plans gives, which adds in the
// order that the plan states. The network has no elementary functions: the interpreter has those of package math.
func planBits[P, G, W, B, X, Y any, F float32 | float64](
	t *testing.T, text string, k verify.Kernel[P, G, W, B, X, Y, F], atLevels func(func(level string)),
) {
	n, err := spec.Decode("spec.json", []byte(text))
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
		params, xs, ys := new(P), make([]X, planSamples), make([]Y, planSamples)
		draw(flat[F](params), round)
		for i := range xs {
			draw(flat[F](&xs[i]), round)
			draw(flat[F](&ys[i]), round/2)
		}
		load := func() {
			for _, part := range parts(p, plan.Weight, plan.Bias, flat[F](params)) {
				copy(m.Network.Data(part.name), part.values)
			}
			m.Network.Data("rate")[0] = planRate
			for i, s := range m.Samples {
				copy(s.Data("x"), flat[F](&xs[i]))
				copy(s.Data("y"), flat[F](&ys[i]))
				s.Data("rate")[0] = planRate
			}
		}
		atLevels(func(level string) {
			same := func(what string, got, want []F) {
				t.Helper()
				if len(got) != len(want) || len(got) == 0 {
					t.Fatalf("%s: %d numbers, the plan has %d", what, len(got), len(want))
				}
				for i, v := range got {
					if w := want[i]; v != w && (v == v || w == w) || v == 0 && math.Signbit(float64(v)) != math.Signbit(float64(w)) {
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
			ws, b, g := new(W), new(B), new(G)
			for i, s := range m.Samples[:3] {
				load()
				net := *params
				run(s, plan.Forward)
				same("Forward", flat[F](k.Forward(&net, ws, &xs[i])), s.Data(fmt.Sprintf("a%d", n.Depth())))
				run(s, plan.LossOnly)
				same("Loss", []F{k.Loss(&net, ws, &xs[i], &ys[i])}, s.Data("loss"))
				run(s, plan.Grad)
				same("loss of Grad", []F{k.Grad(&net, ws, &xs[i], &ys[i], g)}, s.Data("loss"))
				both("Grad", plan.WeightGrad, plan.BiasGrad, flat[F](g))
				if k.InputGrad != nil {
					same("InputGrad", flat[F](k.InputGrad(ws)), s.Data("d0"))
				}
				k.Forward(&net, ws, &xs[i])
				same("loss of Backward", []F{k.Backward(&net, ws, &xs[i], &ys[i], g)}, s.Data("loss"))
				both("Backward", plan.WeightGrad, plan.BiasGrad, flat[F](g))
				run(s, plan.Step)
				same("loss of Step", []F{k.Step(&net, ws, &xs[i], &ys[i], planRate)}, s.Data("loss"))
				both("Step", plan.Weight, plan.Bias, flat[F](&net))
			}
			load()
			net, out := *params, make([]Y, planSamples)
			k.ForwardBatch(&net, b, xs, out)
			for i, s := range m.Samples {
				run(s, plan.Forward)
				same(fmt.Sprintf("ForwardBatch, sample %d", i), flat[F](&out[i]), s.Data(fmt.Sprintf("a%d", n.Depth())))
			}
			batch := func(function string) {
				t.Helper()
				load()
				if err := m.RunBatch(function); err != nil {
					t.Fatal(err)
				}
			}
			batch(plan.GradBatch)
			same("loss of GradBatch", []F{k.GradBatch(&net, b, xs, ys, g)}, []F{m.Loss})
			same("LossBatch", []F{k.LossBatch(&net, b, xs, ys)}, []F{m.Loss})
			both("GradBatch", plan.WeightGrad, plan.BiasGrad, flat[F](g))
			batch(plan.StepBatch)
			same("loss of StepBatch", []F{k.StepBatch(&net, b, xs, ys, planRate)}, []F{m.Loss})
			both("StepBatch", plan.Weight, plan.Bias, flat[F](&net))
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
