package templates

import "github.com/dave/jennifer/jen"

// Slice is a slice of arrays as a parameter: xs [][4]float32.
func Slice(name, typ string, n int) Param {
	return Param{Name: name, Type: typ, Dims: []int{n}, Slice: true}
}

// Range is a loop over the indices of a slice, whose body is returned: for s := range xs { … }.
func (b *Block) Range(v, slice string) *Block {
	return b.nest(func(body func(*jen.Group)) jen.Code {
		return jen.For(jen.Id(v).Op(":=").Range().Id(slice)).BlockFunc(body)
	})
}

// SameLength panics where slices differ in length:
//
//	if len(xs) != len(ys) {
//		panic("Iris.GradBatch: xs and ys differ in length")
//	}
func (b *Block) SameLength(first, second, message string) {
	b.raw(jen.If(length(first).Op("!=").Add(length(second))).Block(jen.Panic(jen.Lit(message))))
}

// Fits returns where a block has more samples than there are workspaces, or slices of different lengths, which no
// caller brings about: it is what tells the compiler that no index of a sample is out of range. result is nil where
// there is none.
//
//	if len(xs) > len(b.samples) || len(ys) != len(xs) {
//		return 0
//	}
func (b *Block) Fits(workspaces string, slices []string, result *Value) {
	cond := length(slices[0]).Op(">").Add(length(workspaces))
	for _, s := range slices[1:] {
		cond.Op("||").Add(length(s)).Op("!=").Add(length(slices[0]))
	}
	leave := jen.Return()
	if result != nil {
		leave = jen.Return(result.code)
	}
	b.raw(jen.If(cond).Block(leave))
}

// Blocks is a loop that takes n samples at a time from the slices while they have more, whose body is returned; the
// body ends with Advance.
//
//	for len(xs) > 32 && len(ys) > 32 { … }
func (b *Block) Blocks(slices []string, n int) *Block {
	cond := length(slices[0]).Op(">").Lit(n)
	for _, s := range slices[1:] {
		cond.Op("&&").Add(length(s)).Op(">").Lit(n)
	}
	return b.nest(func(body func(*jen.Group)) jen.Code { return jen.For(cond).BlockFunc(body) })
}

// Advance drops the first n samples of the slices: xs, ys = xs[32:], ys[32:].
func (b *Block) Advance(slices []string, n int) {
	var left, right []jen.Code
	for _, s := range slices {
		left, right = append(left, jen.Id(s)), append(right, jen.Id(s).Index(jen.Lit(n), jen.Empty()))
	}
	b.raw(jen.List(left...).Op("=").List(right...))
}

// First is the first n samples of a slice: xs[:32].
func First(slice string, n int) Value { return Value{jen.Id(slice).Index(jen.Empty(), jen.Lit(n))} }

// Reset clears a struct: *g = IrisGrad{}.
func (b *Block) Reset(v Value, typ string) { b.raw(v.code.Clone().Op("=").Id(typ).Values()) }

// Deref is what a pointer points to: *g.
func Deref(name string) Value { return Value{jen.Op("*").Id(name)} }

// CallMethod is a call of a method with any arguments: p.gradBlock(b, xs[:32], ys[:32], g).
func CallMethod(recv, name string, args ...Value) Value {
	var codes []jen.Code
	for _, a := range args {
		codes = append(codes, a.code)
	}
	return Value{jen.Id(recv).Dot(name).Call(codes...)}
}

// Leave ends a function that returns nothing: return.
func (b *Block) Leave() { b.raw(jen.Return()) }

func length(name string) *jen.Statement { return jen.Len(jen.Id(name)) }
