package amd64

import (
	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// What a sweep does with the vectors of a round: reading and writing them, all lanes or some, and folding.

// startFolds begins with what has been folded before, and with 0.
func (w *sweeper) startFolds() {
	if w.Fold == plan.NoFold {
		return
	}
	for range w.vectorsInRound() {
		w.folds = append(w.folds, w.f.cell())
	}
	w.f.code.m = w.wide
	for i, cell := range w.folds {
		w.f.code.within(w.bits, func() {
			from := w.f.code.zeros()
			if i == 0 {
				from = w.begun()
			}
			w.f.code.set(cell, from)
		})
	}
	w.f.flush()
}

// begun is what has been folded before. Go has just written it, maybe, half as many numbers at a time, which can't be
// read at once until they have reached the cache.
func (w *sweeper) begun() (all *vec.Value) {
	const half = plan.FoldLanes / 2
	at, b := w.wide.size*half, w.f.code
	var low, high *vec.Value
	b.within(8*at, func() { low, high = b.load(w.to, half), b.load(w.to.Plus(at), half) })
	b.within(2*8*at, func() { all = b.join(low, high) })
	return all
}

// finishFolds folds the vectors and, of a vector, the parts that are FoldLanes long, and leaves the result in memory.
func (w *sweeper) finishFolds() {
	if w.Fold == plan.NoFold {
		return
	}
	w.f.adopt(w.folds...)
	w.f.code.m = w.wide
	list := w.folds
	for ; len(list) > 1; list = list[:len(list)/2] {
		for i := range len(list) / 2 {
			w.f.code.within(w.bits, func() { list[i] = w.fold(list[i+len(list)/2], list[i]) })
		}
	}
	total := list[0]
	for bits := w.bits; bits > plan.FoldLanes*8*w.wide.size; bits /= 2 {
		var high *vec.Value
		w.f.code.within(bits, func() { high = w.f.code.half(total) })
		w.f.code.within(bits/2, func() { total = w.fold(high, total) })
	}
	w.f.code.within(plan.FoldLanes*8*w.wide.size, func() { w.f.code.store(total, w.to, plan.FoldLanes) })
}

// fold folds a vector into what has been folded, which is no NaN where the largest is taken.
func (w *sweeper) fold(x, so *vec.Value) *vec.Value {
	if w.Fold == plan.FoldMax {
		return w.f.code.larger(x, so)
	}
	return w.f.code.sum(so, x)
}

// body does what the sweep does with some vectors from the index on, only the lanes of a mask if there is one.
func (w *sweeper) body(vectors []int, mask *vec.Value) {
	w.f.code.m = w.wide
	w.f.code.within(w.bits, func() {
		var results []func()
		for _, i := range vectors {
			results = append(results, w.vector(i, mask)...)
		}
		for _, store := range results {
			store()
		}
	})
	w.f.code.m = w.f.m
}

// vector does so with the i-th of them, and returns what stores its results.
func (w *sweeper) vector(i int, mask *vec.Value) (results []func()) {
	known := map[expr.Var]*vec.Value{}
	look := func(v expr.Var) *vec.Value {
		switch {
		case known[v] != nil:
		case w.held[v] != nil:
			return w.held[v]
		case w.arrays[v] != nil:
			known[v] = w.element(v, i, mask)
		default:
			known[v] = w.f.code.spread(w.numbers[v])
		}
		return known[v]
	}
	for _, set := range w.Sets {
		known[set.Name] = w.f.code.expression(set.Value, look)
		if w.Stored(set.Name) {
			results = append(results, w.put(known[set.Name], set.Name, i, mask))
		}
	}
	switch w.Fold {
	case plan.FoldMax:
		w.f.code.set(w.folds[i], w.fold(w.f.code.expression(w.Of, look), w.folds[i]))
	case plan.FoldSum:
		if p, ok := factors(w.Of); ok {
			x := w.f.code.expression(p.X, look)
			w.f.code.accumulate(w.folds[i], x, w.f.code.expression(p.Y, look))
			break
		}
		w.f.code.set(w.folds[i], w.fold(w.f.code.expression(w.Of, look), w.folds[i]))
	}
	return results
}

// elementAt is where vector i of an array is.
func (w *sweeper) elementAt(v expr.Var, i int) vec.Place {
	return vec.Place{Base: w.arrays[v], Index: w.index, Disp: i * w.lanes * w.f.m.size}
}

// element reads vector i of an array, 0 in the lanes outside of a mask.
func (w *sweeper) element(v expr.Var, i int, mask *vec.Value) (x *vec.Value) {
	b := w.f.code
	w.narrowly(func() {
		x = b.loadWhere(w.elementAt(v, i), w.lanes, mask)
	})
	if w.wide != w.f.m {
		x = b.widenedFromMemory(x)
	}
	return x
}

// put returns what writes vector i of an array, the lanes of a mask.
func (w *sweeper) put(x *vec.Value, v expr.Var, i int, mask *vec.Value) func() {
	b := w.f.code
	if w.wide != w.f.m {
		x = b.narrowed(x)
	}
	return func() {
		w.narrowly(func() {
			b.storeWhere(x, w.elementAt(v, i), w.lanes, mask)
		})
	}
}

// narrowly writes instructions on numbers as the arrays have them.
func (w *sweeper) narrowly(write func()) {
	b := w.f.code
	b.m = w.f.m
	b.within(b.bits*w.f.m.size/w.wide.size, write)
	b.m = w.wide
}
