package templates

import (
	"fmt"

	"github.com/dave/jennifer/jen"

	"github.com/backpropgen/backpropgen/gen/code"
)

// throughTiles takes any number of samples through the assembly:
//
//	func (p *Iris) vectorGradBatch(b *IrisBatch, xs [][4]float32, ys [][3]float32, g *IrisGrad) float32 {
//		loss := float32(0)
//		few := 9
//		… // what g held is forgotten
//		for len(xs) >= 256 && len(ys) >= 256 {
//			loss += p.gradTiles(b, unsafe.SliceData(xs), unsafe.SliceData(ys), g, 16, 16)
//			xs, ys = xs[256:], ys[256:]
//		}
//		if tiles := len(xs) / 16; tiles > 0 {
//			loss += p.gradTiles(b, unsafe.SliceData(xs), unsafe.SliceData(ys), g, tiles, 16)
//		}
//		for len(xs) >= 16 && len(ys) >= 16 {
//			xs, ys = xs[16:], ys[16:]
//		}
//		if len(xs) > few {
//			copy(b.restX[:], xs)
//			… // copyRest
//			loss += p.gradTiles(b, &b.restX[0], &b.restY[0], g, 1, len(xs))
//		} else {
//			…
//		}
//		return loss
//	}
//
// What fills the last tile up is left from other calls: it counts for nothing, whatever it is. Where nothing is summed
// up, the last samples need not be copied if there are enough for a tile: it begins among those that are done, and
// writes their results a second time.
//
//	if len(xs) > 16 && len(out) > 16 && len(xs)%16 > few {
//		xs, out = xs[len(xs)-16:], out[len(out)-16:]
//		irisForwardBatch(p, b, unsafe.SliceData(xs), unsafe.SliceData(out), 1)
//	}
func (a Assembly) throughTiles(f *File, fn AssemblyFunction) {
	t := tilesThrough{a, fn, fn.form()}
	name, doc := t.named()
	f.function(a.calling(fn, name, doc), func(g *jen.Group) {
		a.alone(g, fn)
		if fn.returns() {
			g.Id("loss").Op(":=").Add(a.number()).Call(jen.Lit(0))
		}
		if t.fewBeside() {
			a.fewSamples(g, fn.Few.Samples)
		}
		if t.form.sums && !a.ordered(fn) {
			a.overwritten(g, fn)
		}
		t.whole(g)
		t.last(g)
		if fn.returns() {
			g.Return(jen.Id("loss"))
		}
	})
}

// tilesThrough writes what takes samples through the tiles of a function.
type tilesThrough struct {
	Assembly
	fn   AssemblyFunction
	form batchForm
}

// named is the name and the comment of the method.
func (t tilesThrough) named() (name, doc string) {
	name, of, n := t.method(t.fn), t.fn.Name, t.Batch.Samples
	if t.ordered(t.fn) {
		name, of = t.blockMethod(t.fn.Name), "a block of "+of
	}
	doc = fmt.Sprintf("%s is %s in assembly, at most %d samples at a time. The last ones, fewer than %d,\n"+
		"are copied to b first", name, of, n*t.Batch.Tiles, n)
	if len(t.fn.Few.Samples) > 0 {
		doc += ", or taken one by one if they are few"
	}
	doc += "."
	if t.form.sums && t.ordered(t.fn) {
		doc += " It adds to g."
	}
	return name, doc
}

// fewBeside says whether few samples are taken one by one beside the tiles, and not by a function of their own.
func (t tilesThrough) fewBeside() bool { return len(t.fn.Few.Samples) > 0 && !t.fn.Few.Apart }

// few is how many samples are taken one by one at most.
func (t tilesThrough) few() *jen.Statement {
	if t.fewBeside() {
		return jen.Id("few")
	}
	return jen.Lit(0)
}

// left is how many samples are left of a slice.
func (t tilesThrough) left() *jen.Statement { return expression(code.LenOf("xs")) }

// call takes some tiles of so many samples each, which are all in all so many, through the assembly. Their slices are
// at such places.
func (t tilesThrough) call(at func(slice string) *jen.Statement, tiles, samples, all *jen.Statement) []jen.Code {
	function := jen.Id("p").Dot(tilesMethod(t.fn.Name))
	if t.fn.oneCall() {
		function = jen.Id(t.Prefix + t.fn.Name)
	}
	c := function.CallFunc(func(g *jen.Group) {
		if t.fn.oneCall() {
			g.Id("p")
		}
		g.Id("b")
		for _, s := range t.form.pointers() {
			g.Add(at(s))
		}
		if t.form.sums {
			g.Id("g")
		}
		g.Add(tiles)
		if t.fn.returns() {
			g.Add(samples)
		}
	})
	var before []jen.Code
	if t.form.weights {
		before = append(before, jen.Copy(jen.Id("b").Dot(weightsSlice).Index(jen.Empty(), jen.Empty()),
			jen.Id(weightsSlice)))
	}
	switch {
	case !t.fn.returns():
		return append(before, c)
	case t.ordered(t.fn):
		return append(before, c, jen.Id("loss").Op("=").Id("b").Dot("addLosses").Call(jen.Id("loss"), all))
	}
	return append(before, jen.Id("loss").Op("+=").Add(c))
}

// loop goes over the slices, n samples at a time.
func (t tilesThrough) loop(g *jen.Group, n int, first ...jen.Code) {
	rest := statement(code.Advance(t.form.slices, n))
	g.For(expression(code.Lengths(t.form.slices, code.Ge, n))).Block(append(first, rest...)...)
}

// whole takes what fills tiles: as many at a time as may be, then those that are left of them.
func (t tilesThrough) whole(g *jen.Group) {
	n, most := t.Batch.Samples, t.Batch.Samples*t.Batch.Tiles
	data := func(slice string) *jen.Statement { return jen.Qual("unsafe", "SliceData").Call(jen.Id(slice)) }
	t.loop(g, most, t.call(data, jen.Lit(t.Batch.Tiles), jen.Lit(n), jen.Lit(most))...)
	if t.Batch.Tiles == 1 {
		return
	}
	g.If(jen.Id("tiles").Op(":=").Add(t.left()).Op("/").Lit(n), jen.Id("tiles").Op(">").Lit(0)).Block(
		t.call(data, jen.Id("tiles"), jen.Lit(n), jen.Id("tiles").Op("*").Lit(n))...)
	if !t.fn.returns() {
		g.If(expression(code.Lengths(t.form.slices, code.Gt, n)).Op("&&").Add(t.left()).Op("%").Lit(n).
			Op(">").Add(t.few())).Block(append(statement(code.LastOf(t.form.slices, n)),
			t.call(data, jen.Lit(1), nil, nil)...)...)
	}
	t.loop(g, n)
}

// last takes the samples that fill no tile.
func (t tilesThrough) last(g *jen.Group) {
	last := g.Null()
	if t.fn.Few.Apart {
		onto := jen.Id("onto")
		if t.ordered(t.fn) {
			onto = jen.Lit(t.fn.Few.Onto.GoneOnFrom) // what the blocks before have left
		}
		last.If(isFew()).Block(
			jen.Id("loss").Op("=").Add(t.callFew(jen.Id("g"), onto, jen.Lit(1), jen.Id("loss")))).Else()
	}
	last.If(t.left().Op(">").Add(t.few())).BlockFunc(func(g *jen.Group) {
		rest := func(s string) *jen.Statement { return jen.Id("b").Dot(rests[s]) }
		first := func(s string) *jen.Statement { return jen.Op("&").Add(rest(s)).Index(jen.Lit(0)) }
		for _, s := range t.form.from {
			t.copyRest(g, s)
		}
		add(g, t.call(first, jen.Lit(1), t.left(), t.left()))
		if t.form.to != "" {
			g.Copy(jen.Id(t.form.to), rest(t.form.to).Index(jen.Empty(), jen.Empty()))
		}
	})
	if t.fewBeside() {
		last.Else().BlockFunc(func(g *jen.Group) { t.oneByOne(g, t.fn) })
	}
}

// copiedAtOnce is how many bytes the runtime copies in one. Where so many begin in the middle of others, a vector that
// is read after them waits for all to have reached the cache.
const copiedAtOnce = 16

// copyRest copies the last samples to where there is room for a tile, those one by one that do not fill what is copied
// at once:
//
//	for i := copy(b.restX[:], xs[:len(xs)&^1]); i < len(xs) && i < len(b.restX); i++ {
//		b.restX[i] = xs[i]
//	}
func (a Assembly) copyRest(g *jen.Group, slice string) {
	from, to := jen.Id(slice), jen.Id("b").Dot(rests[slice])
	whole := 1
	// Larger samples take so long that this is nothing.
	for bytes := a.sampleBytes(slice); bytes < copiedAtOnce && whole*bytes%copiedAtOnce != 0; {
		whole *= 2
	}
	room := to.Clone().Index(jen.Empty(), jen.Empty())
	if whole == 1 {
		g.Copy(room, from)
		return
	}
	i := func() *jen.Statement { return jen.Id("i") }
	g.For(i().Op(":=").Copy(room, from.Clone().Index(jen.Empty(), jen.Len(from.Clone()).Op("&^").Lit(whole-1))),
		i().Op("<").Len(from.Clone()).Op("&&").Add(i()).Op("<").Len(to.Clone()), i().Op("++")).Block(
		to.Clone().Index(i()).Op("=").Add(from.Clone()).Index(i()))
}
