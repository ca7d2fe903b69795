package templates

import (
	"fmt"

	"github.com/dave/jennifer/jen"
)

// AssemblySweep is a loop over arrays as long as the parameters that has assembly.
type AssemblySweep struct {
	// Type is the type that it is a method of, and Recv the receiver: XorAdam and o. Name is what it does, Update, and
	// Function the name of the assembly, without the network's: AdamUpdate.
	Type, Recv, Name, Function string
	Arrays                     []string
	// Part says that it goes through elements lo to hi, and not through all.
	Part bool
	// Numbers is how many numbers it is given, and Lanes in how many lanes it folds, 0 where it does not; Number is
	// their type.
	Numbers, Lanes int
	Number         string
}

// sweep declares the assembly of a sweep and what calls it, on a part of the arrays at a time where they are long:
//
//	func (o *IrisAdam) vectorUpdate(ps, gs, ms, vs *[67]float32, numbers *[8]float32) {
//		irisAdamUpdate(&ps[0], &gs[0], &ms[0], &vs[0], 67, numbers)
//	}
//
//	func (o *PixelsAdam) vectorUpdate(ps, gs, ms, vs *[101770]float32, numbers *[8]float32) {
//		for i := 0; i < 101770; i += 16000 {
//			pixelsAdamUpdate(&ps[i], &gs[i], &ms[i], &vs[i], min(101770-i, 16000), numbers)
//		}
//	}
//
// or on a part of them altogether, as the workers of a team do:
//
//	func (o *PixelsAdam) vectorUpdate(ps, gs, ms, vs *[101770]float32, numbers *[8]float32, lo, hi int) {
//		for i := lo; i < hi; i += 16000 {
//			if i < 0 || i >= 101770 {
//				return // which is never so
//			}
//			pixelsAdamUpdate(&ps[i], &gs[i], &ms[i], &vs[i], min(hi-i, 16000), numbers)
//		}
//	}
func (a Assembly) sweep(f *File, s AssemblySweep) {
	looped := a.Params > a.SweptAtOnce || s.Part
	lo, hi := jen.Lit(0), jen.Lit(a.Params)
	if s.Part {
		lo, hi = jen.Id("lo"), jen.Id("hi")
	}
	call := func(from, n *jen.Statement) *jen.Statement {
		return jen.Id(a.Prefix + s.Function).CallFunc(func(g *jen.Group) {
			for _, array := range s.Arrays {
				g.Op("&").Id(array).Index(from)
			}
			g.Add(n)
			for _, p := range s.pointers() {
				g.Id(p.name)
			}
		})
	}
	doc := fmt.Sprintf("%s is the loop of %s in assembly.", a.Method(s.Name), s.Name)
	if looped {
		doc = fmt.Sprintf("%s is the loop of %s in assembly, on %d elements at a time, so that the goroutine can be "+
			"stopped between.", a.Method(s.Name), s.Name, a.SweptAtOnce)
	}
	f.Doc(doc)
	a.sweepMethod(f, s).BlockFunc(func(g *jen.Group) {
		if !looped {
			g.Add(call(jen.Lit(0), jen.Lit(a.Params)))
			return
		}
		g.For(jen.Id("i").Op(":=").Add(lo), jen.Id("i").Op("<").Add(hi), jen.Id("i").Op("+=").Lit(a.SweptAtOnce)).
			BlockFunc(func(g *jen.Group) {
				if s.Part {
					g.If(jen.Id("i").Op("<").Lit(0).Op("||").Id("i").Op(">=").Lit(a.Params)).
						Block(jen.Return().Comment("which is never so"))
				}
				g.Add(call(jen.Id("i"), jen.Min(hi.Clone().Op("-").Id("i"), jen.Lit(a.SweptAtOnce))))
			})
	})
	a.external(f, s.Function).ParamsFunc(func(g *jen.Group) {
		g.ListFunc(func(g *jen.Group) { names(g, s.Arrays) }).Op("*").Id(a.Batch.Number)
		g.Id("n").Int()
		for _, p := range s.pointers() {
			g.Id(p.name).Op("*").Index(jen.Lit(p.length)).Id(s.Number)
		}
	})
}

// pointers are its arguments after the arrays.
func (s AssemblySweep) pointers() (list []pointerTo) {
	if s.Numbers > 0 {
		list = append(list, pointerTo{"numbers", s.Numbers})
	}
	if s.Lanes > 0 {
		list = append(list, pointerTo{"lanes", s.Lanes})
	}
	return list
}

// pointerTo is a pointer to so many numbers.
type pointerTo struct {
	name   string
	length int
}

// sweepMethod is the beginning of the method that calls a sweep.
func (a Assembly) sweepMethod(f *File, s AssemblySweep) *jen.Statement {
	return f.f.Func().Params(jen.Id(s.Recv).Op("*").Id(s.Type)).Id(a.Method(s.Name)).ParamsFunc(func(g *jen.Group) {
		g.ListFunc(func(g *jen.Group) { names(g, s.Arrays) }).Op("*").Index(jen.Lit(a.Params)).Id(a.Batch.Number)
		for _, p := range s.pointers() {
			g.Id(p.name).Op("*").Index(jen.Lit(p.length)).Id(s.Number)
		}
		if s.Part {
			g.List(jen.Id("lo"), jen.Id("hi")).Int()
		}
	})
}

func names(g *jen.Group, list []string) {
	for _, name := range list {
		g.Id(name)
	}
}
