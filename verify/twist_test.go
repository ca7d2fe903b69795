package verify

import (
	"math"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/function"
	"github.com/backpropgen/backpropgen/verify/internal/judge"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
	"github.com/backpropgen/backpropgen/verify/internal/verifytest"
)

// twisted returns a naive evaluator that makes one mistake.
func twisted(t twist[float32]) naive[float32] {
	return naive[float32]{sum: ascending[float32], fromPost: true, twist: &t}
}

// at replaces the derivative where z is exactly a kink.
func at(kink, slope float32) naive[float32] {
	return twisted(twist[float32]{pullback: func(z, _, v, d []float32) {
		for i := range d {
			if z[i] == kink {
				d[i] = slope * v[i]
			}
		}
	}})
}

// shifted changes the value a little.
func shifted(by func(z, a float32) float32) naive[float32] {
	return twisted(twist[float32]{value: func(z, a []float32) {
		for i := range a {
			a[i] = by(z[i], a[i])
		}
	}})
}

// TestTwists: mistakes in conventions and formulas that people make are outside the bounds, in a hidden layer, within
// the trials that -short runs. The same network without the mistake is accepted.
func TestTwists(t *testing.T) {
	named := func(name string, params map[string]float64) spec.Function {
		return spec.Function{Name: name, Params: params}
	}
	hidden := func(f spec.Function) spec.Network {
		n := verifytest.Build("mse", spec.Float32, []int{4, 6, 3}, "", "identity")
		n.Layers[0].Activation = f
		return n
	}
	costs := func(f spec.Function) spec.Network {
		n := verifytest.Build("mse", spec.Float32, []int{4, 5, 3}, "relu", "identity")
		n.Cost = f
		return n
	}
	half := map[string]float64{"alpha": 0.5}
	for _, c := range []struct {
		name string
		n    spec.Network
		e    naive[float32]
	}{
		{"relu' 1 at 0", hidden(named("relu", nil)), at(0, 1)},
		{"relu' ½ at 0", hidden(named("relu", nil)), at(0, 0.5)},
		{"leaky-relu' 1 at 0", hidden(named("leaky-relu", nil)), at(0, 1)},
		{"leaky-relu' 0 at 0", hidden(named("leaky-relu", nil)), at(0, 0)},
		{
			"leaky-relu with 0.0101", hidden(named("leaky-relu", nil)),
			shifted(func(z, a float32) float32 { return max(z, 0.0101*z) }),
		},
		{"elu' 1 at 0", hidden(named("elu", half)), at(0, 1)},
		{"elu' by a + 1", hidden(named("elu", half)), twisted(twist[float32]{pullback: func(_, a, v, d []float32) {
			for i := range d {
				if a[i] < 0 {
					d[i] = (a[i] + 1) * v[i]
				}
			}
		}})},
		{"selu' λ at 0", hidden(named("selu", nil)), at(0, function.SeluScale)},
		{"gelu by tanh", hidden(named("gelu", nil)), shifted(func(z, _ float32) float32 {
			return 0.5 * z * (1 + elementary(math.Tanh, 0.7978845608*(z+0.044715*z*z*z)))
		})},
		{"gelu' without zφ", hidden(named("gelu", nil)), twisted(twist[float32]{pullback: func(z, _, v, d []float32) {
			for i := range d {
				d[i] = v[i] * 0.5 * (1 + elementary(math.Erf, z[i]/math.Sqrt2))
			}
		}})},
		{"hard-sigmoid' 1/6 at 3", hidden(named("hard-sigmoid", nil)), at(3, 1./6)},
		{"hard-sigmoid' 1/6 at -3", hidden(named("hard-sigmoid", nil)), at(-3, 1./6)},
		{"hard-tanh' 1 at 1", hidden(named("hard-tanh", nil)), at(1, 1)},
		{"hard-tanh' 1 at -1", hidden(named("hard-tanh", nil)), at(-1, 1)},
		{
			"log-softmax' without the sum", hidden(named("log-softmax", nil)),
			twisted(twist[float32]{pullback: func(_, _, v, d []float32) { copy(d, v) }}),
		},
		{"log-softmax' with a for exp(a)", hidden(named("log-softmax", nil)),
			twisted(twist[float32]{pullback: func(_, a, v, d []float32) {
				s := ascending(v)
				for i := range d {
					d[i] = v[i] - a[i]*s
				}
			}})},
		{"radial-sigmoid' ½ at 0", hidden(named("radial-sigmoid", nil)),
			twisted(twist[float32]{pullback: func(z, _, v, d []float32) {
				for i := range d {
					if z[0] == 0 && z[1] == 0 && z[2] == 0 && z[3] == 0 && z[4] == 0 && z[5] == 0 {
						d[i] = 0.5 * v[i]
					}
				}
			}})},
		{"radial-sigmoid ½ at 0", hidden(named("radial-sigmoid", nil)), shifted(func(z, a float32) float32 {
			if z == 0 {
				return 0.5
			}
			return a
		})},
		{"radial-sigmoid' without the stretch", hidden(named("radial-sigmoid", nil)),
			twisted(twist[float32]{pullback: func(z, a, v, d []float32) {
				q := naive[float32]{sum: ascending[float32]}.norm(a) / naive[float32]{sum: ascending[float32]}.norm(z)
				for i := range d {
					if z[i] != 0 {
						d[i] = q * v[i]
					}
				}
			}})},
		{"max-pool to the last maximum", hidden(named("max-pool", map[string]float64{spec.Window: 3})),
			twisted(twist[float32]{pullback: func(z, a, v, d []float32) {
				clear(d)
				for g := range a {
					last := 3 * g
					for i := 3 * g; i < 3*g+3; i++ {
						if z[i] == a[g] {
							last = i
						}
					}
					d[last] = v[g]
				}
			}})},
		{"max-pool to every maximum", hidden(named("max-pool", map[string]float64{spec.Window: 2})),
			twisted(twist[float32]{pullback: func(z, a, v, d []float32) {
				for i := range d {
					if z[i] == a[i/2] {
						d[i] = v[i/2]
					}
				}
			}})},
		{"avg-pool adds", hidden(named("avg-pool", map[string]float64{spec.Window: 2})),
			twisted(twist[float32]{value: func(z, a []float32) {
				for i := range a {
					a[i] = z[2*i] + z[2*i+1]
				}
			}})},
		{"avg-pool' is not divided", hidden(named("avg-pool", map[string]float64{spec.Window: 2})),
			twisted(twist[float32]{pullback: func(_, _, v, d []float32) {
				for i := range d {
					d[i] = v[i/2]
				}
			}})},
		{"mae' 1 at 0", costs(named("mae", nil)), twisted(twist[float32]{slope: func(a, y, g []float32) {
			for i := range g {
				if a[i] == y[i] {
					g[i] = 1. / 3
				}
			}
		}})},
		{"huber' not clipped", costs(named("huber", nil)), twisted(twist[float32]{slope: func(a, y, g []float32) {
			for i := range g {
				g[i] = (a[i] - y[i]) / 3
			}
		}})},
		{"log-cosh' is sinh", costs(named("log-cosh", nil)), twisted(twist[float32]{slope: func(a, y, g []float32) {
			for i := range g {
				g[i] = elementary(math.Sinh, a[i]-y[i]) / 3
			}
		}})},
	} {
		c.e.twist.activation = c.n.Layers[0].Activation.Name
		t.Run(c.name, func(t *testing.T) {
			right := c.e
			right.twist = nil
			if err := twistReport(t, c.n, right).Err(); err != nil {
				t.Errorf("without the mistake: %v", err)
			}
			if twistReport(t, c.n, c.e).Err() == nil {
				t.Error("accepted")
			}
		})
	}
}

// twistReport compares one evaluator with the bounds, over the trials of -short.
func twistReport(t *testing.T, n spec.Network, e naive[float32]) *Report {
	t.Helper()
	report := &finding.Report{}
	for i := range (judge.Options{Short: true}).For(n) {
		s := drawn(t, n, i)
		want, err := trial.Expect(n, s)
		if err != nil {
			t.Fatal(err)
		}
		got := e.run(n, s)
		r := finding.Ruler{Report: report, Format: rounding.Float32, Where: s.Kind}
		finding.Compare(r, "naive", finding.Block{Name: "output", N: len(s.Y)}, got.output, want.Output,
			want.OutputBound)
		finding.CompareAll(r, "naive", finding.Blocks(n, ""), got.grad, want.Grad, want.GradBound)
	}
	return reportOf(report)
}
