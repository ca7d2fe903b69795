package templates

import (
	"fmt"

	"github.com/dave/jennifer/jen"
)

// benchmarkBatch is how many samples the benchmarks of batches take.
const benchmarkBatch = 256

// batch declares the benchmarks of the batch functions and what they work on.
func (t Test) batch(f *File) {
	typ := t.Prefix + "BatchSamples"
	f.Doc(typ + " is what the benchmarks of batches work on.")
	f.Struct(typ, []Field{
		{Name: "net", Type: t.Name}, {Name: "b", Type: t.Name + "Batch"}, {Name: "g", Type: t.Name + "Grad"},
		{Name: "xs", Type: t.Precision, Dims: []int{benchmarkBatch, t.Inputs}}, {Name: "ys", Type: t.Precision, Dims: []int{benchmarkBatch, t.Outputs}},
		{Name: "out", Type: t.Precision, Dims: []int{benchmarkBatch, t.Outputs}},
	})
	t.fill(f, typ)
	for _, b := range []struct{ name, call string }{
		{"ForwardBatch", "ForwardBatch(&s.b, s.xs[:], s.out[:])"},
		{"LossBatch", "LossBatch(&s.b, s.xs[:], s.ys[:])"},
		{"GradBatch", "GradBatch(&s.b, s.xs[:], s.ys[:], &s.g)"},
		{"StepBatch", fmt.Sprintf("StepBatch(&s.b, s.xs[:], s.ys[:], %v)", t.Rate/benchmarkBatch)},
	} {
		t.benchmarkOf(f, b.name, typ, b.call, jen.Id("b").Dot("ReportMetric").Call(
			jen.Id("float64").Call(jen.Id("b").Dot("Elapsed").Call().Dot("Nanoseconds").Call()).Op("/").Id("float64").Call(jen.Id("b").Dot("N")).Op("/").Id("float64").Call(jen.Len(jen.Id("s").Dot("xs"))),
			jen.Lit("ns/sample"),
		))
	}
}
