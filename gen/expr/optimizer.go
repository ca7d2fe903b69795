package expr

import (
	"fmt"
	"strings"

	"github.com/backpropgen/backpropgen/spec"
)

// An Optimizer is one row of the table of optimizers: the update of one parameter p with gradient g, as assignments.
// All parameters are updated alike, each with a state of its own.
type Optimizer struct {
	// State are the numbers that each parameter has kept for it from one update to the next, at first 0.
	State []State
	// Counts says that updates are counted, the first being number 1.
	Counts bool
	// Scalars are formed once an update, in float64, of the hyperparameters (their fields in lower case), Rate and
	// Time, and rounded once. Those are the numbers whose rounding would be seen: 1 - beta^t for a beta near 1.
	Scalars []Scalar
	// Cases are the assignments for a parameter, in order, of the hyperparameters, Rate, the scalars, P, G, the state
	// and what was assigned before: a later assignment sees the new value. The case in force is the first whose When is
	// not 0.
	Cases []Case
}

// State is a number kept for each parameter: its variable and the field of the emitted type that holds it, laid out
// like the parameters.
type State struct {
	Var        Var
	Field, Doc string
}

// Scalar is a number formed once an update; First is its value in the first update, nil where that is no exception. Doc
// is what it is in real numbers, where Value is written otherwise.
type Scalar struct {
	Name         Var
	Value, First Expr
	Doc          string
}

// String is the scalar as an equation.
func (s Scalar) String() string {
	doc := s.Doc
	if doc == "" {
		doc = s.Value.String()
	}
	if s.First != nil {
		doc += fmt.Sprintf(", at first %s", s.First)
	}
	return fmt.Sprintf("%s = %s", s.Name, doc)
}

// Case is a list of assignments and the hyperparameter that must not be 0 for it, empty where it is in force otherwise.
type Case struct {
	When Var
	Sets []Let
}

// The variables of an update besides the hyperparameters and the state.
const (
	P    Var = "p"    // a parameter
	G    Var = "g"    // the gradient with respect to it
	Rate Var = "rate" // the learning rate
	Time Var = "t"    // the number of the update, from 1
)

// HyperVar is the variable of a hyperparameter, given its field in the emitted type.
func HyperVar(field string) Var { return Var(strings.ToLower(field)) }

// OptimizerOf returns the row of an optimizer.
func OptimizerOf(name spec.Optimizer) (Optimizer, error) {
	row, ok := optimizerRows[name]
	if !ok {
		return Optimizer{}, fmt.Errorf("there is no formula for the optimizer %q", name)
	}
	return row, nil
}

// The state and the intermediate values of the rows below.
const (
	mean     Var = "m" // running mean of gradients
	velocity Var = "v" // what p moves along, or the running mean of squares of Adam, which its paper calls v too
	square   Var = "s" // running mean of squares of RMSprop
	entry    Var = "e" // the gradient with the decay in it
	shrunk   Var = "w" // the parameter with the decay in it
)

// optimizerRows is the one table of optimizers: PyTorch's formulas, in its order of operations. Adam's corrections are
// moved from the means, which change with every parameter, to the scalars. The value of 1 - beta^t is formed as
// -expm1(t·log beta), whose relative error is of a few roundings for every t, where the difference loses digits.
var optimizerRows = map[spec.Optimizer]Optimizer{
	spec.SGD: {Cases: []Case{{Sets: []Let{
		{P, Sub(P, Mul(Rate, decayed))},
	}}}},
	spec.Momentum: {
		State: []State{velocityState}, Counts: true,
		Scalars: []Scalar{{Name: "rest", Value: rest("Dampening"), First: Number(1)}},
		Cases: []Case{{Sets: []Let{
			{velocity, Add(Mul(HyperVar("Momentum"), velocity), Mul(Var("rest"), decayed))},
			{P, Sub(P, Mul(Rate, velocity))},
		}}},
	},
	spec.Nesterov: {
		State: []State{velocityState}, Counts: true,
		Cases: []Case{{Sets: []Let{
			{entry, decayed},
			{velocity, Add(Mul(HyperVar("Momentum"), velocity), entry)},
			{P, Sub(P, Mul(Rate, Add(entry, Mul(HyperVar("Momentum"), velocity))))},
		}}},
	},
	spec.RMSprop: {
		State: []State{
			{square, "S", "running mean of the squares of the gradient"},
			{velocity, "V", "velocity, unused where Momentum is 0"},
		}, Counts: true,
		Scalars: []Scalar{{Name: "rest", Value: rest("Alpha")}},
		Cases: []Case{
			{When: HyperVar("Momentum"), Sets: []Let{
				{entry, decayed},
				{square, runningSquare("Alpha", "rest", square, entry)},
				{velocity, Add(Mul(HyperVar("Momentum"), velocity), Div(entry, divisor(square)))},
				{P, Sub(P, Mul(Rate, velocity))},
			}},
			{Sets: []Let{
				{entry, decayed},
				{square, runningSquare("Alpha", "rest", square, entry)},
				{P, Sub(P, Div(Mul(Rate, entry), divisor(square)))},
			}},
		},
	},
	spec.Adam: {
		State: adamState, Counts: true, Scalars: adamScalars(),
		Cases: []Case{{Sets: append([]Let{{entry, decayed}}, adamSets(entry, P)...)}},
	},
	spec.AdamW: {
		State: adamState, Counts: true,
		Scalars: append(adamScalars(), Scalar{Name: "keep", Value: Sub(Number(1), Mul(Rate, HyperVar("WeightDecay")))}),
		Cases:   []Case{{Sets: append([]Let{{shrunk, Mul(Var("keep"), P)}}, adamSets(G, shrunk)...)}},
	},
}

var (
	velocityState = State{velocity, "V", "velocity"}
	adamState     = []State{
		{mean, "M", "running mean of the gradient"},
		{velocity, "V", "running mean of its squares"},
	}
	// decayed is the gradient of the loss with half the decay times |p|² added to it.
	decayed = Add(G, Mul(HyperVar("WeightDecay"), P))
)

// rest is what a running mean takes of the new value.
func rest(field string) Expr { return Sub(Number(1), HyperVar(field)) }

// corrected is 1 - beta^t, the sum of the weights of a running mean that began with 0.
func corrected(field string) Expr {
	return Neg(Expm1(Mul(Time, Log(HyperVar(field)))))
}

// runningSquare is the running mean of squares after x.
func runningSquare(field string, rest, mean, x Var) Expr {
	return Add(Mul(HyperVar(field), mean), Mul(Mul(rest, x), x))
}

func divisor(square Var) Expr { return Add(Sqrt(square), HyperVar("Eps")) }

func adamScalars() []Scalar {
	return []Scalar{
		{Name: "rest1", Value: rest("Beta1")},
		{Name: "rest2", Value: rest("Beta2")},
		{Name: "step", Value: Div(Rate, corrected("Beta1")), Doc: "rate/(1 - beta1^t)"},
		{Name: "scale", Value: Div(Number(1), Sqrt(corrected("Beta2"))), Doc: "1/sqrt(1 - beta2^t)"},
	}
}

// adamSets are Adam's assignments given the gradient and the parameter, decay in one of them.
func adamSets(g, p Var) []Let {
	return []Let{
		{mean, Add(Mul(HyperVar("Beta1"), mean), Mul(Var("rest1"), g))},
		{velocity, runningSquare("Beta2", "rest2", velocity, g)},
		{P, Sub(p, Div(Mul(Var("step"), mean), Add(Mul(Var("scale"), Sqrt(velocity)), HyperVar("Eps"))))},
	}
}
