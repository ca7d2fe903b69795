package verify

import (
	"math"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/function"
	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"github.com/backpropgen/backpropgen/verify/internal/reference"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
	"github.com/backpropgen/backpropgen/verify/internal/verifytest"
	"gonum.org/v1/gonum/floats"
)

// derivativesOf is everything that the reference says of a sample along a direction.
func derivativesOf(t *testing.T, n spec.Network, s trial.Sample, d trial.Direction) *trial.Derivatives {
	t.Helper()
	e, err := trial.ExpectDerivatives(n, s, d, trial.Derived{
		Jacobian: true, Tangent: true, ParameterJacobian: true, HessianVector: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// sumOf is Σ u_i v_i, with what it may be off by where v is by its bound, and by its own roundings.
func sumOf(u, v, bound []float64) (sum, off float64) {
	size := 0.0
	for i, x := range u {
		sum += x * v[i]
		off += rounding.Times(math.Abs(x), bound[i])
		size += math.Abs(x * v[i])
	}
	return sum, off + rounding.Float64.Gamma(float64(len(u)))*size
}

// TestDerivativeIdentities: of the reference's own derivatives, uᵀ(J·v) is (Jᵀu)ᵀv, J·dx is the tangent, ∂ŷ/∂θ
// weighted by ∂C/∂ŷ is the gradient, and uᵀ(H·v) is vᵀ(H·u), each within the bounds of both sides. So they are of a
// kernel whose results lie within them.
func TestDerivativeIdentities(t *testing.T) {
	judged := 0
	for k, n := range verifytest.EveryPair(t, spec.Float64) {
		if testing.Short() && k%4 != 0 {
			continue // -short has one in four
		}
		t.Run(verifytest.Title(n), func(t *testing.T) {
			for _, i := range []int{0, 1, 3} { // no outputs that saturate, where a closed form differs
				s, d, other := drawn(t, n, i), trial.NewDirection(n, i), trial.NewDirection(n, i+4)
				e := derivativesOf(t, n, s, d)
				_, trace, gradient := run(t, n, s)
				near := func(what string, got, off, want, wantOff float64) {
					t.Helper()
					judged++
					if !(math.Abs(got-want) <= off+wantOff) && off+wantOff <= math.MaxFloat64 {
						t.Errorf("trial %d, %s: %v ± %v and %v ± %v", i, what, got, off, want, wantOff)
					}
				}
				in := n.Width(0)
				for o, v := range e.Tangent {
					got, off := sumOf(d.X, e.Jacobian[o*in:(o+1)*in], e.JacobianBound[o*in:(o+1)*in])
					near("J·dx", got, off, v, e.TangentBound[o])
				}
				c, err := function.CostOf(n.Cost)
				if err != nil {
					t.Fatal(err)
				}
				slope := linear.Elements(c.Gradient(trace.Output, trace.Target))
				slopeBound := c.GradientBound(rounding.PairOf(rounding.Float64),
					rounding.Estimate{Value: linear.Elements(trace.Output), Bound: linear.Elements(gradient.Output)},
					trace.Target)
				for p, want := range trace.Flat() {
					column, bound := make([]float64, len(slope)), make([]float64, len(slope))
					extra := 0.0
					for o := range slope {
						at := o*n.Params() + p
						column[o], bound[o] = e.ParameterJacobian[at], e.ParameterJacobianBound[at]
						extra += rounding.Times(slopeBound[o], math.Abs(column[o])+bound[o])
					}
					got, off := sumOf(slope, column, bound)
					near("∂C/∂ŷ·∂ŷ/∂θ", got, off+extra, want, gradient.Flat()[p])
				}
				f := derivativesOf(t, n, s, other)
				uHv, off := sumOf(other.V, e.HessianVector, e.HessianVectorBound)
				vHu, offU := sumOf(d.V, f.HessianVector, f.HessianVectorBound)
				near("uᵀHv", uHv, off, vHu, offU)
			}
		})
	}
	t.Logf("%d sums compared", judged)
}

// TestDerivativeDifferences holds the Jacobian, the tangent and the Hessian along a direction against central
// differences of the output and of the gradient, within the error estimate of the differences, as
// TestFiniteDifferences does. Samples with a kink within the stencil are skipped and counted.
func TestDerivativeDifferences(t *testing.T) {
	compared, skipped, tight := 0, 0, 0
	for k, n := range verifytest.EveryPair(t, spec.Float64) {
		if testing.Short() && k%4 != 0 {
			continue // -short has one in four
		}
		t.Run(verifytest.Title(n), func(t *testing.T) {
			for i := range 2 {
				s, d := drawn(t, n, i), trial.NewDirection(n, i)
				e := derivativesOf(t, n, s, d)
				in, out := n.Width(0), n.Width(n.Depth())
				column := func(k int) (j, bound, x []float64) {
					x = make([]float64, in)
					x[k] = 1
					for o := range out {
						j, bound = append(j, e.Jacobian[o*in+k]), append(bound, e.JacobianBound[o*in+k])
					}
					return j, bound, x
				}
				output := func(trace *reference.Trace, bounds *reference.Gradient) ([]float64, []float64) {
					return linear.Elements(trace.Output), linear.Elements(bounds.Output)
				}
				gradient := func(trace *reference.Trace, bounds *reference.Gradient) ([]float64, []float64) {
					return trace.Flat(), bounds.Flat()
				}
				none := make([]float64, n.Params())
				type row struct {
					what        string
					want, bound []float64
					x, v        []float64
					of          func(*reference.Trace, *reference.Gradient) ([]float64, []float64)
				}
				rows := []row{
					{"tangent", e.Tangent, e.TangentBound, d.X, none, output},
					{"Hessian", e.HessianVector, e.HessianVectorBound, make([]float64, in), d.V, gradient},
				}
				for k := range in {
					j, bound, x := column(k)
					rows = append(rows, row{"Jacobian", j, bound, x, none, output})
				}
				for _, c := range rows {
					got, off, ok := centralDifference(t, n, s, c.x, c.v, c.of)
					if !ok {
						skipped++
						continue
					}
					largest := floats.Norm(c.want, math.Inf(1))
					for p, want := range c.want {
						compared++
						if off[p]+c.bound[p] < 1e-4*largest {
							tight++
						}
						if !(math.Abs(got[p]-want) <= off[p]+c.bound[p]) {
							t.Errorf("trial %d, %s[%d]: %v, differences %v ± %v", i, c.what, p, want, got[p], off[p])
						}
					}
				}
			}
		})
	}
	t.Logf("%d numbers compared, %d directions skipped at kinks; tolerance below 1e-4 of the largest in %d", compared,
		skipped, tight)
	if compared == 0 || tight*10 < compared*8 {
		t.Errorf("the comparison says little: %d compared, %d with a tight tolerance", compared, tight)
	}
}

// centralDifference is that of numbers about a sample where x moves along dx and the parameters along v, with its error
// estimate. ok is false if a unit crosses a kink within the stencil.
func centralDifference(
	t *testing.T, n spec.Network, s trial.Sample, dx, v []float64,
	of func(*reference.Trace, *reference.Gradient) (value, bound []float64),
) (d, off []float64, ok bool) {
	t.Helper()
	const h = 0x1p-12
	_, centre, _ := run(t, n, s)
	at := func(step float64) (value, bound []float64, same bool) {
		moved := s
		moved.X, moved.Params = make([]float64, len(s.X)), make([]float64, len(s.Params))
		floats.AddScaledTo(moved.X, s.X, step, dx)
		floats.AddScaledTo(moved.Params, s.Params, step, v)
		_, trace, bounds := run(t, n, moved)
		value, bound = of(trace, bounds)
		return value, bound, sameSides(n, centre, trace)
	}
	var wide []float64
	for _, step := range []float64{h, h / 2} {
		above, up, one := at(step)
		below, down, two := at(-step)
		if !one || !two {
			return nil, nil, false
		}
		wide, d, off = d, make([]float64, len(above)), make([]float64, len(above))
		for i := range d {
			d[i] = (above[i] - below[i]) / (2 * step)
			off[i] = (up[i] + down[i]) / (2 * step)
			// p ± h·v is rounded.
			off[i] += 0x1p-50 / step * math.Abs(d[i])
		}
	}
	for i := range d {
		off[i] += math.Abs(d[i] - wide[i])
	}
	return d, off, true
}
