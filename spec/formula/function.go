package formula

import (
	"math"
	"slices"
)

// Function is a function that formulas may call.
type Function struct {
	// Name is what a formula writes.
	Name string
	// Args is the number of its arguments, 1 or 2.
	Args int

	value func(x, y float64) float64 // of constant arguments; y is not used where there is one only
}

// functions is the one table of them, in the order documentation lists them.
var functions = []Function{
	one("exp", math.Exp),
	one("expm1", math.Expm1),
	one("log", math.Log),
	one("log1p", math.Log1p),
	one("sqrt", math.Sqrt),
	one("tanh", math.Tanh),
	one("sigmoid", func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }),
	one("erf", math.Erf),
	one("sin", math.Sin),
	one("cos", math.Cos),
	one("atan", math.Atan),
	one("abs", math.Abs),
	{"max", 2, math.Max},
	{"min", 2, math.Min},
}

func one(name string, value func(float64) float64) Function {
	return Function{name, 1, func(x, _ float64) float64 { return value(x) }}
}

// Functions returns the functions that formulas may call, in documentation order. The slice is the
// caller's.
func Functions() []Function { return slices.Clone(functions) }

// lookup finds the function of that name.
func lookup(name string) (f Function, ok bool) {
	i := slices.IndexFunc(functions, func(f Function) bool { return f.Name == name })
	if i < 0 {
		return Function{}, false
	}
	return functions[i], true
}

// circleNumber is the name of the one constant that has one.
const circleNumber = "pi"

// letters are the variables of one kind of formula or another.
var letters = []string{"z", "a", "y"}

// synonyms are names of other languages that no edit distance would lead from.
var synonyms = map[string][]string{
	"ln": {"log"}, "arctan": {"atan"}, "logistic": {"sigmoid"}, "fabs": {"abs"}, "maximum": {"max"}, "minimum": {"min"},
	"fmax": {"max"}, "fmin": {"min"}, "x": {"z", "a"}, "target": {"y"}, "output": {"a"},
}

// idioms say how to write what has no name here.
var idioms = map[string]string{
	"e": "exp(1)", "pow": "x^y", "square": "x^2", "cube": "x^3", "cbrt": "x^(1/3)", "log2": "log(x)/log(2)",
	"log10": "log(x)/log(10)", "exp2": "2^x", "relu": "max(x, 0)", "softplus": "log1p(exp(x))", "tan": "sin(x)/cos(x)",
	"sinh": "(exp(x) - exp(-x))/2", "cosh": "(exp(x) + exp(-x))/2", "erfc": "1 - erf(x)", "hypot": "sqrt(x^2 + y^2)",
	"clip": "min(max(x, low), high)", "clamp": "min(max(x, low), high)",
}
