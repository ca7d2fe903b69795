package onnx

import (
	"fmt"
	"math"

	"github.com/backpropgen/backpropgen/model"
	"github.com/backpropgen/backpropgen/spec"
)

// point is a place on the chain: the values of all units there. It is the input, what a dense layer makes before its
// activation, or what the activation makes of that.
type point struct {
	before *point // nil at the input
	width  int
	dense  *dense         // of a place before an activation
	act    *spec.Function // of a place behind one
}

// dense is W·x + b. Magnitudes and roundings are nil and 0 where nothing was folded.
type dense struct {
	w, b         []float64 // b may be nil
	wSize, bSize []float64
	roundings    int
}

// builder makes points. It knows what all of a graph have in common.
type builder struct {
	exprs     *pool
	tolerance float64 // how far constants may be off, for the type of the model
	precision spec.Precision
	weights   int // made so far, of all layers
	notes     []string
}

// weightsOf counts the weights of a layer before memory is taken for them.
func (b *builder) weightsOf(rows, columns int) error {
	if rows > spec.MaxWidth || columns > spec.MaxWidth {
		return fmt.Errorf("a layer of %d by %d; a layer has at most %d units", rows, columns, spec.MaxWidth)
	}
	if b.weights += rows * (columns + 1); b.weights > 2*spec.MaxParams { // twice: a layer may be folded once more
		return fmt.Errorf("the network has more than %d weights and biases; no more are allowed", spec.MaxParams)
	}
	return nil
}

// newDense is the place behind a dense layer on the values a·x + shift at p, which are behind an activation or the
// input.
func (b *builder) newDense(p *point, on affine, rows int, w func(i, j int) float64, bias []float64) (*point, error) {
	if err := b.weightsOf(rows, p.width); err != nil {
		return nil, err
	}
	d := &dense{w: make([]float64, rows*p.width)}
	folds := !on.isSame()
	shifts := folds && (on.shift.each != nil || on.shift.one != 0)
	if bias != nil || shifts {
		d.b = make([]float64, rows)
		copy(d.b, bias)
	}
	if folds {
		d.wSize, d.bSize = make([]float64, rows*p.width), make([]float64, rows)
		d.roundings = perOperation*on.operations + p.width + 2
		for i, v := range bias {
			d.bSize[i] = math.Abs(v)
		}
	}
	for i := range rows {
		for j := range p.width {
			at, v := i*p.width+j, w(i, j)
			if !folds {
				d.w[at] = v
				continue
			}
			d.w[at] = v * on.scale.at(j)
			d.wSize[at] = math.Abs(v) * on.scaleSize.at(j)
			d.bSize[i] += math.Abs(v) * on.shiftSize.at(j)
			if shifts {
				d.b[i] += v * on.shift.at(j)
			}
		}
	}
	return &point{before: p, width: rows, dense: d}, nil
}

// identity is the place behind a dense layer that only does what on says, unit by unit.
func (b *builder) identity(p *point, on affine) (*point, error) {
	b.notes = append(b.notes, fmt.Sprintf("a dense layer of %d by %d stands for arithmetic between two activations",
		p.width,
		p.width))
	return b.newDense(p, on, p.width, func(i, j int) float64 {
		if i == j {
			return 1
		}
		return 0
	}, nil)
}

// folded is the place before an activation, with its values mapped: rows of W and b are multiplied and moved.
func (b *builder) folded(p *point, by affine) (*point, error) {
	if by.isSame() {
		return p, nil
	}
	columns, old := p.before.width, p.dense
	if old.b == nil && old.wSize == nil && by.scale.each == nil && by.scale.one == 1 && by.operations == 1 {
		return &point{before: p.before, width: p.width, dense: biased(old, p.width, by.shift)}, nil
	}
	if err := b.weightsOf(p.width, columns); err != nil {
		return nil, err
	}
	d := &dense{
		w: make([]float64, len(old.w)), wSize: make([]float64, len(old.w)), bSize: make([]float64, p.width),
		roundings: max(old.roundings, columns+2) + perOperation*by.operations,
	}
	if old.b != nil || by.shift.each != nil || by.shift.one != 0 {
		d.b = make([]float64, p.width)
	}
	for i := range p.width {
		scale, size := by.scale.at(i), by.scaleSize.at(i)
		for j := range columns {
			at := i*columns + j
			d.w[at] = scale * old.w[at]
			d.wSize[at] = size * old.sizeW(at)
		}
		if d.b != nil {
			d.b[i] = by.shift.at(i)
			if old.b != nil {
				d.b[i] += scale * old.b[i]
			}
		}
		d.bSize[i] = size*old.sizeB(i) + by.shiftSize.at(i)
	}
	return &point{before: p.before, width: p.width, dense: d}, nil
}

// biased is a layer without bias and one addition: nothing is folded, and nothing rounded.
func biased(old *dense, width int, shift lane) *dense {
	d := &dense{w: old.w, b: make([]float64, width)}
	for i := range d.b {
		d.b[i] = shift.at(i)
	}
	return d
}

// perOperation is how many roundings an operator of a graph may take of which arithmetic of one unit is made here,
// those of its constants included: normalisation, the longest, takes seven, and is four operations.
const perOperation = 2

func (d *dense) sizeW(at int) float64 {
	if d.wSize != nil {
		return d.wSize[at]
	}
	return math.Abs(d.w[at])
}

func (d *dense) sizeB(i int) float64 {
	if d.bSize != nil {
		return d.bSize[i]
	}
	if d.b != nil {
		return math.Abs(d.b[i])
	}
	return 0
}

// activated is the place behind an activation.
func (p *point) activated(f spec.Function) *point {
	return &point{before: p, width: spec.Layer{Dense: p.width, Activation: f}.Width(), act: &f}
}

// settle ends what e does with the values at p: it returns a place behind an activation, or the input, of which the
// values of e are an affine map.
func (b *builder) settle(p *point, e *expr) (*point, affine, error) {
	z := b.exprs.z
	if m, ok := e.affineIn(z); ok {
		if p.dense == nil {
			return p, m, nil
		}
		q, err := b.folded(p, m)
		if err != nil {
			return nil, affine{}, err
		}
		return q.activated(spec.Function{Name: "identity"}), same(), nil
	}
	if p.dense == nil {
		if q, m, ok := b.logarithm(p, e); ok {
			return q, m, nil
		}
		q, err := b.identity(p, same())
		if err != nil {
			return nil, affine{}, err
		}
		return b.settle(q, e)
	}

	core, outer := e.peel(z)
	forms := b.forms(e, core)
	for _, f := range forms {
		if act, ok := catalogued(f.whole, b.tolerance); ok {
			return b.activate(p, f.inner, act, same())
		}
	}
	for _, f := range forms {
		if act, ok := catalogued(f.core, b.tolerance); ok {
			return b.activate(p, f.inner, act, outer)
		}
	}
	for _, f := range forms {
		if q, m, ok, err := b.pooled(p, f.core, f.inner); ok || err != nil {
			return q, outer.after(m), err
		}
	}
	var reason error = errPerUnit
	for _, f := range forms {
		if f.core.perUnit() {
			continue
		}
		text, after := f.whole, same()
		if outer.perUnit() {
			text, after = f.core, outer
		}
		act, err := asFormula(b.shortened(text))
		if err == nil {
			return b.activate(p, f.inner, act, after)
		}
		reason = err
	}
	if plain := b.exprs.uniform(e); plain != e {
		return b.settle(p, plain)
	}
	if last := forms[len(forms)-1]; last.core.perUnit() {
		return b.split(p, last.core, last.inner, outer)
	}
	return nil, affine{}, fmt.Errorf("the activation is none of the catalogue: %w", reason)
}

// form is an expression with one of its affine parts, which goes into the layer before, replaced by z.
type form struct {
	inner       affine
	whole, core *expr
}

// forms lists them, from z itself on.
func (b *builder) forms(e, core *expr) []form {
	z := b.exprs.z
	list := []form{{same(), e, core}}
	for _, part := range core.through() {
		if m, ok := part.affineIn(z); ok && part != z {
			list = append(list, form{m, b.exprs.replace(e, part, z), b.exprs.replace(core, part, z)})
		}
	}
	return list
}

// activate ends a layer whose rows are mapped first.
func (b *builder) activate(p *point, inner affine, f spec.Function, outer affine) (*point, affine, error) {
	q, err := b.folded(p, inner)
	if err != nil {
		return nil, affine{}, err
	}
	return q.activated(f), outer, nil
}

// logarithm is the logarithm of a softmax, which is one activation.
func (b *builder) logarithm(p *point, e *expr) (*point, affine, bool) {
	core, outer := e.peel(b.exprs.z)
	if p.act == nil || p.act.Name != "softmax" || core != b.exprs.apply("log", b.exprs.z) {
		return nil, affine{}, false
	}
	return p.before.activated(spec.Function{Name: "log-softmax"}), outer, true
}

// pooled takes the largest or the mean of all units as a pool with the window of the layer.
func (b *builder) pooled(p *point, core *expr, inner affine) (*point, affine, bool, error) {
	z := b.exprs.z
	for _, part := range append(core.through(), core) {
		if part.args == nil || part.args[0] != z || part.op != opMax && part.op != opMean && part.op != opSum {
			continue
		}
		q, err := b.folded(p, inner)
		if err != nil {
			return nil, affine{}, false, err
		}
		name, scale := "max-pool", same()
		if part.op != opMax {
			name = "avg-pool"
		}
		if part.op == opSum {
			scale = same().multiplied(lane{one: float64(p.width)}, times)
		}
		q = q.activated(spec.Function{Name: name})
		rest := b.exprs.replace(core, part, z)
		if rest == z {
			return q, scale, true, nil
		}
		if q, err = b.identity(q, scale); err != nil {
			return nil, affine{}, false, err
		}
		q, m, err := b.settle(q, rest)
		return q, m, err == nil, err
	}
	return nil, affine{}, false, nil
}

// split ends an activation where a number for each unit follows, and goes on behind a dense layer with these numbers.
func (b *builder) split(p *point, core *expr, inner, outer affine) (*point, affine, error) {
	z := b.exprs.z
	parts := core.through()
	for i := len(parts) - 1; i >= 0; i-- {
		if _, ok := parts[i].affineIn(z); ok {
			continue
		}
		q, err := b.folded(p, inner)
		if err != nil {
			return nil, affine{}, err
		}
		q, m, err := b.settle(q, parts[i])
		if err != nil {
			return nil, affine{}, err
		}
		if q, err = b.identity(q, m); err != nil {
			return nil, affine{}, err
		}
		q, m, err = b.settle(q, b.exprs.replace(core, parts[i], z))
		return q, outer.after(m), err
	}
	return nil, affine{}, fmt.Errorf("the activation is not one for the whole layer: %w; give each layer one",
		errPerUnit)
}

// beforeActivation is the place whose values are those of e at p, and at which no activation has been applied.
func (b *builder) beforeActivation(p *point, e *expr) (*point, error) {
	q, m, err := b.settle(p, e)
	if err != nil {
		return nil, err
	}
	if m.isSame() && q.act != nil && q.act.Name == "identity" {
		return q.before, nil
	}
	return b.identity(q, m)
}

// end returns the model that computes e at p.
func (b *builder) end(p *point, e *expr) (*model.Model, error) {
	q, m, err := b.settle(p, e)
	if err != nil {
		return nil, err
	}
	if !m.isSame() {
		if q, err = b.ended(q, m, p, e); err != nil {
			return nil, err
		}
	}
	var layers []model.Layer
	for ; q.before != nil; q = q.before.before {
		d := q.before.dense
		l := model.Layer{W: d.w, B: d.b, Out: q.before.width, Activation: *q.act}
		if d.wSize != nil {
			l.Loss = &model.Loss{W: d.wSize, B: d.bSize, Roundings: d.roundings}
			if l.B == nil {
				l.Loss.B = nil
			}
		}
		layers = append([]model.Layer{l}, layers...)
	}
	r := &model.Model{Precision: b.precision, Input: q.width, Layers: layers}
	return r, r.Round()
}

// ended puts an affine map behind the last activation into the chain: into a formula if it is one number for all units,
// else into a dense layer of its own.
func (b *builder) ended(q *point, m affine, p *point, e *expr) (*point, error) {
	if p.dense != nil && q.act != nil && !m.perUnit() {
		core, _ := e.peel(b.exprs.z)
		for _, f := range b.forms(e, core) {
			if act, err := asFormula(b.shortened(f.whole)); err == nil {
				r, _, err := b.activate(p, f.inner, act, same())
				return r, err
			}
		}
	}
	r, err := b.identity(q, m)
	if err != nil {
		return nil, err
	}
	return r.activated(spec.Function{Name: "identity"}), nil
}

// shortened is e with numbers in as few digits as the precision needs.
func (b *builder) shortened(e *expr) *expr {
	for _, part := range e.parts() {
		if part.op == opConst {
			e = b.exprs.replace(e, part, b.exprs.number(short(part.value, b.tolerance)))
		}
	}
	return e
}
