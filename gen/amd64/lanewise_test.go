package amd64

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/mmcloughlin/avo/ir"

	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/gen/elementary"
	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/kernel/idiom"
	"github.com/backpropgen/backpropgen/gen/vec"
	"github.com/backpropgen/backpropgen/internal/overlay"
	"github.com/backpropgen/backpropgen/templates"
)

// lanewiseOps are the elementary functions that are translated from the portable code.
var lanewiseOps = []expr.Op{
	expr.OpExp, expr.OpExpm1, expr.OpLog, expr.OpLog1p, expr.OpSigmoid, expr.OpTanh, expr.OpAtan, expr.OpErf,
	expr.OpSin, expr.OpCos, expr.OpPow,
}

// lanewiseAssembly is an assembly file with every elementary function as the portable code has it, at every level and
// in both precisions, in registers of every width, and the Go that declares them and lists them with the portable
// functions.
func lanewiseAssembly(t *testing.T) (printed, declarations []byte) {
	t.Helper()
	f := assembly.NewFile(&assembly.Common{Symbol: "lanewise",
		Kernel: kernel.Common{Sources: idiom.NewSources(), Strict: true}})
	out := ir.NewFile()
	var decl, list bytes.Buffer
	for _, l := range machineLevels() {
		for _, size := range []int{4, 8} {
			for bits := 128; bits <= (machineOf(l, size)).Widest(); bits *= 2 {
				for _, op := range lanewiseOps {
					m, level := machineOf(l, size), fmt.Sprintf("%sOf%d", l, bits)
					name := fmt.Sprintf("%s%s%d", strings.ReplaceAll(op.String(), "^", "pow"), level, 8*size)
					fn := assembly.NewFunction(f, m, name,
						[]assembly.Param{{Name: "x", Dim: lanesTested}, {Name: "y", Dim: lanesTested},
							{Name: "grad", Dim: lanesTested}}, false)
					b, n := codeOf(fn), bits/8/size
					rounds(fn, lanesTested/n, bits/8, func(i *vec.Int) {
						b.Wide(bits, func() {
							xs := []*vec.Value{b.Load(vec.Place{Base: fn.Bases["x"], Index: i}, n)}
							if op == expr.OpPow {
								xs = append(xs, b.Load(vec.Place{Base: fn.Bases["y"], Index: i}, n))
							}
							b.Store(b.Lanewise(op, xs...), vec.Place{Base: fn.Bases["grad"], Index: i}, n)
						})
					})
					fn.Finish()
					out.AddSection(assembledOf(fn))
					for _, err := range fn.Errs {
						t.Fatal(err)
					}
					fmt.Fprintf(&decl, "\n//go:noescape\nfunc %s(x, y, grad *[%d]float%d)\n", name, lanesTested, 8*size)
					call := elementary.Name(fmt.Sprintf("p%d", 8*size), op) + "(x)"
					if op == expr.OpPow {
						call = strings.Replace(call, "(x)", "(x, y)", 1)
					}
					fmt.Fprintf(&list, "\tlist%[1]d = append(list%[1]d, kernel[float%[1]d]{%[2]q, %[3]q, %[4]s, func(x, y float%[1]d) float%[1]d { return %[5]s }})\n",
						8*size, op, level, name, call)
				}
			}
		}
	}
	text := assemblyText(t, f, out)
	return text, fmt.Appendf(nil, "package lanewise\n%s\nfunc init() {\n%s}\n", decl.Bytes(), list.Bytes())
}

// TestLanewise emits every elementary function in portable Go and, translated, in assembly, and wants the same bits: in
// float32 on a sample of all bit patterns, in float64 on samples of every magnitude. All 2^32 float32 arguments take
// long:
//
//	go test ./gen/amd64 -run 'Lanewise$' -v -timeout 0 -exhaustive
func TestLanewise(t *testing.T) {
	if len(machineLevels()) == 0 {
		t.Skip("this machine has none of the instruction sets")
	}
	if testing.Short() {
		t.Skip("compiling them takes seconds; go test without -short does it, and -short judges networks with rounding: strict")
	}
	text, declarations := lanewiseAssembly(t)
	files := overlay.Files{
		"testdata/lanewise/functions_amd64.s":  text,
		"testdata/lanewise/functions_amd64.go": declarations,
	}
	for _, typ := range []string{"float32", "float64"} {
		portable := &code.File{Package: "lanewise"}
		if err := elementary.Declare(portable, "p"+typ[5:], lanewiseOps, code.KindOf(typ)); err != nil {
			t.Fatal(err)
		}
		src, err := templates.Program(portable).Render()
		if err != nil {
			t.Fatal(err)
		}
		files["testdata/lanewise/portable"+typ[5:]+".go"] = src
	}
	args := []string{"test", "-vet=off", "-count=1", "-v", "-timeout=0", "./testdata/lanewise"}
	if *exhaustive {
		args = append(args, "-args", "-stride=1")
	}
	out, err := files.Go(t, args...).CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatalf("go %s: %v", strings.Join(args, " "), err)
	}
	for _, l := range machineLevels() {
		for _, op := range lanewiseOps {
			for _, test := range []string{"Float32", "Float64"} {
				if want := fmt.Sprintf("--- PASS: Test%s/%s/%sOf%d ", test, op, l,
					machineOf(l, 4).Widest()); !bytes.Contains(out, []byte(want)) {
					t.Errorf("the test of %s at level %s did not run: no %q", op, l, want)
				}
			}
		}
	}
}
