package amd64

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/printer"

	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/vec"
	"github.com/backpropgen/backpropgen/internal/overlay"
)

// TestKernels assembles pieces of vector code at every level that the machine has, in both precisions, and runs them:
// transposing sums of any number of vectors of every width, and code that holds more vectors and masks at once than
// there are registers.
func TestKernels(t *testing.T) {
	if len(machineLevels()) == 0 {
		t.Skip("this machine has none of the instruction sets")
	}
	f := assembly.NewFile(&assembly.Common{Symbol: "kernels"})
	out := ir.NewFile()
	var decl, list bytes.Buffer
	add := func(kind string, m assembly.Machine, n, lanes int, name string,
		write func(fn *assembly.Function, x, y vec.Place)) {
		fn := assembly.NewFunction(f, m, name, []assembly.Param{{Name: "x", Dim: 1024}, {Name: "y", Dim: 1024}}, false)
		write(fn, vec.Place{Base: fn.Bases["x"]}, vec.Place{Base: fn.Bases["y"]})
		fn.Finish()
		code := assembledOf(fn)
		if kind == "spills" && fn.Frame == 0 {
			t.Errorf("%s spills nothing", name)
		}
		for _, err := range fn.Errs {
			t.Fatal(err)
		}
		out.AddSection(code)
		fmt.Fprintf(&decl, "\n//go:noescape\nfunc %s(x, y *[1024]float%d)\n", name, 8*m.Size)
		fmt.Fprintf(&list, "\t%[1]s%[2]d = append(%[1]s%[2]d, kernel[float%[2]d]{%[3]q, %[4]d, %[5]d, %[3]s})\n", kind,
			8*m.Size, name, n, lanes)
	}
	for _, l := range machineLevels() {
		for _, size := range []int{4, 8} {
			m := machineOf(l, size)
			for bits := 128; bits <= m.Widest(); bits *= 2 {
				lanes := bits / 8 / size
				for n := 1; n <= m.Lanes(); n++ {
					add("sums", m, n, lanes, fmt.Sprintf("sum%dOf%d%s%d", n, bits, l, 8*size),
						func(fn *assembly.Function, x, y vec.Place) {
							var vectors []*vec.Value
							codeOf(fn).Wide(bits, func() {
								for i := range n {
									vectors = append(vectors, codeOf(fn).Load(x.Plus(i*bits/8), lanes))
								}
								sum := codeOf(fn).Reduce(vectors)
								codeOf(fn).Wide(m.Width(n), func() { codeOf(fn).Store(sum, y, n) })
							})
						})
					add("ordered", m, n, lanes, fmt.Sprintf("ordered%dOf%d%s%d", n, bits, l, 8*size),
						func(fn *assembly.Function, x, y vec.Place) {
							var vectors []*vec.Value
							codeOf(fn).Wide(bits, func() {
								for i := range n {
									vectors = append(vectors, codeOf(fn).Load(x.Plus(i*bits/8), lanes))
								}
								sum := codeOf(fn).OrderedReduce(vectors)
								codeOf(fn).Wide(m.Width(n), func() { codeOf(fn).Store(sum, y, n) })
							})
						})
				}
			}
			n := m.Registers() + 5
			add("spills", m, n, m.Lanes(), fmt.Sprintf("spill%s%d", l, 8*size),
				func(fn *assembly.Function, x, y vec.Place) {
					b, lanes, bytes := codeOf(fn), m.Lanes(), m.Widest()/8
					var vectors, masks []*vec.Value
					plain, weighed, above := b.Zeros(), b.Zeros(), b.Zeros()
					for i := range n {
						v := b.Load(x.Plus(i*bytes), lanes)
						vectors, masks = append(vectors, v),
							append(masks, b.Compare(vec.Greater, v, b.Number(float64(i))))
						plain = b.Sum(plain, v)
					}
					for i := n - 1; i >= 0; i-- {
						weighed = b.Madd(vectors[i], b.Number(float64(i)), weighed)
					}
					for i := range n {
						above = b.Sum(above, b.Keep(masks[i], vectors[i]))
					}
					b.Store(plain, y, lanes)
					b.Store(weighed, y.Plus(bytes), lanes)
					b.Store(above, y.Plus(2*bytes), lanes)
				})
		}
	}
	text := assemblyText(t, f, out)
	said, err := overlay.Files{
		"testdata/kernels/functions_amd64.s": text,
		"testdata/kernels/functions_amd64.go": fmt.Appendf(nil, "package kernels\n%s\nfunc init() {\n%s}\n", decl.Bytes(),
			list.Bytes()),
	}.Go(t, "test", "-vet=off", "-count=1", "-v", "./testdata/kernels").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	for _, test := range []string{"Sums32", "Sums64", "Ordered32", "Ordered64", "Spills32", "Spills64"} {
		if !bytes.Contains(said, []byte("--- PASS: Test"+test+" ")) {
			t.Errorf("Test%s did not run:\n%s", test, said)
		}
	}
}

// assemblyText is a file of functions and the data of another one as text.
func assemblyText(t *testing.T, f *assembly.File, out *ir.File) []byte {
	t.Helper()
	out.AddSection(dataOf(f))
	if err := rest.Execute(out); err != nil {
		t.Fatal(err)
	}
	text, err := printer.NewGoAsm(printer.Config{}).Print(out)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
