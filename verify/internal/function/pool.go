package function

import (
	"math"

	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"gonum.org/v1/gonum/mat"
)

// window is how many consecutive units make one output of a layer that pools; 0 is the whole layer.
type window int

// size returns the number of units of a window in a layer of n.
func (w window) size(n int) int {
	if w == 0 {
		return n
	}
	return int(w)
}

// maxPool is a_g = max of the z of window g. The gradient goes to the first maximum of each window.
type maxPool struct{ window }

// first returns the index of the first maximum among z[from:to], that of a NaN if there is one.
func first(z []float64, from, to int) int {
	at := from
	for i := from; i < to; i++ {
		if math.IsNaN(z[i]) {
			return i
		}
		if z[i] > z[at] {
			at = i
		}
	}
	return at
}

func (p maxPool) Value(z *mat.VecDense) *mat.VecDense {
	w := p.size(z.Len())
	a := mat.NewVecDense(z.Len()/w, nil)
	for g := range a.Len() {
		a.SetVec(g, z.AtVec(first(linear.Elements(z), g*w, g*w+w)))
	}
	return a
}

// Jacobian has a 1 in every row, at the first maximum of the window.
func (p maxPool) Jacobian(z *mat.VecDense) mat.Matrix {
	w := p.size(z.Len())
	jac := mat.NewDense(z.Len()/w, z.Len(), nil)
	for g := range z.Len() / w {
		jac.Set(g, first(linear.Elements(z), g*w, g*w+w), 1)
	}
	return jac
}

// candidates returns the units that may be the maximum of window g in a kernel: those that the errors let
// reach the maximum of the reference. decided says that the kernel takes the first maximum, like the
// reference: there is one candidate, or all are exact.
func (p maxPool) candidates(z rounding.Estimate, g int) (list []int, decided bool) {
	w := p.size(len(z.Value))
	top := first(z.Value, g*w, g*w+w)
	decided = true
	for i := g * w; i < g*w+w; i++ {
		reach := rounding.Up(z.Bound[i]+z.Bound[top], 2)
		if z.Value[top]-z.Value[i] <= reach || math.IsInf(reach, 1) {
			list = append(list, i)
		}
	}
	if len(list) > 1 {
		for _, i := range list {
			decided = decided && z.Bound[i] == 0
		}
	}
	return list, decided
}

// ValueBound: the kernel's maximum is that of a candidate, and no candidate is off by more than its bound.
func (p maxPool) ValueBound(_ rounding.Pair, z rounding.Estimate, a []float64) []float64 {
	bound := make([]float64, len(a))
	for g := range bound {
		list, _ := p.candidates(z, g)
		for _, i := range list {
			bound[g] = max(bound[g], z.Bound[i])
		}
	}
	return bound
}

// PullbackBound: the gradient of a window goes to one of its units as it is, and it is exactly 0 at the
// others. Where the maximum is not decided, any candidate may have all of it or nothing.
func (p maxPool) PullbackBound(_ rounding.Pair, z, _, v rounding.Estimate) []float64 {
	w := p.size(len(z.Value))
	bound := make([]float64, len(z.Value))
	for g := range v.Value {
		list, decided := p.candidates(z, g)
		top := first(z.Value, g*w, g*w+w)
		bound[top] = v.Bound[g]
		if decided {
			continue
		}
		for _, i := range list {
			bound[i] = rounding.Up(v.Magnitude(g), 1)
		}
	}
	return bound
}

// averagePool is a_g = mean of the z of window g.
type averagePool struct{ window }

func (p averagePool) Value(z *mat.VecDense) *mat.VecDense {
	w := p.size(z.Len())
	a := mat.NewVecDense(z.Len()/w, nil)
	for i := range a.Len() * w {
		a.SetVec(i/w, a.AtVec(i/w)+z.AtVec(i)/float64(w))
	}
	return a
}

// Jacobian has 1/w in every column, in the row of its window.
func (p averagePool) Jacobian(z *mat.VecDense) mat.Matrix {
	w := p.size(z.Len())
	jac := mat.NewDense(z.Len()/w, z.Len(), nil)
	for i := range z.Len() / w * w {
		jac.Set(i/w, i, 1/float64(w))
	}
	return jac
}

// ValueBound is that of a sum in any order, with 1/w, rounded or not, multiplied in before or after.
func (p averagePool) ValueBound(r rounding.Pair, z rounding.Estimate, a []float64) []float64 {
	w := p.size(len(z.Value))
	bound := make([]float64, len(a))
	for g := range bound {
		var propagated, kernel, reference float64
		for i := g * w; i < g*w+w; i++ {
			propagated += z.Bound[i]
			kernel += z.Magnitude(i)
			reference += math.Abs(z.Value[i])
		}
		n := float64(w)
		local := r.Local(rounding.Work{Roundings: n + 2}, rounding.Up(kernel, n), rounding.Up(reference, n))
		bound[g] = rounding.Up((propagated+local)/n, n+2)
		if kernel > 0 {
			// Underflow of the quotient is not divided by w, nor are those of the parts.
			bound[g] += r.Underflow(rounding.Work{Roundings: n + 2}, 1)
		}
	}
	return bound
}

// PullbackBound: every unit has its window's gradient divided by w.
func (p averagePool) PullbackBound(r rounding.Pair, z, _, v rounding.Estimate) []float64 {
	w := p.size(len(z.Value))
	bound := make([]float64, len(z.Value))
	for i := range len(v.Value) * w {
		n := float64(w)
		bound[i] = rounding.Up(v.Bound[i/w]/n, 1) +
			r.Local(rounding.Work{Roundings: 2}, v.Magnitude(i/w)/n, math.Abs(v.Value[i/w])/n)
	}
	return bound
}
