package formula

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
)

// show writes a tree with all its brackets, so that grouping is seen.
func show(n Node) string {
	switch n := n.(type) {
	case *Number:
		return fmt.Sprint(n.Value)
	case *Variable:
		return n.Name
	case *Negation:
		return "[-" + show(n.X) + "]"
	case *Binary:
		return "[" + show(n.X) + string(n.Op) + show(n.Y) + "]"
	case *Call:
		var args []string
		for _, a := range n.Args {
			args = append(args, show(a))
		}
		return n.Name + "[" + strings.Join(args, ",") + "]"
	}
	return "?"
}

// places lists where the nodes of a tree stand, parts behind what they are part of.
func places(n Node) string {
	text := fmt.Sprint(n.Pos())
	for _, part := range parts(n) {
		text += " " + places(part)
	}
	return text
}

// TestParse: every formula, its tree and, canonical, its text.
func TestParse(t *testing.T) {
	for _, c := range []struct{ text, tree, canonical string }{
		{"z", "z", "z"},
		{" z\n\t+\r\n1 ", "[z+1]", "z + 1"},
		{"z / (1 + exp(-z))", "[z/[1+exp[[-z]]]]", "z/(1 + exp(-z))"},
		{"a-y", "[a-y]", "a - y"},
		{"a - y - 1", "[[a-y]-1]", "a - y - 1"},
		{"a - (y - 1)", "[a-[y-1]]", "a - (y - 1)"},
		{"(a + y) + 1", "[[a+y]+1]", "a + y + 1"},
		{"a + (y + 1)", "[a+[y+1]]", "a + (y + 1)"},
		{"a / y / 2", "[[a/y]/2]", "a/y/2"},
		{"a / (y * 2)", "[a/[y*2]]", "a/(y*2)"},
		{"a + y*2", "[a+[y*2]]", "a + y*2"},
		{"(a + y)*2", "[[a+y]*2]", "(a + y)*2"},
		{"-z^2", "[-[z^2]]", "-z^2"},
		{"(-z)^2", "[[-z]^2]", "(-z)^2"},
		{"z^-2", "[z^[-2]]", "z^-2"},
		{"2^z^3", "[2^[z^3]]", "2^z^3"},
		{"(2^z)^3", "[[2^z]^3]", "(2^z)^3"},
		{"z^-2^3", "[z^[-[2^3]]]", "z^-2^3"},
		{"z^(-2*y)", "[z^[[-2]*y]]", "z^(-2*y)"},
		{"-z*2", "[[-z]*2]", "-z*2"},
		{"-(z*2)", "[-[z*2]]", "-(z*2)"},
		{"2*-z", "[2*[-z]]", "2*-z"},
		{"a - -y", "[a-[-y]]", "a - -y"},
		{"--z", "[-[-z]]", "--z"},
		{"z*pi", "[z*3.141592653589793]", "z*pi"},
		{"z*3.141592653589793", "[z*3.141592653589793]", "z*pi"},
		{"z + 0.50", "[z+0.5]", "z + 0.5"},
		{"z + 1e-3", "[z+0.001]", "z + 0.001"},
		{"z + 12E2", "[z+1200]", "z + 1200"},
		{"z + 1e30 + 1e-30", "[[z+1e+30]+1e-30]", "z + 1e30 + 1e-30"},
		{"z + 0", "[z+0]", "z + 0"},
		{"max(z,0)", "max[z,0]", "max(z, 0)"},
		{"min((a), (y - 1))", "min[a,[y-1]]", "min(a, y - 1)"},
		{"((z))", "z", "z"},
		{"z^0", "[z^0]", "z^0"},
	} {
		variables := []string{"z", "a", "y"}
		if !strings.Contains(c.tree, "z") {
			variables = []string{"a", "y"}
		}
		n, err := Parse(c.text, variables...)
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
			continue
		}
		if got := show(n); got != c.tree {
			t.Errorf("%q is %s, want %s", c.text, got, c.tree)
		}
		if got := Format(n); got != c.canonical {
			t.Errorf("%q is written %q, want %q", c.text, got, c.canonical)
		}
	}
}

func TestParsePlaces(t *testing.T) {
	n, err := Parse(" -max(z, 1) ^\n2 - z/3", "z")
	if err != nil {
		t.Fatal(err)
	}
	// - (behind the 2), sign, ^, max, z, 1, 2, /, z, 3
	if got, want := places(n), "16 1 12 2 6 9 14 19 18 20"; got != want {
		t.Errorf("places %s, want %s", got, want)
	}
}

// TestFunctions calls every function of the table with as many arguments as it takes, and one more or
// less.
func TestFunctions(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range Functions() {
		if seen[f.Name] || f.Args < 1 || f.Args > 2 {
			t.Errorf("%s: twice, or %d arguments", f.Name, f.Args)
		}
		seen[f.Name] = true
		for args := range 4 {
			text := f.Name + "(" + strings.TrimSuffix(strings.Repeat("z, ", args), ", ") + ")"
			_, err := Parse(text, "z")
			if (err == nil) != (args == f.Args) {
				t.Errorf("%s: %v", text, err)
			}
		}
	}
	Functions()[0].Name = "changed"
	if functions[0].Name == "changed" {
		t.Error("a caller changed the table")
	}
	for word, meant := range synonyms {
		for _, m := range meant {
			if !seen[m] && !strings.Contains("z a y", m) || word != strings.ToLower(word) || seen[word] {
				t.Errorf("%s → %s", word, m)
			}
		}
	}
	for word, text := range idioms {
		if _, err := Parse(text, "x", "y", "low", "high"); err != nil && text != "exp(1)" || seen[word] {
			t.Errorf("%s → %s: %v", word, text, err)
		}
	}
}

// TestParseMistakes: the place and the message of every mistake.
func TestParseMistakes(t *testing.T) {
	for _, c := range []struct {
		text string
		at   int
		want string
	}{
		{"", 0, "the formula is empty; write what it computes"},
		{" \n", 0, "the formula is empty; write what it computes"},
		{"3 + pi", 0, "the formula does not depend on z, so that nothing could be learnt through it"},
		{
			"z + foo", 4,
			"unknown name foo; use z, pi or a function: exp, expm1, log, log1p, sqrt, tanh, sigmoid, erf, sin, cos, " +
				"atan, abs, max, min",
		},
		{"Z", 0, `unknown name Z; did you mean "z"?`},
		{"1 + x", 4, `unknown name x; did you mean "z"?`},
		{"y*z", 0, "y cannot be used in this formula; use z"},
		{"z*e", 2, "unknown name e; write exp(1)"},
		{"sigmiod(z)", 0, `unknown function sigmiod; did you mean "sigmoid"?`},
		{"ln(z)", 0, `unknown function ln; did you mean "log"?`},
		{"pow(z, 2)", 0, "unknown function pow; write x^y"},
		{"relu(z)", 0, "unknown function relu; write max(x, 0)"},
		{
			"gamma(z)", 0,
			"unknown function gamma; use exp, expm1, log, log1p, sqrt, tanh, sigmoid, erf, sin, cos, " +
				"atan, abs, max or min",
		},
		{
			strings.Repeat("z", 50), 0, "unknown name " + strings.Repeat("z", 40) +
				"…; use z, pi or a function: exp, expm1, log, log1p, sqrt, tanh, sigmoid, erf, sin, cos, " +
				"atan, abs, max, min",
		},
		{"exp z", 0, "exp is a function; write exp(…)"},
		{"z + max", 4, "max is a function; write max(…, …)"},
		{"exp()", 0, "exp takes 1 argument, not 0; write exp(…)"},
		{"max(z)", 0, "max takes 2 arguments, not 1; write max(…, …)"},
		{"max(z, 1, 2)", 0, "max takes 2 arguments, not 3; write max(…, …)"},
		{"max(z, )", 7, "an operand is missing after ,"},
		{"max(, z)", 4, "an operand is missing before ,"},
		{"2z", 1, "an operator is missing; to multiply, write 2*z"},
		{"2exp(z)", 1, "an operator is missing; to multiply, write 2*exp"},
		{"z z", 2, "an operator is missing; to multiply, write z*z"},
		{"z 2", 2, "an operator is missing; to multiply, write z*2"},
		{"(z)(z)", 3, "an operator is missing; to multiply, write )*("},
		{"z(z)", 1, "an operator is missing; to multiply, write z*("},
		{"z^2 3", 4, "an operator is missing; to multiply, write 2*3"},
		{"2q", 0, "2q is not a number; write numbers as 2, 0.5 or 1e-3, and products with *"},
		{"z**2", 1, "** is not an operator; use ^ for powers"},
		{"z*", 2, "an operand is missing after *"},
		{"z + * 2", 4, "an operand is missing before *"},
		{"*z", 0, "an operand is missing before *"},
		{"+z", 0, "an operand is missing before +; a sign + is not written"},
		{"z*()", 3, "nothing stands between the parentheses"},
		{"(z+)", 3, "an operand is missing after +"},
		{")", 0, "an operand is missing before )"},
		{"(z", 0, "this parenthesis is not closed; add )"},
		{"2*((z)", 2, "this parenthesis is not closed; add )"},
		{"exp(z", 3, "the parenthesis of exp is not closed; add )"},
		{"z)", 1, "this parenthesis closes none; remove it"},
		{"0,5*z", 1, "a comma stands between the arguments of a function only; a decimal point is a point"},
		{"(z, 1)", 2, "a comma stands between the arguments of a function only; a decimal point is a point"},
		{"z > 0", 2, "'>' cannot stand in a formula, which has no comparisons and no cases; use max, min or abs"},
		{"a = z", 2, "= cannot stand in a formula; write only what is on its right"},
		{"z == 1", 2, "'=' cannot stand in a formula, which has no comparisons and no cases; use max, min or abs"},
		{"z ? 1 : 0", 2, "'?' cannot stand in a formula, which has no comparisons and no cases; use max, min or abs"},
		{"2 × z", 2, "'×' cannot stand in a formula; write *"},
		{"2*π*z", 2, "'π' cannot stand in a formula; write pi"},
		{"z²", 1, "'²' cannot stand in a formula; write ^2"},
		{"z; z", 1, "';' cannot stand in a formula"},
		{"z\x00", 1, `'\x00' cannot stand in a formula`},
		{"z\xff", 1, `'�' cannot stand in a formula`},
		{"\"z\"", 0, `'"' cannot stand in a formula`},
		{".5*z", 0, ".5 is not a number; write numbers as 2, 0.5 or 1e-3"},
		{"5.*z", 0, "5. is not a number; write numbers as 2, 0.5 or 1e-3"},
		{"0x10*z", 0, "0x10 is not a number; write numbers as 2, 0.5 or 1e-3, and products with *"},
		{"1_000*z", 0, "1_000 is not a number; write numbers as 2, 0.5 or 1e-3, and products with *"},
		{"010*z", 0, "010 is not a number; write numbers as 2, 0.5 or 1e-3"},
		{"1e*z", 0, "1e is not a number; write numbers as 2, 0.5 or 1e-3, and products with *"},
		{"1.2.3*z", 0, "1.2.3 is not a number; write numbers as 2, 0.5 or 1e-3"},
		{"z + 1e31", 4, "1e31 is out of range; a number is 0 or from 1e-30 to 1e30"},
		{"z + 1e-31", 4, "1e-31 is out of range; a number is 0 or from 1e-30 to 1e30"},
		{"z + 1e-999", 4, "1e-999 is out of range; a number is 0 or from 1e-30 to 1e30"},
		{"z + 1e999", 4, "1e999 is out of range; a number is 0 or from 1e-30 to 1e30"},
		{
			"z*1e30*1e30 + 1e20*1e20", 18,
			"1e20*1e20 is 1e+40, which is out of range; a constant is 0 or from 1e-30 to 1e30",
		},
		{"z + exp(-100)", 4, "exp(-100) is 3.72e-44, which is out of range; a constant is 0 or from 1e-30 to 1e30"},
		{"z + log(-1)", 4, "log(-1) is not a number"},
		{"z + sqrt(1 - 2)*2", 4, "sqrt(1 - 2) is not a number"},
		{"z/0", 1, "this divides by zero"},
		{"z/(1 - 1)", 1, "this divides by zero"},
		{"z + 0^-1", 5, "0^-1 is not a number"},
		{"sqrt(-(z^0))", 0, "sqrt(-z^0) is not a number"},
		{"1/(1^z - 1)", 1, "this divides by zero"},
		{"z + (-2)^z", 8, "the derivative of (-2)^z needs the logarithm of -2, which is not a number; " +
			"the base of a power whose exponent depends on z must not be negative"},
		{"(z^0 - 3)^z", 9, "the derivative of (z^0 - 3)^z needs the logarithm of -2, which is not a number; " +
			"the base of a power whose exponent depends on z must not be negative"},
		{
			"((z^16)^16)^2", 0,
			"the formula is too large: with its powers multiplied out it has more than 400 numbers, variables, " +
				"operators and calls",
		},
		{
			strings.Repeat("z+", 200) + "z", 0,
			"the formula is too large: with its powers multiplied out it has more than 400 numbers, variables, " +
				"operators and calls",
		},
		{strings.Repeat(" ", 1000) + "z", 1000, "the formula is 1001 characters long; at most 1000 are allowed"},
		{
			strings.Repeat("12345678e8+", 90) + "z", 0,
			"the formula is 1351 characters long with spaces around + and - and numbers written out; " +
				"at most 1000 are allowed",
		},
		{strings.Repeat("(", 41) + "z", 40, "nested deeper than 40 levels"},
		{strings.Repeat("-", 41) + "z", 40, "nested deeper than 40 levels"},
		{"2" + strings.Repeat("^2", 41), 81, "nested deeper than 40 levels"},
		{strings.Repeat("exp(", 41) + "z", 163, "nested deeper than 40 levels"},
	} {
		n, err := Parse(c.text, "z")
		var e *Error
		if !errors.As(err, &e) || n != nil {
			t.Errorf("%q: %v, error %v", c.text, n, err)
			continue
		}
		if e.At != c.at || e.Error() != c.want {
			t.Errorf("%q\ngot  %d: %s\nwant %d: %s", c.text, e.At, e, c.at, c.want)
		}
	}
}

// TestParseVariables: a cost must depend on a, and the letters of one kind of formula are not those of another.
func TestParseVariables(t *testing.T) {
	for text, want := range map[string]string{
		"(a - y)^2": "", "a": "", "a*(-2)^y": "", "a + (-2)^a^0": "",
		"y": "the formula does not depend on a, so that nothing could be learnt through it",
		"z": "z cannot be used in this formula; use a or y",
	} {
		_, err := Parse(text, "a", "y")
		if got := fmt.Sprint(err); err != nil && got != want || err == nil && want != "" {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	if _, err := Parse("1 + 2"); err != nil {
		t.Errorf("a formula without variables: %v", err)
	}
	if _, err := Parse("z"); err == nil {
		t.Error("a variable in a formula without variables")
	}
}

// TestLimits: what is just within every limit is read.
func TestLimits(t *testing.T) {
	for _, text := range []string{
		"z" + strings.Repeat(" ", MaxLength-1),
		strings.Repeat("(", MaxDepth) + "z" + strings.Repeat(")", MaxDepth),
		strings.Repeat("-", MaxDepth) + "z",
		"z" + strings.Repeat("+z", (MaxSize-1)/2),
		"((z^4)^5)^13",    // 13·(5·6+2)+2 = 418 is too much
		"((z^4)^5)^12",    // 386
		"z^100 + z^0.5",   // not multiplied out
		"(z^-16)^-16 + z", // 16·(16+3)+3+2 = 309
	} {
		_, err := Parse(text, "z")
		if tooMuch := text == "((z^4)^5)^13"; (err != nil) != tooMuch {
			t.Errorf("%q: %v", text, err)
		}
	}
	for v, want := range map[float64]bool{0: true, 1e-30: true, -1e30: true, 9e-31: false, 1.1e30: false,
		math.Inf(-1): false, math.NaN(): false, 1: true} {
		if InRange(v) != want {
			t.Errorf("InRange(%v) is %v", v, !want)
		}
	}
}

// TestWritten: nodes are found where they were written, whatever stands around them.
func TestWritten(t *testing.T) {
	for _, c := range []struct {
		text string
		at   int // in the canonical text
		want int
	}{
		{"z*z + 2", 4, 4}, {"z*z+2", 4, 3}, {"  ((z))*(z^2+1)", 7, 12}, {"max( z ,(2*z) )", 8, 10}, {"z", 0, 0},
		{"z", 5, 0}, {"z +", 2, 0}, {"(z - 1)*2", 0, 0},
	} {
		if got := Written(c.text, c.at, "z"); got != c.want {
			t.Errorf("character %d of the canonical form of %q stands at %d, want %d", c.at, c.text, got, c.want)
		}
	}
}
