package bound

import (
	"fmt"
	"math"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/plan"
)

// layer takes an activation of a whole layer: its value, its pullback, or what derivatives need besides. The Jacobians
// of softmax and radial-sigmoid are symmetric.
func (w *walk) layer(o *plan.Vector) error {
	kind := w.p.Activations[o.Layer-1].Vector
	z := w.roots[o.Layer]
	way, v := w.flowOf(o)
	n := o.Window
	pools := kind == expr.MaxPool || kind == expr.AvgPool
	back := way == back || way == backDot && pools // whose slopes are constant beside ties
	var out vector
	switch {
	case !z.known() || way != value && !v.known():
		out = all(o.Out.Len(), unknown())
	case way == backDot && !pools:
		return w.layerDot(kind, o, z.number, v)
	case kind == expr.Softmax && way != value:
		out = w.softmaxBack(n, z.number, v)
	case kind == expr.Softmax:
		out = w.softmax(n, z.number)
	case kind == expr.LogSoftmax && way == push:
		out = w.logSoftmaxPush(n, z.number, v)
	case kind == expr.LogSoftmax && back:
		out = w.logSoftmaxBack(n, z.number, v)
	case kind == expr.LogSoftmax:
		out = w.logSoftmax(n, z.number)
	case kind == expr.RadialSigmoid && way != value:
		return w.radialBack(o, z.number, v)
	case kind == expr.RadialSigmoid:
		return w.radial(o, z.number)
	case kind == expr.MaxPool && way == push:
		out = w.maxPoolPush(o.Groups(), v, z.err > 0)
	case kind == expr.MaxPool && back:
		out = w.maxPoolBack(o.N, v, z.err > 0)
	case kind == expr.MaxPool:
		out = all(o.Groups(), z.number)
	case kind == expr.AvgPool && back:
		c, err := w.expression(expr.Number(1/float64(n)), nil)
		if err != nil {
			return err
		}
		// Every v serves the n units of its window.
		spread := vector{o.N, v.number, float64(n) * v.total, float64(n) * v.totalErr}
		out = w.scaled(spread, c)
	case kind == expr.AvgPool:
		of := z.number
		if way == push {
			of = v.number
		}
		out = all(o.Groups(), w.over(w.summed(n, of), given(float64(n), float64(n))))
	default:
		return fmt.Errorf("no bound for the layer of kind %v", kind)
	}
	w.set(o.Out, out)
	return nil
}

// shares bounds what rounding does to p_i = exp(z_i - m)/Σ exp(z_j - m), m the largest z, for z without error, in [0,
// spread] below m. The exponential of D = z_i - m has the relative error |D|u, from rounding D, and that of exp; as p_i
// ≤ exp(D), the first is at most u/e in p_i, and in the weighted mean Σ p_j|D_j| ≤ log n, because that plus the
// logarithm of the sum is the entropy of p. To it come n-1 additions, the reciprocal and the product. one is the bound
// for each p, sum for the relative error of the sum of exponentials, all for the absolute errors of all p together.
func (f format) shares(n int) (one, sum, all float64) {
	logs, k := math.Log(float64(n)), float64(n)
	call := 2 * f.ulps * f.u
	sum = logs*f.u + call + f.gamma(k-1) + k*f.tiny
	one = f.u/math.E + call + sum + 2*f.u + 2*f.tiny
	all = logs*f.u + call + sum + 2*f.u + 2*k*f.tiny
	const second = 1.01 // errors of errors
	return second * one, second * sum, second * all
}

// softmax is a = softmax(z). Where every z is off by at most e, so is every difference of two by 2e, and a = 1/(1 + Σ
// exp(z_j - z_i)) by what the logistic function is from -e to e: tanh(e/2). All together are off by twice that.
func (w *walk) softmax(n int, z number) vector {
	one, _, together := w.shares(n)
	width, k := z.hi-z.lo, float64(n-1)
	a := number{lo: 1 / (1 + k*math.Exp(width)), hi: 1 / (1 + k*math.Exp(-width)), err: math.Tanh(z.err/2) + one}
	a.clo, a.chi = a.lo-a.err, a.hi+a.err
	return all(n, w.bounded(a, 0)).with(1, 2*math.Tanh(z.err/2)+together)
}

// softmaxBack is d = a ⊙ (v - aᵀv).
func (w *walk) softmaxBack(n int, z number, v vector) vector {
	a := w.softmax(n, z)
	difference := w.plus(v.number, w.mean(a, v).negative())
	// Both are within the range of v, and no weights make the mean of their distances longer than half of that.
	reach := v.hi - v.lo
	difference.lo, difference.hi = max(difference.lo, -reach), min(difference.hi, reach)
	d := w.scaled(a, difference)
	return d.with(reach/2, inf)
}

// mean is aᵀv, whose error is that of the mean and that of a, which sums to 1.
func (w *walk) mean(a, v vector) number {
	dot := v.number
	dot.err += zeroOr(a.totalErr, v.computed())
	return w.bounded(dot, (w.gamma(float64(a.n+1))+w.u)*(1+a.totalErr)*v.computed()+float64(a.n)*w.tiny)
}

// logSoftmax is a = (z - m) - log Σ exp(z - m). Where every z is off by at most e, so are both z_i and the logarithm.
func (w *walk) logSoftmax(n int, z number) vector {
	a := w.surprise(n, z).negative()
	return all(n, a)
}

// surprise is log Σ exp(z_j) - z_i, formed as (m - z_i) + log Σ exp(z_j - m).
func (w *walk) surprise(n int, z number) number {
	_, sum, _ := w.shares(n)
	width, logs := z.hi-z.lo+2*z.err, math.Log(float64(n))
	low := 0.0
	if n > 1 {
		low = math.Log1p(float64(n-1) * math.Exp(z.lo-z.hi))
	}
	x := number{lo: low, hi: z.hi - z.lo + logs, err: 2 * z.err}
	round := w.half(width) + sum + w.function(logs+sum) + w.half(width+logs)
	x.clo, x.chi = x.lo-x.err, x.hi+x.err
	return w.bounded(x, round)
}

// logSoftmaxBack is d = v - exp(a)·Σv.
func (w *walk) logSoftmaxBack(n int, z number, v vector) vector {
	product := w.times(w.probability(n, z), w.sumOf(n, v))
	d := w.plus(v.number, product.negative())
	return all(n, d)
}

// sumOf is Σv.
func (w *walk) sumOf(n int, v vector) number {
	total := number{-v.total, v.total, -v.total - v.totalErr, v.total + v.totalErr, v.totalErr}
	total.lo, total.hi = max(total.lo, float64(n)*v.lo), min(total.hi, float64(n)*v.hi)
	return w.bounded(total, w.adding(terms{n: n, each: v.computed(), total: v.total + v.totalErr}))
}

// probability is exp(a) of log-softmax, off by what its logarithm is.
func (w *walk) probability(n int, z number) number {
	a := w.logSoftmax(n, z)
	p := w.along(curves[expr.OpExp], a.number.within(-inf, 0))
	if p.known() {
		p.err = min(p.err, math.Expm1(a.err)+w.function(1))
	}
	return p
}

// maxPoolBack is v at the first maximum of every window, 0 elsewhere: of two units closer than their errors the other
// one may be taken.
func (w *walk) maxPoolBack(n int, v vector, inexact bool) vector {
	d := union(v.number, given(0, 0))
	out := vector{n, d, v.total, v.totalErr}
	if inexact && !w.apart {
		out.number = union(out.number, union(mistaken(v.number, given(0, 0)), mistaken(given(0, 0), v.number)))
		out.totalErr = 2*v.total + v.totalErr
	}
	return out
}

// softmaxCost is the cross-entropy of a softmax from its logits: loss = Σ y·(log Σ exp(z) - z), d = a - y, for y that
// sum to 1.
func (w *walk) softmaxCost(m *plan.Map) {
	z := w.roots[m.Layer]
	if !z.known() {
		w.loss = all(1, unknown())
		for _, s := range m.Sets {
			w.set(s.Buf, all(m.N, unknown()))
		}
		return
	}
	x := w.surprise(m.N, z.number)
	// Σ y·x is a mean of x; products and partial sums are no larger than that.
	loss := x
	loss.lo = min(loss.lo, 0)
	w.loss = all(1, w.bounded(loss, (w.u*x.computed()+float64(m.N-1)*w.half(x.computed()))+float64(m.N)*w.tiny))
	a := w.softmax(m.N, z.number)
	for _, s := range m.Sets {
		d := w.plus(a.number, given(0, 1).negative())
		d.lo, d.hi = max(d.lo, -1), min(d.hi, 1)
		w.set(s.Buf, all(m.N, d).with(2, a.totalErr+2*w.u*(1+a.totalErr)))
	}
}
