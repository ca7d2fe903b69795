package expr

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/spec/formula"
)

func TestFormulaActivations(t *testing.T) {
	for _, c := range []struct{ text, value, deriv, post string }{
		{"z", "z", "1", "1"},
		{"2*z", "2*z", "2", "2"},
		{"z^2", "z^2", "2*z", ""},
		{"-z^2", "-z^2", "-2*z", ""},
		{"exp(z)", "exp(z)", "exp(z)", "a"},
		{"tanh(z)", "tanh(z)", "1 - tanh(z)^2", "1 - a^2"},
		{"1 / (1 + exp(-z))", "sigmoid(z)", "sigmoid(z)*(1 - sigmoid(z))", "a*(1 - a)"},
		{"sqrt(z)", "sqrt(z)", "0.5/sqrt(z)", "0.5/a"},
		{"max(0, z)", "max(z, 0)", "where(z, 1, 0)", ""},
		{"abs(z)", "abs(z)", "where(z, 1, where(-z, -1, 0))", ""},
		{"z^-1", "1/z", "-1/z/z", ""},
		{"z^1.5", "pow(z, 1.5)", "1.5*pow(z, 0.5)", ""},
		{"z^17", "pow(z, 17)", "17*pow(z, 16)", ""},
		{"2^z", "pow(2, z)", "0.6931471805599453*pow(2, z)", "0.6931471805599453*a"},
		{"z*sqrt(2)/2", "0.5*(1.4142135623730951*z)", "0.7071067811865476", "0.7071067811865476"},
		{"z + (1/3 - 0.1)", "z + 0.2333333333333333", "1", "1"},
	} {
		row, err := ActivationOf(spec.Function{Expr: c.text})
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		post := ""
		if row.DerivPost != nil {
			post = row.DerivPost.String()
		}
		if value, deriv := row.Value.String(), row.Deriv.String(); value != c.value || deriv != c.deriv ||
			post != c.post {
			t.Errorf("%s: %s, derivative %s and %q; want %s, %s and %q", c.text, value, deriv, post, c.value, c.deriv,
				c.post)
		}
		if row.Vector != NotVector || row.Init != Glorot || !strings.Contains(row.Doc, c.text) {
			t.Errorf("%s: vector %d, init %v, %s", c.text, row.Vector, row.Init, row.Doc)
		}
	}
}

func TestFormulaCosts(t *testing.T) {
	for _, c := range []struct{ text, term, grad string }{
		{"(a - y)^2", "(a - y)^2", "2*(a - y)"},
		{"abs(a - y)", "abs(a - y)", "where(a - y, 1, where(y - a, -1, 0))"},
		{"max(1 - a*y, 0)", "max(1 - a*y, 0)", "where(1 - a*y, -y, 0)"},
		{"y^a", "pow(y, a)", "pow(y, a)*where(abs(y), log(y), min(a, y))"},
		{"y*a^0", "y", "0"},
	} {
		row, err := CostOf(spec.Function{Expr: c.text})
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if term, grad := row.Term.String(), row.Grad.String(); term != c.term || grad != c.grad {
			t.Errorf("%s: %s, gradient %s; want %s, %s", c.text, term, grad, c.term, c.grad)
		}
		if row.Mean || row.Scale(7) != 1 || row.Gradient(7) != row.Grad || !strings.Contains(row.Doc, c.text) {
			t.Errorf("%s: a formula is one term of a sum; mean %t, %s", c.text, row.Mean, row.Doc)
		}
	}
}

func TestFormulaMistakes(t *testing.T) {
	for _, c := range []struct {
		text, want string
		at         int
	}{
		{"z +", "an operand is missing", 3},
		{"3", "does not depend on z", 0},
		{"z + exp(200*z^0)", "is 7.23e+86, which is out of range", 4},
		{"z + log(1 - z^0)", " is not a number", 4},
		{"z/(z^0 - 1)", "this divides by zero", 1},
		{"1e30*(1e30*z)", "contains 1.0000000000000001e+60, which float32 cannot hold", 4},
		{"z + sin(1e30*(2 - 1e30*z))", "contains -1.0000000000000001e+60, which float32 cannot hold", 12},
	} {
		_, err := ActivationOf(spec.Function{Expr: c.text})
		var mistake *formula.Error
		if !errors.As(err, &mistake) || mistake.At != c.at || !strings.Contains(mistake.Message, c.want) {
			t.Errorf("%s: got %v, want %s at %d", c.text, err, c.want, c.at)
		}
		if _, err := CostOf(spec.Function{Expr: strings.ReplaceAll(c.text, "z", "a")}); !errors.As(err, &mistake) ||
			mistake.At != c.at {
			t.Errorf("%s as a cost: got %v, want an error at %d", c.text, err, c.at)
		}
	}
	if _, err := CostOf(spec.Function{Expr: "z"}); err == nil {
		t.Error("a cost in z")
	}
	var e Expr = Z
	for range maxFormula {
		e = Sin(e)
	}
	if err := checkCode(e, Number(1)); err != nil {
		t.Errorf("%d operations: %v", maxFormula, err)
	}
	if err := checkCode(e, Exp(Z)); err == nil || !strings.Contains(err.Error(), "too complicated") {
		t.Errorf("%d operations: %v", maxFormula+1, err)
	}
	// Folded or not, nothing that is no number may reach the printers.
	for _, e := range []Expr{Div(Number(1), Number(0)), Where(Z, A, Number(1e300)), Neg(Exp(Number(math.NaN())))} {
		if err := checkCode(Z, Add(Z, e)); err == nil || !strings.Contains(err.Error(), "float32 cannot hold") {
			t.Errorf("%v: %v", e, err)
		}
	}
}

// familiar are formulas that people write, and the points where they, or parts of them, are not smooth.
var familiar = []struct {
	text  string
	kinks []float64
}{
	{"z / (1 + exp(-z))", nil}, {"log(1 + exp(z))", []float64{0}}, {"z*tanh(log(1 + exp(z)))", []float64{0}},
	{"1/(1 + z^2)", nil},
	{"z*(1 + erf(z/sqrt(2)))/2", nil}, {"z/(1 + abs(z))", []float64{0}}, {"max(z, 0.1*z)", []float64{0}},
	{"sin(z) + cos(2*z)", nil},
	{"exp(-z^2)", nil}, {"max(z, 0)^2", nil}, {"min(max(z/6 + 0.5, 0), 1)", []float64{-3, 3}},
	{"max(z, 0) + min(0, expm1(z))", []float64{0}},
	{"sqrt(1 + z^2) - 1", nil}, {"abs(z - 1)^1.5", []float64{1}}, {"log1p(z^2)*atan(z)", nil},
	{"(exp(z) - exp(-z))/(exp(z) + exp(-z))", nil},
	{"0.5*z*(1 + tanh(sqrt(2/pi)*(z + 0.044715*z^3)))", nil}, {"sigmoid(z)^3 - sigmoid(-z)^-2", nil},
	{"(1 + z^2)^(z/8)", nil},
	{"abs(sin(z))", []float64{-2 * math.Pi, -math.Pi, 0, math.Pi, 2 * math.Pi}},
	{"max(z, min(1, z^3))", []float64{-1, 0, 1}},
}

func TestFormulaDerivativesAgainstDifferences(t *testing.T) {
	for _, f := range familiar {
		row, err := ActivationOf(spec.Function{Expr: f.text})
		if err != nil {
			t.Errorf("%s: %v", f.text, err)
			continue
		}
		var kinks []Kink
		for _, k := range f.kinks {
			kinks = append(kinks, Kink{At: Number(k)})
		}
		for z := -8.0; z <= 8; z += 0x1p-4 {
			if !nearKink(kinks, z) && !checkDerivative(t, row.Value, row.Deriv, Z, Env[float64]{Z: z}) {
				t.Errorf("%s: slope at %v not known", f.text, z)
			}
		}
		if row.DerivPost != nil {
			checkDerivPost[float64](t, row)
			checkDerivPost[float32](t, row)
		}
	}
}

// At a kink the conventions of the language hold, whatever is around it.
func TestFormulaKinks(t *testing.T) {
	for _, c := range []struct {
		text     string
		at, want float64
	}{
		{"abs(z)", 0, 0},
		{"3*abs(z - 2) + z", 2, 1},
		{"max(z, 0)", 0, 0}, {"max(0, z)", 0, 0}, {"min(z, 2*0.5)", 1, 0}, {"min(0.5 + 0.5, z)", 1, 0},
		{"max(z, 2*z)", 0, 2}, {"max(2*z, z)", 0, 1}, {"min(z, -z)", 0, -1},
		{"max(sin(z), 0)^2 + max(0, 5*z)", 0, 0},
		{"abs(max(z, 0))", 0, 0},
		{"log(1 + exp(z))", 0, 0.5}, {"log1p(exp(-4*z))", 0, -2}, {"log(exp(z - 1) + 1)", 1, 0.5}, // no kinks at all
		{"max(z, 0)*max(0, z)", 0, 0},
		{"z^3*abs(z)", 0, 0},
	} {
		row, err := ActivationOf(spec.Function{Expr: c.text})
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if got := mustEval(t, row.Deriv, Env[float32]{Z: float32(c.at)}); float64(got) != c.want {
			t.Errorf("%s: derivative at %v is %v, want %v", c.text, c.at, got, c.want)
		}
	}
}

// asWritten is the expression of a formula without any rewriting.
func asWritten(t testing.TB, node formula.Node) Expr {
	t.Helper()
	switch n := node.(type) {
	case *formula.Number:
		return Number(n.Value)
	case *formula.Variable:
		return Var(n.Name)
	case *formula.Negation:
		return Unary{OpNeg, asWritten(t, n.X)}
	case *formula.Binary:
		x, y := asWritten(t, n.X), asWritten(t, n.Y)
		switch n.Op {
		case '+':
			return Binary{OpAdd, x, y}
		case '-':
			return Binary{OpSub, x, y}
		case '*':
			return Binary{OpMul, x, y}
		case '/':
			return Binary{OpDiv, x, y}
		}
		if !fixed(y) {
			return Binary{OpPow, x, y}
		}
		c, _ := Eval[float64](y, nil)
		if c != math.Trunc(c) || math.Abs(c) > formula.MaxPower {
			return Binary{OpPow, x, y}
		}
		var p Expr = Number(1)
		for range int(math.Abs(c)) {
			p = Binary{OpMul, p, x}
		}
		if c < 0 {
			p = Binary{OpDiv, Number(1), p}
		}
		return p
	case *formula.Call:
		var args []Expr
		for _, a := range n.Args {
			args = append(args, asWritten(t, a))
		}
		for op := range numOps {
			switch {
			case ops[op].name != n.Name:
			case len(args) == 1:
				return Unary{op, args[0]}
			default:
				return Binary{op, args[0], args[1]}
			}
		}
	}
	t.Fatalf("no expression of %v", node)
	return nil
}

// Whatever is made of a formula is the formula over the real numbers, and its derivative the slope of that.
func TestFormulasMeanWhatIsWritten(t *testing.T) {
	m := newTreeMaker(8)
	values, slopes := 0, 0
	for i := range shortened(4000) {
		text := drawFormula(m, 4)
		if i < len(familiar) {
			text = familiar[i].text
		}
		row, err := ActivationOf(spec.Function{Expr: text})
		if err != nil {
			continue
		}
		node, _ := formula.Parse(text, "z")
		literal := asWritten(t, node)
		env := Env[float64]{Z: math.Ldexp(math.Round(math.Ldexp(m.NormFloat64(), 10)), -9)}
		want, e1 := bounded(t, literal, env, unit64)
		got, e2 := bounded(t, row.Value, env, unit64)
		if !(e1+e2 < 1e-9*(1+math.Abs(want))) {
			continue
		}
		values++
		if !(math.Abs(got-want) <= e1+e2) {
			t.Fatalf("%s = %v at %v\nbecame %v = %v", text, want, env, row.Value, got)
		}
		if checkDerivative(t, literal, row.Deriv, Z, env) {
			slopes++
		}
		if t.Failed() {
			t.FailNow()
		}
	}
	if values < shortened(1500) || slopes < shortened(1000) {
		t.Errorf("only %d values and %d slopes could be compared", values, slopes)
	}
}

// drawFormula draws a formula in z with everything that the language has, those forms among it that are recognised.
func drawFormula(m treeMaker, depth int) string {
	if depth == 0 || m.IntN(8) == 0 {
		return [...]string{"z", "z", "z", "1", "2", "0.3", "pi", "(-1.5)"}[m.IntN(8)]
	}
	x, y := drawFormula(m, depth-1), drawFormula(m, depth-1)
	all := formula.Functions()
	switch m.IntN(14) {
	case 0, 1:
		return fmt.Sprintf("(%s %c %s)", x, "+-"[m.IntN(2)], y)
	case 2, 3:
		return fmt.Sprintf("(%s)%c(%s)", x, "*/"[m.IntN(2)], y)
	case 4:
		return fmt.Sprintf("(%s)^%s", x, [...]string{"0", "1", "2", "3", "5", "(-1)", "-2", "0.5", "1.5"}[m.IntN(9)])
	case 5:
		return fmt.Sprintf("(1 + abs(%s))^(%s)", x, y)
	case 6:
		return "-(" + x + ")"
	case 7:
		return fmt.Sprintf("(%s)/(1 + exp(%s))", x, y)
	case 8:
		return fmt.Sprintf("log(exp(%s) + 1)", x)
	case 9:
		return fmt.Sprintf("(exp(%[1]s) - exp(-(%[1]s)))/(exp(%[1]s) + exp(-(%[1]s)))", x)
	case 10:
		return fmt.Sprintf("(1 - exp(%[1]s))/(1 + exp(%[1]s))", x)
	default:
		f := all[m.IntN(len(all))]
		if f.Args == 2 {
			return fmt.Sprintf("%s(%s, %s)", f.Name, x, y)
		}
		return fmt.Sprintf("%s(%s)", f.Name, x)
	}
}

// The derivative of a product of n factors, written out, has n² of them. The worst that the parser lets through stays
// within what can be emitted, and is far from the limit.
func TestLargestFormulas(t *testing.T) {
	nested := func(n int, open, closing string) string {
		return strings.Repeat(open, n) + "z" + strings.Repeat(closing, n)
	}
	chain := func(n int, op string, parts ...string) string {
		all := make([]string, n)
		for i := range all {
			all[i] = parts[i%len(parts)]
		}
		return strings.Join(all, op)
	}
	for _, text := range []string{
		chain(200, "*", "z"), chain(200, "/", "z"), chain(200, "+", "z"), chain(130, "*", "sin(z)", "cos(z)"),
		chain(130, "/", "exp(z)"),
		chain(66, "*", "(z+1)", "(z+2)", "(z+3)"), chain(100, "*", "z^z"), chain(40, "/", "z^(z+1)", "z^(2*z)"),
		chain(36, "*", "exp(z)/(1+exp(z))"), chain(30, "*", "max(z,sin(z))", "abs(z)"),
		nested(39, "tanh(", ")"), nested(39, "z*tanh(", ")"), nested(39, "z/(1+", ")"), nested(39, "(", ")^1.5"),
		nested(7, "(", ")^2"),
		nested(20, "z^(", ")"), nested(20, "(1+z^2)^(", ")"), nested(39, "max(sin(z), ", ")"),
		nested(39, "abs(z - ", ")"),
		nested(20, "log(1+exp(", "))"), nested(19, "(2+sin(", "))^(z+1)"), nested(39, "(z+1)/(", ")"),
		"((z^4)^4)^8", "(z+1)^16*(z+2)^16*(z+3)^16*(z+4)^16", "((z+1)^4)^16",
	} {
		row, err := ActivationOf(spec.Function{Expr: text})
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		p := Share("u", row.Value, row.Deriv)
		if n := total(p.Count()); n > maxFormula/2 {
			t.Errorf("%s: %d operations", text, n)
		}
		if n := total(CountOps(row.Deriv)); n > 40000 {
			t.Errorf("%s: the derivative is a tree of %d operations", text, n)
		}
		if text := p.String(); len(text) > 20000 {
			t.Errorf("the program is %d characters long", len(text))
		}
	}
}

// FuzzFormula: what Parse accepts becomes an expression whose every value can be computed, or a mistake inside
// the text; NaN passes through it unless it raises something to the power 0.
func FuzzFormula(f *testing.F) {
	for _, c := range familiar {
		f.Add(c.text, 0.5)
	}
	for _, text := range []string{
		"z^-2^3", "z^0/z^z", "exp(z^0*80)*z", "1e30*z*1e30", "(z*1e-30)^-16", "0*z", "-0/z", "z^(1/2)",
		"z*(1/(z^0+z^0))",
	} {
		f.Add(text, -3.25)
	}
	f.Fuzz(func(t *testing.T, text string, z float64) {
		if _, err := formula.Parse(text, "z"); err != nil {
			return
		}
		row, err := ActivationOf(spec.Function{Expr: text})
		var mistake *formula.Error
		if errors.As(err, &mistake) && mistake.At >= 0 && mistake.At <= len(text) {
			return
		}
		if err != nil {
			t.Fatalf("%q: %v is no mistake in the formula", text, err)
		}
		p := Share("u", row.Value, row.Deriv)
		for _, at := range []float64{z, 0, math.Copysign(0, -1), math.Inf(1), math.NaN()} {
			if _, err := EvalProgram(p, Env[float64]{Z: at}); err != nil {
				t.Fatalf("%q: %v", text, err)
			}
			if _, err := EvalProgram(p, Env[float32]{Z: float32(at)}); err != nil {
				t.Fatalf("%q: %v", text, err)
			}
		}
		if a := mustEval(t, row.Value, Env[float64]{Z: math.NaN()}); a == a && !strings.Contains(text, "^") {
			t.Fatalf("%q is %v of NaN", text, a)
		}
		if row.DerivPost != nil && Uses(row.DerivPost, Z) {
			t.Fatalf("%q: %v needs z", text, row.DerivPost)
		}
	})
}
