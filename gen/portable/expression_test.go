package portable

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/gen/elementary"
	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/internal/overlay"
	"github.com/backpropgen/backpropgen/templates"
)

// operations on one operand that random expressions use.
var unaries = []expr.Op{
	expr.OpNeg, expr.OpExp, expr.OpExpm1, expr.OpLog, expr.OpLog1p, expr.OpSqrt, expr.OpTanh, expr.OpSigmoid,
	expr.OpAtan, expr.OpErf,
	expr.OpSin, expr.OpCos, expr.OpAbs,
}

// operations on two.
var binaries = []expr.Op{expr.OpAdd, expr.OpSub, expr.OpMul, expr.OpDiv, expr.OpMax, expr.OpMin, expr.OpPow}

// randomExpr draws an expression as a tree of nodes, past the constructors, which would simplify it.
func randomExpr(r *rand.Rand, depth int) expr.Expr {
	if depth == 0 || r.IntN(6) == 0 {
		if r.IntN(3) == 0 {
			return expr.Number([]float64{0, math.Copysign(0, -1), 1, -1, 2, 3, -3, 0.5, 0.1, -0.7, 1e10, 7e-20, 1e15,
				1e30, -1e60}[r.IntN(15)])
		}
		return []expr.Var{"x", "y", "z"}[r.IntN(3)]
	}
	if r.IntN(4) == 0 {
		return expr.Unary{Op: unaries[r.IntN(len(unaries))], X: randomExpr(r, depth-1)}
	}
	if r.IntN(8) == 0 {
		return expr.Select{C: randomExpr(r, depth-1), X: randomExpr(r, depth-1), Y: randomExpr(r, depth-1)}
	}
	return expr.Binary{Op: binaries[r.IntN(len(binaries))], X: randomExpr(r, depth-1), Y: randomExpr(r, depth-1)}
}

// named replaces a variable by one of the same name.
func named(v expr.Var) (code.Expr, error) { return code.V(string(v)), nil }

// TestExpressionMeansTheTree prints random expressions, compiles them without contraction, and compares their values
// with those of expr.Eval, bit for bit: parentheses and constants are right.
func TestExpressionMeansTheTree(t *testing.T) {
	count := 400
	if testing.Short() {
		count = 60
	}
	inputs := [][3]float64{{0.3, -1.7, 2.9}, {0, math.Copysign(0, -1), 1}, {-5, 1e-30, 1e20}, {1.1, 1.1, -0.1}}
	r := rand.New(rand.NewPCG(1, 1))
	var want []string
	var program strings.Builder
	program.WriteString("package main\n\nimport (\n\t\"fmt\"\n\t\"math\"\n)\n\n")
	for _, typ := range []string{"float32", "float64"} {
		// The functions that are called, as Eval has them.
		for _, op := range unaries {
			name := elementary.Name(typ[5:]+"_", op)
			switch op {
			case expr.OpNeg:
				continue
			case expr.OpSigmoid:
				fmt.Fprintf(&program, "func f%s(x %s) %s { return %s(%s(float64(x))) }\n", name, typ, typ, typ, op)
			default:
				fmt.Fprintf(&program, "func f%s(x %s) %s { return %s(math.%s(float64(x))) }\n", name, typ, typ, typ,
					name[3:])
			}
		}
	}
	for _, typ := range []string{"float32", "float64"} {
		prefix := "f" + typ[5:] + "_"
		fmt.Fprintf(&program, "func %sPow(x, y %s) %s { return %s(math.Pow(float64(x), float64(y))) }\n", prefix, typ,
			typ, typ)
		fmt.Fprintf(&program, "func %sWhere(c, x, y %s) %s { if c > 0 { return x }; return y }\n", prefix, typ, typ)
	}
	program.WriteString(`
func sigmoid(x float64) float64 {
	if x < 0 {
		e := math.Exp(x)
		return e / (1 + e)
	}
	return 1 / (1 + math.Exp(-x))
}

func show32(v float32) { if v != v { fmt.Println("NaN") } else { fmt.Printf("%08x\n", math.Float32bits(v)) } }
func show64(v float64) { if v != v { fmt.Println("NaN") } else { fmt.Printf("%016x\n", math.Float64bits(v)) } }
`)
	var calls strings.Builder
	var trees []string
	for i := range count {
		e := randomExpr(r, 5)
		for _, typ := range []string{"float32", "float64"} {
			v, err := writer{kind: code.KindOf(typ), prefix: "f" + typ[5:] + "_", value: named}.write(e)
			if err != nil {
				t.Fatalf("%s: %v", e, err)
			}
			number := code.Of(code.KindOf(typ))
			b := &code.Block{}
			b.Return(v)
			_, text, _ := strings.Cut(render(t, &code.Func{
				Name: fmt.Sprintf("e%d_%s", i, typ[5:]), Results: []code.Param{{Type: number}}, Body: b,
				Params: []code.Param{{Name: "x", Type: number}, {Name: "y", Type: number}, {Name: "z", Type: number}},
			}), "func ")
			fmt.Fprintf(&program, "\nfunc %s", text)
			for _, in := range inputs {
				fmt.Fprintf(&calls, "\tshow%s(e%d_%s(%s(%v), %s(%v), %s(%v)))\n", typ[5:], i, typ[5:], typ,
					literal(in[0]), typ, literal(in[1]), typ, literal(in[2]))
				want = append(want, evaluate(t, e, typ, in))
				trees = append(trees, fmt.Sprintf("%s in %s at %v, printed as\n%s", e, typ, in, text))
			}
		}
	}
	fmt.Fprintf(&program, "\nfunc main() {\n%s}\n", &calls)
	// On other architectures and levels x*y + z may be contracted.
	t.Setenv("GOAMD64", "v1")
	if runtime.GOARCH != "amd64" && runtime.GOARCH != "386" {
		t.Skipf("the compiler contracts x*y + z on %s; bits differ then", runtime.GOARCH)
	}
	files := overlay.Files{"testdata/expressions/main.go": []byte(program.String())}
	got := strings.Fields(run(t, files.Go(t, "run", "-ldflags=-w", "./testdata/expressions")))
	if len(got) != len(want) || len(want) < count {
		t.Fatalf("%d values printed, want %d", len(got), len(want))
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("%s, want %s: %s", got[i], want[i], trees[i])
		}
	}
}

// run runs a command and returns its output.
func run(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
	return string(out)
}

// literal is a number as an argument in Go; the sign of zero survives.
func literal(v float64) string {
	if v == 0 && math.Signbit(v) {
		return "math.Copysign(0, -1)"
	}
	return fmt.Sprint(v)
}

// evaluate is the value of an expression as the compiled program shows it.
func evaluate(t *testing.T, e expr.Expr, typ string, in [3]float64) string {
	t.Helper()
	if typ == "float32" {
		v, err := expr.Eval(e, expr.Env[float32]{"x": float32(in[0]), "y": float32(in[1]), "z": float32(in[2])})
		if err != nil {
			t.Fatal(err)
		}
		if v != v {
			return "NaN"
		}
		return fmt.Sprintf("%08x", math.Float32bits(v))
	}
	v, err := expr.Eval(e, expr.Env[float64]{"x": in[0], "y": in[1], "z": in[2]})
	if err != nil {
		t.Fatal(err)
	}
	if v != v {
		return "NaN"
	}
	return fmt.Sprintf("%016x", math.Float64bits(v))
}

// TestExpressionText lists what expressions look like, with no more parentheses than the tree needs.
func TestExpressionText(t *testing.T) {
	x, y, z := expr.Var("x"), expr.Var("y"), expr.Var("z")
	num := func(v float64) expr.Expr { return expr.Number(v) }
	two := func(op expr.Op, x, y expr.Expr) expr.Expr { return expr.Binary{Op: op, X: x, Y: y} }
	for _, c := range []struct {
		e    expr.Expr
		want string
	}{
		{expr.Sub(num(1), expr.Square(x)), "1 - x*x"},
		{expr.Mul(x, expr.Sub(num(1), y)), "x * (1 - y)"},
		{expr.Add(x, expr.Add(y, z)), "x + (y + z)"},
		{expr.Add(expr.Add(x, y), z), "x + y + z"},
		{expr.Sub(x, expr.Sub(y, z)), "x - (y - z)"},
		{expr.Mul(x, expr.Mul(y, z)), "x * (y * z)"},
		{expr.Div(x, expr.Div(y, z)), "x / (y / z)"},
		{expr.Div(expr.Mul(x, y), z), "x * y / z"},
		{expr.Neg(expr.Mul(x, y)), "-(x * y)"},
		{expr.Sub(x, expr.Neg(y)), ""}, // simplified by the constructors to x + y
		{two(expr.OpSub, x, expr.Neg(y)), "x - (-y)"},
		{two(expr.OpMul, expr.Neg(x), y), "(-x) * y"},
		{two(expr.OpAdd, x, num(-3)), "x + (-3)"},
		{two(expr.OpAdd, num(-3), x), "-3 + x"},
		{expr.Exp(expr.Neg(expr.Abs(x))), "irisExp(-irisAbs(x))"},
		{expr.Max(expr.Add(x, y), num(0)), "max(x+y, 0)"},
		{expr.Min(x, y), "min(x, y)"},
		{expr.Mul(expr.Max(x, y), z), "max(x, y) * z"},
		{two(expr.OpDiv, num(1), num(3)), "0.3333333432674408"}, // in float32, as the plan means it; Go's 1/3 is 0
		{two(expr.OpMul, num(math.Copysign(0, -1)), x), "float32(math.Copysign(0, -1)) * x"},
		// What a product of constants comes to may be beyond the numbers; Go has no constants there.
		{two(expr.OpMul, two(expr.OpMul, num(1e30), num(1e30)), x), "float32(math.Inf(1)) * x"},
		{two(expr.OpMul, num(1e60), x), "float32(math.Inf(1)) * x"},
		{two(expr.OpSub, x, two(expr.OpMul, num(-1e30), num(1e30))), "x - float32(math.Inf(-1))"},
		{two(expr.OpAdd, x, two(expr.OpDiv, num(0), num(0))), "x + float32(math.NaN())"},
		{two(expr.OpMul, num(1e-60), x), "1e-60 * x"},
	} {
		if c.want == "" {
			c.want = "x + y"
		}
		v, err := writer{kind: code.Float32, prefix: "iris", value: named}.write(c.e)
		if err != nil {
			t.Errorf("%s: %v", c.e, err)
			continue
		}
		if got := returned(t, v); got != c.want {
			t.Errorf("%s prints %s, want %s", c.e, got, c.want)
		}
	}
}

// TestUnfusedText lists what products look like where none may be fused: converted, each by itself, whatever they stand
// in.
func TestUnfusedText(t *testing.T) {
	x, y, z := expr.Var("x"), expr.Var("y"), expr.Var("z")
	for want, e := range map[string]expr.Expr{
		"1 - float64(x*x)":                         expr.Sub(expr.Number(1), expr.Square(x)),
		"float64(float64(x*y) * z)":                expr.Mul(expr.Mul(x, y), z),
		"-float64(x * y)":                          expr.Neg(expr.Mul(x, y)),
		"float64(x*(y+z)) / z":                     expr.Div(expr.Mul(x, expr.Add(y, z)), z),
		"irisExp(float64(x*y) + z)":                expr.Exp(expr.Add(expr.Mul(x, y), z)),
		"x + max(float64(y*z), 0)":                 expr.Add(x, expr.Max(expr.Mul(y, z), expr.Number(0))),
		"x - y/z":                                  expr.Sub(x, expr.Div(y, z)),
		"math.Float64frombits(0x8000000000000000)": nil,
	} {
		var v code.Expr = &code.NegZero{Kind: code.Float64}
		if e != nil {
			var err error
			w := writer{kind: code.Float64, prefix: "iris", value: named, unfused: true}
			if v, err = w.write(e); err != nil {
				t.Errorf("%s: %v", e, err)
				continue
			}
		}
		if got := returned(t, v); got != want {
			t.Errorf("%v prints %s, want %s", e, got, want)
		}
	}
}

// TestExpressionErrors checks that what has no Go is an error that names it.
func TestExpressionErrors(t *testing.T) {
	unbound := errors.New("no such variable")
	x := expr.Var("x")
	for want, e := range map[string]expr.Expr{
		"no emitted function for operation +": expr.Unary{Op: expr.OpAdd, X: x},
		"no operator for operation exp":       expr.Binary{Op: expr.OpExp, X: x, Y: x},
		"unexpected expression <nil>":         nil,
		"no such variable":                    expr.Tanh(expr.Var("q")),
	} {
		w := writer{kind: code.Float32, prefix: "iris", value: func(v expr.Var) (code.Expr, error) {
			if v == "q" {
				return nil, unbound
			}
			return named(v)
		}}
		_, err := w.write(e)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: the error is %v, want %q", e, err, want)
		}
	}
}

// render is a function as Go.
func render(t *testing.T, fn *code.Func) string {
	t.Helper()
	f := templates.NewFile("p", nil)
	f.Func(fn)
	src, err := f.Render()
	if err != nil {
		t.Fatal(err)
	}
	return string(src)
}

// returned is an expression as Go.
func returned(t *testing.T, v code.Expr) string {
	t.Helper()
	b := &code.Block{}
	b.Return(v)
	_, text, _ := strings.Cut(render(t, &code.Func{Name: "f", Body: b}), "return ")
	return strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(text), "}"))
}
