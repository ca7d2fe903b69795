package bound

import (
	"math"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/plan"
)

// R{Jacᵀ·v} of activations of whole layers, Jacᵀ·v̇ + R{Jac}ᵀ·v, whose equations are in gen/plan's table of them.

// second are the vectors of such an operation besides z: v and v̇, ż and ȧ.
type second struct{ v, vd, zt, at vector }

// layerDot takes it of softmax, log-softmax and radial-sigmoid.
func (w *walk) layerDot(kind expr.VectorKind, o *plan.Vector, z number, vd vector) error {
	x := second{
		w.known[o.Bind(plan.AccBackward)], vd,
		w.known[w.p.Meant(plan.TangentPre, o.Layer)], w.known[w.p.Meant(plan.TangentPost, o.Layer)],
	}
	out := all(o.Out.Len(), unknown())
	if x.v.known() && x.vd.known() && x.zt.known() && x.at.known() {
		switch kind {
		case expr.Softmax:
			out = w.softmaxDot(o.Window, z, x)
		case expr.LogSoftmax:
			out = w.logSoftmaxDot(o.Window, z, x)
		case expr.RadialSigmoid:
			var err error
			if out, err = w.radialDot(o, z, x); err != nil {
				return err
			}
		}
	}
	w.set(o.Out, out)
	return nil
}

// softmaxDot is ȧ ⊙ (v - aᵀv) + a ⊙ (v̇ - (ȧᵀv + aᵀv̇)).
func (w *walk) softmaxDot(n int, z number, x second) vector {
	a := w.softmax(n, z)
	mean := w.mean(a, x.v)
	// Of ȧᵀv + aᵀv̇ the second part is a mean, and the first one is no more than v times the sum of |ȧ|.
	turned := zeroOr(x.at.total, x.v.exact())
	size := zeroOr(x.at.total+x.at.totalErr, x.v.computed()) + zeroOr(1+a.totalErr, x.vd.computed())
	rate := number{x.vd.lo - turned, x.vd.hi + turned, -size, size, 0}
	rate.err = zeroOr(x.at.totalErr, x.v.computed()) + zeroOr(x.at.total, x.v.err) +
		zeroOr(a.totalErr, x.vd.computed()) + x.vd.err
	rate = w.bounded(rate, (w.gamma(float64(n+1))+2*w.u)*size+3*float64(n)*w.tiny)
	d := w.plus(w.times(x.at.number, w.plus(x.v.number, mean.negative())),
		w.times(a.number, w.plus(x.vd.number, rate.negative())))
	return all(n, d)
}

// logSoftmaxDot is v̇ - p ⊙ (Σv̇ + ȧ·Σv), p the probabilities.
func (w *walk) logSoftmaxDot(n int, z number, x second) vector {
	inner := w.plus(w.sumOf(n, x.vd), w.times(x.at.number, w.sumOf(n, x.v)))
	return all(n, w.plus(x.vd.number, w.times(w.probability(n, z), inner).negative()))
}

// radialDot is q̇·v + q·v̇ + (k̇·aᵀv + k·(ȧᵀv + aᵀv̇))·a + k·aᵀv·ȧ, with q and k as radialBack has them and
//
//	q̇ = cṙ/r    k̇ = ((σ″ - c/r)/σ² - 2cσ'/σ³)·ṙ    c = σ' - q    ṙ = zᵀż/r
func (w *walk) radialDot(o *plan.Vector, z number, x second) (vector, error) {
	n := o.N
	a := w.known[w.p.Meant(plan.PostActivation, o.Layer)]
	rate := w.radialRate(n, z, x.zt.number)
	if !a.known() || !rate.known() {
		return all(n, unknown()), nil
	}
	r, _ := w.lengths(n, z)
	const norm = expr.Var("n")
	gate, one, two := expr.Sigmoid(norm), expr.Number(1), expr.Number(2)
	slope := expr.Mul(gate, expr.Sub(one, gate))
	q := expr.Div(gate, norm)
	across := expr.Sub(slope, q)
	perRadius := expr.Div(across, norm)
	bend := expr.Mul(slope, expr.Sub(one, expr.Mul(two, gate)))
	k := expr.Div(across, expr.Square(gate))
	kRate := expr.Sub(expr.Div(expr.Sub(bend, perRadius), expr.Square(gate)),
		expr.Div(expr.Mul(expr.Mul(two, across), slope), expr.Mul(gate, expr.Square(gate))))
	var of [4]number
	for i, e := range []expr.Expr{q, perRadius, k, kRate} {
		var err error
		if of[i], err = w.ofLength(r, norm, e); err != nil {
			return vector{}, err
		}
		if !of[i].known() {
			return all(n, unknown()), nil
		}
	}
	inner := w.dotOf(a, x.v)
	innerDot := w.summed(n, w.plus(w.times(x.at.number, x.v.number), w.times(a.number, x.vd.number)))
	turn := w.plus(w.times(w.times(of[3], rate), inner), w.times(of[2], innerDot))
	d := w.plus(
		w.plus(w.times(w.times(of[1], rate), x.v.number), w.times(of[0], x.vd.number)),
		w.plus(w.times(turn, a.number), w.times(w.times(of[2], inner), x.at.number)))
	return all(n, d), nil
}

// radialRate is ṙ = (z/c)ᵀż / (r/c), c being the largest |z_i|. It has no bound where z may be 0.
func (w *walk) radialRate(n int, z, zt number) number {
	r, _ := w.lengths(n, z)
	root := math.Sqrt(float64(n)) * slack
	largest := r.clo/root - w.tiny // what c is computed as, at least
	if !(largest > 0) {
		return unknown()
	}
	// Where every z is off by at most e, so is c, and z/c by 2e/c, for |z/c| is at most 1.
	over := w.bounded(number{-1, 1, -1, 1, 2 * z.err / largest}, w.u+w.tiny)
	turn := w.summed(n, w.times(over, zt))
	length := w.bounded(number{1, root, 1 - root*over.err, root + root*over.err, root * over.err},
		w.lengthRoundings(n)*root)
	rate := w.over(turn, length)
	reach := root * zt.exact() // the length of ż
	rate.lo, rate.hi = max(rate.lo, -reach), min(rate.hi, reach)
	return rate
}
