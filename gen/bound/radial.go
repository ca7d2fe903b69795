package bound

import (
	"math"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/plan"
)

// shortest is the length that z of a radial-sigmoid has at least, apart.
const shortest = 1

// lengths is what is known of r = |z|, for n units within z, and the largest error of z as a vector.
func (w *walk) lengths(n int, z number) (r number, e float64) {
	root := math.Sqrt(float64(n)) * slack
	e = root * z.err
	r = number{0, root * z.exact(), 0, root * z.computed(), e}
	if w.apart {
		r.lo = min(shortest, r.hi)
		r.clo = max(0, r.lo-e)
	}
	return w.bounded(r, w.lengthRoundings(n)*r.computed()+w.tiny), e
}

// lengthRoundings is the relative error of c·√Σ(z/c)² beside that of z: half of those of the squares, each of a
// quotient and of their sum, and a root and a product.
func (w *walk) lengthRoundings(n int) float64 { return w.gamma(float64(n)/2 + 4) }

// radial is a = σ(r)·z/r, which jumps at z = 0.
func (w *walk) radial(o *plan.Vector, z number) error {
	n := o.N
	r, e := w.lengths(n, z)
	gate := sigmoid(r.hi)
	// Beyond three errors from 0 a is no steeper than σ(r)/r there, nearer to 0 it may point the other way.
	err := 2 * sigmoid(4*e)
	if w.apart && r.lo > 2*e {
		err = e * sigmoid(r.lo-e) / (r.lo - e)
	}
	a := number{-gate, gate, -gate - err, gate + err, err}
	// A quotient, the length, σ, which is no steeper than its argument relatively, a quotient and a product.
	a = w.bounded(a, (2*w.lengthRoundings(n)+2*w.ulps*w.u+w.gamma(6))*gate+2*w.tiny)
	root := math.Sqrt(float64(n)) * slack
	w.set(o.Out, all(n, a).with(root*gate, root*a.err))
	return nil
}

// radialBack is d = q·v + k·(aᵀv)·a with q = σ(r)/r and k = (σ'(r) - q)/σ(r)².
func (w *walk) radialBack(o *plan.Vector, z number, v vector) error {
	r, _ := w.lengths(o.N, z)
	const norm = expr.Var("n")
	gate := expr.Sigmoid(norm)
	q := expr.Div(gate, norm)
	k := expr.Div(expr.Sub(expr.Mul(gate, expr.Sub(expr.Number(1), gate)), q), expr.Square(gate))
	radial, err := w.ofLength(r, norm, q)
	if err != nil {
		return err
	}
	tangle, err := w.ofLength(r, norm, k)
	if err != nil {
		return err
	}
	a := w.known[w.p.Meant(plan.PostActivation, o.Layer)]
	if !radial.known() || !tangle.known() || !a.known() {
		w.set(o.Out, all(o.N, unknown()))
		return nil
	}
	dot := w.dotOf(a, v)
	d := w.plus(w.times(radial, v.number), w.times(w.times(tangle, dot), a.number))
	w.set(o.Out, all(o.N, d))
	return nil
}

// ofLength is an expression of r, whose name is norm there.
func (w *walk) ofLength(r number, norm expr.Var, e expr.Expr) (number, error) {
	program := expr.Share("u", e)
	return over([]Interval{{r.lo, r.hi}}, func(box []Interval) (number, error) {
		x, err := w.program(program, map[expr.Var]number{norm: r.piece(box[0])})
		if err != nil {
			return number{}, err
		}
		return x[0], nil
	})
}

// dotOf is aᵀv.
func (w *walk) dotOf(a, v vector) number {
	x := w.times(a.number, v.number)
	if !x.known() {
		return x
	}
	return w.summed(a.n, x)
}
