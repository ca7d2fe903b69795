package kernel

import (
	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/kernel/idiom"
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
		w.folds = append(w.folds, w.f.to.Variable())
	}
	for i, cell := range w.folds {
		w.f.code.Within(w.wide.Number(), w.bits, func() {
			from := w.f.code.Zeros()
			if i < w.parts {
				from = w.begun(i)
			}
			w.f.code.Set(cell, from)
		})
	}
	w.f.to.Flush()
}

// begun is what has been folded before, or a part of it. Go has just written it, maybe, half as many numbers at a time,
// which can't be read at once until they have reached the cache.
func (w *sweeper) begun(part int) (all *vec.Value) {
	const half = plan.FoldLanes / 2
	at, b := w.wide.Size*half, w.f.code
	if w.parts > 1 {
		return b.Load(w.to.Plus(part*w.lanes*w.wide.Size), w.lanes)
	}
	var low, high *vec.Value
	b.Wide(max(128, 8*at), func() { low, high = b.Load(w.to, half), b.Load(w.to.Plus(at), half) })
	b.Wide(2*8*at, func() { all = b.Join(low, high) })
	return all
}

// finishFolds folds the vectors and, of a vector, the parts that are FoldLanes long, and leaves the result in memory.
func (w *sweeper) finishFolds() {
	if w.Fold == plan.NoFold {
		return
	}
	w.f.to.Adopt(w.folds...)
	w.f.code.Within(w.wide.Number(), w.bits, w.foldAll)
}

// foldAll does so where numbers are those that are folded.
func (w *sweeper) foldAll() {
	list := w.folds
	for ; len(list) > w.parts; list = list[:len(list)/2] {
		for i := range len(list) / 2 {
			list[i] = w.fold(list[i+len(list)/2], list[i])
		}
	}
	if w.parts > 1 {
		for i, part := range list {
			w.f.code.Store(part, w.to.Plus(i*w.lanes*w.wide.Size), w.lanes)
		}
		return
	}
	total := list[0]
	for bits := w.bits; bits > plan.FoldLanes*8*w.wide.Size; bits /= 2 {
		var high *vec.Value
		w.f.code.Wide(bits, func() { high = w.f.code.Half(total) })
		w.f.code.Wide(bits/2, func() { total = w.fold(high, total) })
	}
	w.f.code.Wide(plan.FoldLanes*8*w.wide.Size, func() { w.f.code.Store(total, w.to, plan.FoldLanes) })
}

// fold folds a vector into what has been folded, which is no NaN where the largest is taken.
func (w *sweeper) fold(x, so *vec.Value) *vec.Value {
	if w.Fold == plan.FoldMax {
		return w.f.code.Larger(x, so)
	}
	return w.f.code.Sum(so, x)
}

// body does what the sweep does with some vectors from the index on, only the lanes of a mask if there is one.
func (w *sweeper) body(vectors []int, mask *vec.Value) {
	w.f.code.Within(w.wide.Number(), w.bits, func() {
		for _, i := range vectors {
			w.vector(i, mask)
		}
	})
}

// vector does so with the i-th of them. It stores results before the next vector is read: where they cross lines of the
// cache, stores that follow one another take a sixth longer.
func (w *sweeper) vector(i int, mask *vec.Value) {
	var stored []expr.Var
	known := map[expr.Var]*vec.Value{}
	look := func(v expr.Var) *vec.Value {
		switch {
		case known[v] != nil:
		case w.held[v] != nil:
			return w.held[v]
		case w.arrays[v] != nil:
			known[v] = w.element(v, i, mask)
		default:
			known[v] = w.f.code.Spread(w.numbers[v])
			if w.straight() {
				w.held[v] = known[v]
			}
		}
		return known[v]
	}
	for _, set := range w.Sets {
		known[set.Name] = w.f.code.Expression(set.Value, look)
		if w.Stored(set.Name) {
			stored = append(stored, set.Name)
		}
	}
	for _, v := range stored {
		w.put(known[v], v, i, mask)
	}
	switch w.Fold {
	case plan.FoldMax:
		w.f.code.Set(w.folds[i], w.fold(w.f.code.Expression(w.Of, look), w.folds[i]))
	case plan.FoldSum:
		if p, ok := idiom.Factors(w.Of); ok {
			x := w.f.code.Expression(p.X, look)
			w.f.code.Accumulate(w.folds[i], x, w.f.code.Expression(p.Y, look))
			break
		}
		w.f.code.Set(w.folds[i], w.fold(w.f.code.Expression(w.Of, look), w.folds[i]))
	}
}

// elementsOf is how many elements vector i of arrays has that are known to fill so many.
func (w *sweeper) elementsOf(i int) int { return min(w.lanes, w.Elements-i*w.lanes) }

// elementAt is where vector i of an array is.
func (w *sweeper) elementAt(v expr.Var, i int) vec.Place {
	return vec.Place{Base: w.arrays[v], Index: w.index, Disp: i * w.lanes * w.f.m.Size}
}

// element reads vector i of an array, 0 in the lanes outside of a mask.
func (w *sweeper) element(v expr.Var, i int, mask *vec.Value) (x *vec.Value) {
	b := w.f.code
	if w.straight() {
		return b.Load(w.elementAt(v, i), w.elementsOf(i))
	}
	w.narrowly(func() {
		x = b.LoadWhere(w.elementAt(v, i), w.lanes, mask)
	})
	if w.wide != w.f.m {
		x = b.WidenLoaded(x)
	}
	return x
}

// put writes vector i of an array, the lanes of a mask.
func (w *sweeper) put(x *vec.Value, v expr.Var, i int, mask *vec.Value) {
	b := w.f.code
	if w.straight() {
		b.Store(x, w.elementAt(v, i), w.elementsOf(i))
		return
	}
	if w.wide != w.f.m {
		x = b.Narrow(x)
	}
	w.narrowly(func() {
		b.StoreWhere(x, w.elementAt(v, i), w.lanes, mask)
	})
}

// narrowly writes instructions on numbers as the arrays have them.
func (w *sweeper) narrowly(write func()) {
	w.f.code.Within(w.f.m.Number(), max(128, w.f.code.Bits()*w.f.m.Size/w.wide.Size), write)
}
