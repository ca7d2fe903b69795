package kernel

import (
	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/kernel/idiom"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// each does what a Map does with n elements from at on. In a fused Map, acc is the variable of the host operation and
// held its value. It returns the terms of the sum, 0 in the lanes above unless sums are ordered, nil where there is
// none.
func (f *function) each(m *plan.Map, at index, n int, acc expr.Var, held *vec.Value) (terms *vec.Value) {
	var exprs []expr.Expr
	for _, s := range m.Sets {
		exprs = append(exprs, s.Expr)
	}
	if m.Sum != nil {
		exprs = append(exprs, m.Sum.Expr)
	}
	defer f.positive(m)()
	loaded := map[expr.Var]*vec.Value{}
	f.code.Live = n
	defer func() { f.code.Live = 0 }()
	f.code.Wide(f.m.Width(n), func() {
		out := f.code.Program(expr.Share("u", exprs...), func(v expr.Var) *vec.Value {
			if acc != "" && v == acc {
				return held
			}
			if loaded[v] == nil {
				loaded[v] = f.argument(m, v, at, n)
			}
			return loaded[v]
		})
		for i, s := range m.Sets {
			f.code.Store(out[i], f.at(s.Buf, at), n)
		}
		if m.Sum != nil {
			// the sum of one is what is in the first lane
			if terms = out[len(out)-1]; !f.code.Strict && m.N > 1 && !f.code.FewLanes(m.N) {
				terms = f.code.Clip(terms, n)
			}
		}
	})
	return terms
}

// positive tells those who write expressions which variable of a Map is Σ e^(z − max z), until what it returns is
// called.
func (f *function) positive(m *plan.Map) (done func()) {
	if m.Takes(plan.ExpSum) {
		f.code.Positive = plan.ExpSum.Var
	}
	return func() { f.code.Positive = "" }
}

// argument reads what a variable of a Map stands for.
func (f *function) argument(m *plan.Map, v expr.Var, at index, n int) *vec.Value {
	b := m.Bind(v)
	if b.Len() == 1 {
		return f.code.Spread(f.at(b, index{}))
	}
	return f.code.LoadLoose(f.at(b, at), n)
}

// mapping is an elementwise operation of its own.
func (f *function) mapping(m *plan.Map) {
	lanes := f.m.Lanes()
	if m.Sum == nil {
		f.chunks(m.N, lanes, unrolledChunks, []int{1}, func(at index, n int) { f.each(m, at, n, "", nil) })
		return
	}
	add := f.sum
	if f.code.Strict {
		add = f.orderedTotal
	}
	total := add(m.N, unrolledChunks, func(at index, n int) *vec.Value { return f.each(m, at, n, "", nil) })
	f.finishSum(m.Sum, total, m.N)
}

// unrolledChunks is up to how many whole vectors an elementwise operation is straight code: its body may be long.
const unrolledChunks = 4

// sum adds the vectors that a body makes of n elements, a register full at a time, each with 0 in the lanes that it
// lacks.
func (f *function) sum(n, unrolled int, body func(at index, n int) *vec.Value) (total *vec.Value) {
	lanes := f.m.Lanes()
	f.code.Wide(f.m.Width(min(n, lanes)), func() {
		if n/lanes <= unrolled {
			f.chunks(n, lanes, unrolled, []int{1}, func(at index, n int) {
				v := body(at, n)
				if total == nil {
					total = v
					return
				}
				total = f.code.Sum(total, v)
			})
			return
		}
		total = f.to.Variable()
		f.code.Set(total, f.code.Zeros())
		f.chunks(n, lanes, unrolled, []int{1}, func(at index, n int) {
			f.code.Set(total, f.code.Sum(total, body(at, n)))
		})
		f.pending = append(f.pending, total)
	})
	return total
}

// finishSum adds the lanes of a sum over n elements and stores it, as the function's result where it is the loss.
func (f *function) finishSum(s *plan.Sum, total *vec.Value, n int) {
	f.code.Wide(f.m.Width(min(n, f.m.Lanes())), func() {
		if n > 1 || f.code.Strict {
			total = f.code.Folded(total, n, (*idiom.Code).Sum, vec.AddPairs)
		}
		if s.Scale != 1 {
			total = f.code.Product(total, f.code.Number(s.Scale))
		}
	})
	at := f.to.Result()
	if s.Buf.Kind != plan.Loss {
		at = f.at(s.Buf, index{})
	}
	f.code.Store(total, at, 1)
	f.releasePending()
}
