package templates

import (
	"fmt"

	"github.com/dave/jennifer/jen"

	"github.com/backpropgen/backpropgen/gen/code"
)

// benchmarkBatch is how many samples the benchmarks of batches take.
const benchmarkBatch = 256

// batch declares the benchmarks of the batch functions and what they work on:
//
//	func irisBatches(b *testing.B, call func(s *irisBatchSamples)) {
//		s := new(irisBatchSamples)
//		s.init(b)
//		for i := 0; i < b.N; i++ {
//			call(s)
//		}
//		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(s.xs)), "ns/sample")
//	}
//
//	func BenchmarkForwardBatch(b *testing.B) {
//		irisBatches(b, func(s *irisBatchSamples) { s.net.ForwardBatch(s.b, s.xs[:], s.out[:]) })
//	}
func (t Test) batch(f *File) {
	typ := t.Prefix + "BatchSamples"
	samples := func(name string, width int) code.Field {
		return code.Field{Name: name, Type: code.ArrayOf(t.number(), benchmarkBatch, width)}
	}
	fields := []code.Field{t.structField("net", ""), t.structField("b", "Batch")}
	if t.has("GradBatch") {
		fields = append(fields, t.structField("g", "Grad"))
	}
	fields = append(fields, samples("xs", t.Inputs))
	if t.learns() {
		fields = append(fields, samples("ys", t.Outputs))
	}
	if t.has("ForwardBatch") {
		fields = append(fields, samples("out", t.Outputs))
	}
	t.fill(f, typ, fields)
	batches := t.Prefix + "Batches"
	f.Doc(batches + " measures what is done with all samples at once.")
	f.f.Func().Id(batches).Params(testingB(), jen.Id("call").Func().Params(jen.Id("s").Op("*").Id(typ))).
		Block(append(t.loop(typ, jen.Id("call").Call(jen.Id("s"))), jen.Id("b").Dot("ReportMetric").Call(
			jen.Id("float64").Call(jen.Id("b").Dot("Elapsed").Call().Dot("Nanoseconds").Call()).Op("/").
				Id("float64").Call(jen.Id("b").Dot("N")).Op("/").Id("float64").Call(jen.Len(jen.Id("s").Dot("xs"))),
			jen.Lit("ns/sample"),
		))...)
	for _, b := range []struct{ name, call string }{
		{"ForwardBatch", "ForwardBatch(s.b, s.xs[:], s.out[:])"},
		{"LossBatch", "LossBatch(s.b, s.xs[:], s.ys[:])"},
		{"GradBatch", "GradBatch(s.b, s.xs[:], s.ys[:], s.g)"},
		{"StepBatch", fmt.Sprintf("StepBatch(s.b, s.xs[:], s.ys[:], %v)", t.Rate/benchmarkBatch)},
	} {
		if !t.has(b.name) {
			continue
		}
		f.f.Line()
		f.f.Func().Id(t.benchmarkName(b.name)).Params(testingB()).Block(jen.Id(batches).Call(jen.Id("b"),
			jen.Func().Params(jen.Id("s").Op("*").Id(typ)).Op("{").Id("s").Dot("net").Dot(b.call).Op("}")))
	}
}

// levels is the benchmark that runs the others with every instruction set that the machine has:
//
//	func BenchmarkLevels(b *testing.B) {
//		irisAtLevels(func(level string) {
//			b.Run("Forward/"+level, BenchmarkForward)
//			…
//		})
//	}
func (t Test) levels(f *File) {
	f.Doc(t.benchmarkName("Levels") + " compares the assembly with the portable Go in one run.")
	f.f.Func().Id(t.benchmarkName("Levels")).Params(jen.Id("b").Op("*").Qual("testing", "B")).Block(
		jen.Id(t.Prefix + "AtLevels").Call(jen.Func().Params(jen.Id("level").String()).BlockFunc(func(g *jen.Group) {
			for _, name := range []string{"Forward", "Grad", "Step", "ForwardBatch", "GradBatch", "StepBatch"} {
				if !t.has(name) {
					continue
				}
				g.Id("b").Dot("Run").Call(jen.Lit(name+"/").Op("+").Id("level"), jen.Id(t.benchmarkName(name)))
			}
		})),
	)
}
