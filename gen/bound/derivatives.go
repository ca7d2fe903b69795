package bound

import (
	"fmt"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/plan"
)

// Derivatives have the operations of a gradient on other numbers: what is pushed forward is a vector as what is pulled
// back is.

// derivatives are the functions that have limits of their own, in the order of these.
var derivatives = []string{plan.Tangent, plan.Jacobian, plan.ParameterJacobian, plan.HessianVector}

// linearly are the buffers that results depend on linearly: to split their ranges brings nothing.
var linearly = map[*plan.Meaning]bool{
	plan.TangentPre: true, plan.TangentPost: true, plan.RowIncoming: true, plan.RowDelta: true, plan.Incoming: true,
	plan.DirectProduct: true, plan.BackProduct: true, plan.SentDot: true, plan.DeltaDot: true,
}

// linear says whether what a host operation formed is pushed forward or pulled back, and no pre-activation.
func (w *walk) linear(acc expr.Var) bool { return acc == plan.AccBackward || w.pushing }

// direction is what an affine map makes of a direction, or of a direction of its parameters, with what is added to it.
func (w *walk) direction(o *plan.Affine) error {
	var first Interval
	off := 0.0
	if o.B != nil && o.B.Kind == plan.BiasDirection {
		first = w.ranges.Biases
	} else if o.B != nil {
		t := w.known[o.B]
		first, off = Interval{min(t.lo, t.clo), max(t.hi, t.chi)}, t.err
	}
	z := unknown()
	if off <= w.max {
		z = w.dot(w.ranges.Weights, first, w.known[o.In])
	}
	if z.known() {
		z.err += off
	}
	w.pushing = true
	defer func() { w.pushing = false }()
	return w.elements(&o.Each, plan.AccForward, all(o.W.Rows, z))
}

// unit is s·e_k.
func (w *walk) unit(o *plan.Unit) error {
	s := w.of(o.S).number
	if o.S == nil {
		var err error
		if s, err = w.expression(o.Factor(), nil); err != nil {
			return err
		}
	}
	w.set(o.Out, all(o.Out.Len(), union(s, given(0, 0))).with(s.exact(), s.err))
	return nil
}

// of is what is known of a buffer, or of that which it is a part of.
func (w *walk) of(b *plan.Buffer) vector {
	if v, ok := w.known[b]; ok || b == nil || b.View == nil {
		return v
	}
	whole := w.known[b.View.Of]
	return all(b.Len(), whole.number)
}

// derivedOuter notes the derivatives by the parameters of a layer. Layers come from the last one to the first.
func (w *walk) derivedOuter(o *plan.Outer) {
	text := "∂ŷ/∂%s%d"
	if o.GW.Kind == plan.WeightCurvature {
		text = "(∇²L·v)%s%d"
	}
	d := w.known[o.D]
	x := w.times(d.number, w.known[o.A].number)
	if o.DT != nil {
		x = w.plus(x, w.times(w.known[o.DT].number, w.known[o.AT].number))
	}
	of := []Limit{limit(fmt.Sprintf(text, "W", o.D.Layer), x)}
	if o.GB != nil {
		of = append(of, limit(fmt.Sprintf(text, "b", o.D.Layer), d.number))
	}
	w.derived = append(of, w.derived...)
}

// derivative notes what is known of a matrix of derivatives, or of a vector of them.
func (w *walk) derivative(b *plan.Buffer) {
	if b.Kind != plan.Derived {
		return
	}
	name := "∂ŷ/∂x"
	if b.Means == plan.TangentPost {
		name = "(∂ŷ/∂x)·dx"
	}
	w.derived = []Limit{limit(name, w.known[b].number)}
}

// flow is which way an operation on a whole layer goes.
type flow int

const (
	value   flow = iota // a = σ(z)
	back                // Jacᵀ·v
	push                // Jac·ż
	backDot             // Jacᵀ·v̇ + R{Jac}ᵀ·v
)

// flowOf is that of an operation, and what it is applied to.
func (w *walk) flowOf(o *plan.Vector) (flow, vector) {
	for _, f := range []struct {
		flow flow
		of   expr.Var
	}{{backDot, plan.SentDotVar}, {push, plan.TangentPre.Var}, {back, plan.AccBackward}} {
		if b := o.Bind(f.of); b != nil {
			return f.flow, w.known[b]
		}
	}
	return value, vector{}
}

// logSoftmaxPush is ż - Σ exp(a)·ż, where the sum is a mean.
func (w *walk) logSoftmaxPush(n int, z number, v vector) vector {
	p := w.probability(n, z)
	product := w.times(p, v.number)
	if !product.known() {
		return all(n, unknown())
	}
	mean := w.summed(n, product)
	mean.lo, mean.hi = max(mean.lo, v.lo), min(mean.hi, v.hi)
	return all(n, w.plus(v.number, mean.negative()))
}

// maxPoolPush is ż at the first maximum of every window: of two units closer than their errors the other one may be
// taken.
func (w *walk) maxPoolPush(groups int, v vector, inexact bool) vector {
	d := v.number
	if inexact && !w.apart {
		d = union(d, mistaken(d, d))
	}
	return all(groups, d)
}
