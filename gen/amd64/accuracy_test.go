package amd64

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"github.com/mmcloughlin/avo/ir"
	"golang.org/x/sys/cpu"

	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/gen/elementary"
	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/kernel/idiom"
	"github.com/backpropgen/backpropgen/gen/vec"
	"github.com/backpropgen/backpropgen/internal/overlay"
	"github.com/backpropgen/backpropgen/templates"
)

var exhaustive = flag.Bool("exhaustive", false,
	"test the float32 functions on all 2^32 arguments, and the float64 functions on more of them")

// accuracyOps are the elementary functions that have a rounding error.
var accuracyOps = []expr.Op{
	expr.OpExp, expr.OpExpm1, expr.OpLog, expr.OpLog1p, expr.OpSigmoid, expr.OpTanh, expr.OpAtan, expr.OpErf,
	expr.OpSin, expr.OpCos, expr.OpPow, expr.OpSqrt,
}

// lanesTested is how many numbers a tested function takes at once.
const lanesTested = 256

// machineLevels are the levels of this machine.
func machineLevels() []isa.Level {
	var levels []isa.Level
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		levels = append(levels, isa.AVX2)
	}
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512VL && cpu.X86.HasAVX512DQ {
		levels = append(levels, isa.AVX512)
	}
	return levels
}

// variants are the ways in which a function is written: with short chains of operations, with few of them, and some
// with shorter chains yet.
func variants(op expr.Op) []string {
	if op == expr.OpExp || op == expr.OpSigmoid || op == expr.OpTanh {
		return []string{"", "Many", "Soon"}
	}
	return []string{"", "Many"}
}

// soon is a function with the shortest chains: e^x as it is for negative x where they are.
func soon(b *idiom.Code, op expr.Op, look func(expr.Var) *vec.Value) *vec.Value {
	if op != expr.OpExp {
		return b.Expression(expr.Unary{Op: op, X: expr.Var("x")}, look)
	}
	x := look("x")
	return b.Select(b.Compare(vec.Greater, x, b.Zeros()), b.Functions().Exp(x), b.Functions().ExpOfNegative(x))
}

// elementaryAssembly is an assembly file with every elementary function at every level and in every variant, in both
// precisions, over arrays, and the Go that declares them and lists them as kernels.
func elementaryAssembly(t *testing.T) (printed, declarations []byte) {
	t.Helper()
	f := assembly.NewFile(&assembly.Common{Symbol: "accuracy"})
	out := ir.NewFile()
	var decl bytes.Buffer
	list := make([]bytes.Buffer, len(accuracyOps)) // the kernels of a function beside one another
	for _, l := range machineLevels() {
		for _, size := range []int{4, 8} {
			m, typ := machineOf(l, size), fmt.Sprintf("float%d", 8*size)
			add := func(i int, op expr.Op, variant string) {
				level := l.String() + variant
				name := fmt.Sprintf("%s%s%d", op, level, 8*size)
				// each has its register
				params, call := []assembly.Param{{Name: "x", Dim: lanesTested}, {Name: "grad", Dim: lanesTested}},
					"x, grad"
				if op == expr.OpPow {
					params, call = slices.Insert(params, 1, assembly.Param{Name: "y", Dim: lanesTested}), "x, y, grad"
				}
				fn := assembly.NewFunction(f, m, name, params, false)
				b := codeOf(fn)
				fn.Many, b.Many, b.Updating = variant == "Many", variant == "Many", variant == "Soon"
				rounds(fn, lanesTested/m.Lanes(), m.Widest()/8, func(i *vec.Int) {
					operand := func(v expr.Var) *vec.Value {
						return b.Load(vec.Place{Base: fn.Bases[string(v)], Index: i}, m.Lanes())
					}
					var v *vec.Value
					switch {
					case op == expr.OpPow:
						v = b.Expression(expr.Binary{Op: op, X: expr.Var("x"), Y: expr.Var("y")}, operand)
					case variant == "Soon":
						v = soon(b, op, operand)
					default:
						v = b.Expression(expr.Unary{Op: op, X: expr.Var("x")}, operand)
					}
					b.Store(v, vec.Place{Base: fn.Bases["grad"], Index: i}, m.Lanes())
				})
				fn.Finish()
				out.AddSection(assembledOf(fn))
				for _, err := range fn.Errs {
					t.Fatal(err)
				}
				fmt.Fprintf(&decl, "\n//go:noescape\nfunc %s(%s *[lanes]%s)\n", name, call, typ)
				fmt.Fprintf(&list[i], "\tlist%[1]d = append(list%[1]d, kernel[%[2]s]{%[3]q, %[4]q, func(x, y, grad *[lanes]%[2]s) { %[5]s(%[6]s) }})\n", 8*size, typ, op, level, name, call)
			}
			for i, op := range accuracyOps {
				for _, variant := range variants(op) {
					add(i, op, variant)
				}
			}
		}
	}
	text := assemblyText(t, f, out)
	fmt.Fprintf(&decl, "\nfunc init() {\n")
	for i := range list {
		decl.Write(list[i].Bytes())
	}
	return text, fmt.Appendf(nil, "package accuracy\n%s}\n", decl.Bytes())
}

// TestAccuracy emits every elementary function, assembles them and measures them: float32 functions on a sample of all
// bit patterns to 1 ULP, float64 functions to 2 ULP. All 2^32 float32 arguments of all functions take some ten minutes
// on two cores; of one function, one minute:
//
//	go test ./gen/amd64 -run 'Accuracy$' -v -timeout 0 -exhaustive
//	go test ./gen/amd64 -run 'Accuracy$/tanh' -v -timeout 0 -exhaustive
//
// With -measure it also reports their times beside those of portable Go.
func TestAccuracy(t *testing.T) {
	if testing.Short() && !*exhaustive && !*measure {
		t.Skip("SKIPPED with -short: compiling the functions takes seconds; go test without -short does it")
	}
	if len(machineLevels()) == 0 {
		t.Skip("this machine has none of the instruction sets")
	}
	binary := accuracyBinary(t)
	said := pageULPs(t)
	for _, op := range accuracyOps {
		t.Run(op.String(), func(t *testing.T) {
			args := []string{"-test.v", "-test.timeout=0", fmt.Sprintf("-test.run=/^%s$", op)}
			if *exhaustive {
				args = append(args, "-stride=1", "-rounds=1000")
			}
			if *measure {
				args = append(args, "-measure")
			}
			out, err := exec.Command(binary, args...).CombinedOutput()
			t.Logf("%s", out)
			if err != nil {
				t.Fatalf("%s: %v", op, err)
			}
			if want := fmt.Sprintf("--- PASS: TestSpecial/%s ", op); !bytes.Contains(out, []byte(want)) {
				t.Errorf("special arguments were not tested: no %q", want)
			}
			for _, l := range machineLevels() {
				for _, variant := range variants(op) {
					for _, precision := range []string{"float32", "float64"} {
						found := regexp.MustCompile(fmt.Sprintf(`%s %s %s%s: \d+ arguments, largest error ([0-9.]+) ULP`, precision, op, l, variant)).FindSubmatch(out)
						if found == nil {
							t.Errorf("%s was not tested at level %s%s", precision, l, variant)
							continue
						}
						if e, err := strconv.ParseFloat(string(found[1]), 64); err != nil ||
							!(e <= said[precision+" "+op.String()]) {
							t.Errorf("%s at level %s%s: an error of %s ULP; verify/README.md says at most %v",
								precision, l, variant, found[1], said[precision+" "+op.String()])
						}
					}
				}
			}
		})
	}
}

// accuracyBinary compiles the tests of testdata/accuracy beside the emitted functions.
func accuracyBinary(t *testing.T) string {
	t.Helper()
	// The reference is the one that judges the portable functions.
	reference, err := os.ReadFile("../elementary/testdata/accuracy/reference_test.go")
	if err != nil {
		t.Fatal(err)
	}
	text, declarations := elementaryAssembly(t)
	binary := filepath.Join(t.TempDir(), "accuracy.test")
	cmd := overlay.Files{
		"testdata/accuracy/functions_amd64.s":  text,
		"testdata/accuracy/functions_amd64.go": declarations,
		"testdata/accuracy/portable.go":        portableFunctions(t),
		"testdata/accuracy/reference_test.go":  reference,
	}.Go(t, "test", "-c", "-vet=off", "-ldflags=-w", "-o", binary, "./testdata/accuracy")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go test -c: %v\n%s", err, out)
	}
	return binary
}

// portableFunctions is the Go of the functions in portable code, and lists of them.
func portableFunctions(t *testing.T) []byte {
	t.Helper()
	g := &code.File{Package: "accuracy"}
	var lists bytes.Buffer
	for _, c := range []struct{ prefix, typ string }{{"s", "float32"}, {"d", "float64"}} {
		if err := elementary.Declare(g, c.prefix, accuracyOps, code.KindOf(c.typ)); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&lists, "\nvar portable%s = map[string]func(x, y %s) %[2]s{\n", c.typ[len("float"):], c.typ)
		for _, op := range accuracyOps {
			call := "x"
			if op == expr.OpPow {
				call = "x, y"
			}
			fmt.Fprintf(&lists, "\t%q: func(x, y %s) %[2]s { return %s(%s) },\n", op, c.typ,
				elementary.Name(c.prefix, op), call)
		}
		fmt.Fprintf(&lists, "}\n")
	}
	src, err := templates.Program(g).Render()
	if err != nil {
		t.Fatal(err)
	}
	return append(src, lists.Bytes()...)
}

// pageULPs are the largest errors that the page of guarantees states, by precision and function.
func pageULPs(t *testing.T) map[string]float64 {
	t.Helper()
	page, err := os.ReadFile("../../verify/README.md")
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]float64{}
	for _, row := range regexp.MustCompile("(?m)^\\| `(\\w+)` \\| ([0-9.]+) \\| ([0-9.]+) \\|$").FindAllStringSubmatch(string(page), -1) {
		for i, precision := range []string{"float32", "float64"} {
			if said[precision+" "+row[1]], err = strconv.ParseFloat(row[2+i], 64); err != nil {
				t.Fatal(err)
			}
		}
	}
	return said
}
