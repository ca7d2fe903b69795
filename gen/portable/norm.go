package portable

import (
	"strconv"

	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/gen/plan"
)

// norm is the body of the unexported norm in float32:
//
//	gs := g.Flat()
//	var s0, s1, s2, s3 float64
//	for i := 0; i < 64; i += 4 {
//		x0, x1, x2, x3 := float64(gs[i]), float64(gs[i+1]), float64(gs[i+2]), float64(gs[i+3])
//		s0 += x0 * x0
//		…
//	}
//	return math.Sqrt(s0 + s1 + s2 + s3)
func (pr *builder) norm(s plan.Sweep) *code.Block {
	b := &code.Block{}
	root := func(b *code.Block, sum code.Expr) { b.Return(&code.Sqrt{X: sum}) }
	pr.rootOfSquares(b, s, root, func(x code.Expr) code.Expr { return code.To(code.Float64, x) }, code.Product)
	return b
}

// normScaled is that in float64:
//
//	scale = math.Float64frombits((2046 - min(g.largest()>>52, 2045)) << 52)
//	gs := g.Flat()
//	…
//	s0 += float64(x0 * x0) // which no compiler fuses
//	…
//	return math.Sqrt(s0 + s1 + s2 + s3), scale
func (pr *builder) normScaled(s plan.Sweep) *code.Block {
	b := &code.Block{}
	scale, exponent := code.V("scale"), code.I(52)
	b.Comment("scale brings the largest to 1…2, or above if it is infinite.")
	biased := &code.Extreme{Op: code.Min, Xs: []code.Expr{
		&code.Binary{Op: code.Shr, X: method("g", "largest"), Y: exponent}, code.I(2045)}}
	b.Set(scale, &code.FromBits{To: code.Float64,
		X: &code.Binary{Op: code.Shl, X: code.Diff(code.I(2046), biased), Y: exponent}})
	root := func(b *code.Block, sum code.Expr) { b.Return(&code.Sqrt{X: sum}, scale) }
	rounded := func(x, y code.Expr) code.Expr { return code.To(code.Float64, code.Product(x, y)) }
	pr.rootOfSquares(b, s, root, func(x code.Expr) code.Expr { return code.Product(x, scale) }, rounded)
	return b
}

// rootOfSquares adds up the squares, by mul, of what of makes of the elements of g, in lanes so that an addition need
// not wait for the last one, or leaves that to the sweep's assembly; root ends the function with a sum.
func (pr *builder) rootOfSquares(b *code.Block, s plan.Sweep, root func(*code.Block, code.Expr),
	of func(code.Expr) code.Expr, mul func(x, y code.Expr) code.Expr) {
	b.Let("gs", method("g", "Flat"))
	if pr.sweeps(s) {
		inner := pr.ifVector(b, s.Function())
		root(inner, code.Sum(pr.lanesOf(inner, s)...))
	}
	sums := laneNames("s")
	b.Declare(code.Of(code.Float64), sums...)
	add := func(b *code.Block, first index, count int) {
		names, values := laneNames("x")[:count], make([]code.Expr, count)
		for k := range values {
			values[k] = of(at(code.V("gs"), plus(first, k)))
		}
		b.LetAll(names, values)
		for k, name := range names {
			b.AddTo(code.V(sums[k]), mul(code.V(name), code.V(name)))
		}
	}
	n := pr.p.Network.Params()
	whole := n / plan.FoldLanes * plan.FoldLanes
	if whole > 0 {
		add(b.For("i", code.I(0), code.I(whole), plan.FoldLanes), index{Var: "i"}, plan.FoldLanes)
	}
	if whole < n {
		add(b.Scope(), index{Off: whole}, n-whole)
	}
	root(b, code.Sum(code.Vars(sums...)...))
}

// largest is the body of largest:
//
//	gs := g.Flat()
//	if level > 0 {
//		var lanes [4]float64
//		g.vectorLargest(gs, &lanes)
//		return max(1<<52, math.Float64bits(lanes[0]), …)
//	}
//	largest := uint64(1 << 52)
//	for _, x := range gs {
//		largest = max(largest, math.Float64bits(x)&^(1<<63))
//	}
//	return largest
func (pr *builder) largest(s plan.Sweep) *code.Block {
	b := &code.Block{}
	power := func(n int) code.Expr { return &code.Binary{Op: code.Shl, X: code.I(1), Y: code.I(n)} }
	bits := func(x code.Expr) code.Expr { return &code.Bits{Of: code.Float64, X: x} }
	largest := code.V("largest")
	b.Let("gs", method("g", "Flat"))
	if pr.sweeps(s) {
		inner := pr.ifVector(b, s.Function())
		all := []code.Expr{power(52)}
		for _, lane := range pr.lanesOf(inner, s) {
			all = append(all, bits(lane))
		}
		inner.Return(&code.Extreme{Op: code.Max, Xs: all})
	}
	b.Comment("The bits of a magnitude are in its order, Inf and NaN above all.")
	b.Let("largest", code.To(code.Uint64, power(52)))
	magnitude := &code.Binary{Op: code.AndNot, X: bits(code.V("x")), Y: &code.Group{X: power(63)}}
	b.Range("", "x", code.V("gs")).Set(largest, &code.Extreme{Op: code.Max, Xs: []code.Expr{largest, magnitude}})
	b.Return(largest)
	return b
}

// lanesOf are the lanes that the assembly of a sweep folds into, declared as an array of zeros:
//
//	var lanes [4]float64
//	g.vectorSquares(gs, &lanes)
func (pr *builder) lanesOf(b *code.Block, s plan.Sweep) []code.Expr {
	lanes := code.V("lanes")
	b.Declare(code.ArrayOf(code.Of(code.Float64), plan.FoldLanes), "lanes")
	b.Do(pr.sweep(s, "g", &code.Addr{X: lanes}))
	all := make([]code.Expr, plan.FoldLanes)
	for k := range all {
		all[k] = code.At(lanes, code.I(k))
	}
	return all
}

// laneNames are the names of a variable's lanes: s0, s1, s2, s3.
func laneNames(name string) []string {
	var names []string
	for k := range plan.FoldLanes {
		names = append(names, name+strconv.Itoa(k))
	}
	return names
}
