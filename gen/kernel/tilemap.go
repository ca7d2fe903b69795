package kernel

import (
	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/kernel/idiom"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// Straight-line code of an elementwise operation over rows, in operations on registers: in all, and in the body of a
// loop.
const (
	unrolledRows = 200
	bodyRows     = 60
)

// weigh estimates the instructions that a Map takes for one register.
func (t *tile) weigh(m *plan.Map) int {
	var es []expr.Expr
	for _, s := range m.Sets {
		es = append(es, s.Expr)
	}
	if m.Sum != nil {
		es = append(es, m.Sum.Expr)
	}
	return t.weighAll(es)
}

// callWeight is what an elementary function counts for, translatedWeight what one does that is translated from Go.
const (
	callWeight       = 25
	translatedWeight = 120
)

func (t *tile) weighAll(es []expr.Expr) int {
	c, call := expr.Share("u", es...).Count(), callWeight
	if t.f.code.Strict {
		call = translatedWeight
	}
	return 1 + int(c.Total()) + (call-1)*int(c.Calls)
}

// step is how many units a loop over a Map takes at once: a few of a long one, which are computed side by side.
func (t *tile) step(m *plan.Map) int {
	weight := t.weigh(m)
	if t.f.code.Strict && weight > translatedWeight { // as much is computed side by side as registers hold
		return 1
	}
	return max(t.f.m.Lines()/t.vectors, bodyRows/(weight*t.vectors), 1)
}

// evaluate does what a Map does with vector v of a unit's row. acc is the variable of the host operation and held its
// value. It returns the terms of the sum, nil where there is none.
func (t *tile) evaluate(m *plan.Map, unit index, v int, acc expr.Var, held *vec.Value) *vec.Value {
	var exprs []expr.Expr
	for _, s := range m.Sets {
		exprs = append(exprs, s.Expr)
	}
	if m.Sum != nil {
		exprs = append(exprs, m.Sum.Expr)
	}
	defer t.f.positive(m)()
	loaded := map[expr.Var]*vec.Value{}
	out := t.f.code.Program(expr.Share("u", exprs...), func(x expr.Var) *vec.Value {
		if acc != "" && x == acc {
			return held
		}
		if loaded[x] == nil {
			loaded[x] = t.load(m.Bind(x), unit, v)
		}
		return loaded[x]
	})
	for i, s := range m.Sets {
		t.store(out[i], s.Buf, unit, v)
	}
	if m.Sum != nil {
		return out[len(out)-1]
	}
	return nil
}

// mapping is an elementwise operation of its own.
func (t *tile) mapping(m *plan.Map) {
	if m.Role == plan.Deliver {
		to := t.f.to.Base("out")
		if m.Layer == 0 {
			to = t.f.to.Base("gxs")
		}
		t.samplesOut(m.Args[0].Buf, vec.Place{Base: to}, m.N)
		return
	}
	weight := t.weigh(m) * t.vectors
	step, unrolled := t.step(m), 0
	if m.N*weight <= unrolledRows {
		step, unrolled = m.N, 1
	}
	if m.Sum != nil && t.f.code.Strict {
		t.orderedMapping(m, step, unrolled)
		return
	}
	totals := make([]*vec.Value, t.vectors)
	looped := m.N/step > max(1, unrolled)
	if m.Sum != nil && looped {
		totals = t.f.variables(t.vectors, (*idiom.Code).Zeros)
	}
	t.overRows(m.N, step, max(1, unrolled), func(at index, n int) {
		terms := make([]*vec.Value, n*t.vectors)
		t.interleave(at, n, func(unit index, i, v int) { terms[i] = t.evaluate(m, unit, v, "", nil) })
		if m.Sum == nil {
			return
		}
		for i, term := range terms {
			switch v := i % t.vectors; {
			case looped:
				t.f.code.Set(totals[v], t.f.code.Sum(totals[v], term))
			case totals[v] == nil:
				totals[v] = term
			default:
				totals[v] = t.f.code.Sum(totals[v], term)
			}
		}
	})
	if m.Sum == nil {
		return
	}
	for v, total := range totals {
		t.finish(m.Sum, total, v)
	}
	if looped {
		t.f.to.Release(totals...)
	}
}

// interleave runs a body for the vectors of n units, some of them side by side; i counts them.
func (t *tile) interleave(at index, n int, body func(unit index, i, v int)) {
	n *= t.vectors
	for first := 0; first < n; first += t.f.m.Lines() {
		t.f.code.Interleave(min(t.f.m.Lines(), n-first), func(k int) {
			unit, i := at, first+k
			unit.off += i / t.vectors
			body(unit, i, i%t.vectors)
		})
	}
}

// finish stores a sum over units; the loss is added to that of the tiles before, of the samples alone.
func (t *tile) finish(s *plan.Sum, total *vec.Value, v int) {
	if s.Scale != 1 {
		total = t.f.code.Product(total, t.f.code.Number(s.Scale))
	}
	if s.Weight != nil {
		total = t.f.code.Product(total, t.load(s.Weight, index{}, v))
	}
	if s.Buf.Kind != plan.Loss {
		t.store(total, s.Buf, index{}, v)
		return
	}
	at, lanes := t.work(t.lay.loss, index{}, v), t.f.m.Lanes()
	if t.f.code.Strict {
		t.f.code.Store(total, at, lanes)
		return
	}
	t.f.code.Store(t.f.code.Sum(t.f.code.Load(at, lanes), t.f.code.Keep(t.alive(v), total)), at, lanes)
}

// returnLoss makes the sum of the losses the function's result.
func (t *tile) returnLoss() {
	var total *vec.Value
	for v := range t.vectors {
		x := t.f.code.Load(t.work(t.lay.loss, index{}, v), t.f.m.Lanes())
		if total != nil {
			x = t.f.code.Sum(total, x)
		}
		total = x
	}
	t.f.code.Store(t.f.code.Everywhere(total, (*idiom.Code).Sum), t.f.to.Result(), 1)
}
