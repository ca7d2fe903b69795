package plan

import (
	"slices"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/spec"
)

// Sweep is a pass over arrays as long as the parameters, every element by itself: what an optimizer's update does for
// one parameter, or Norm, Clip and Scale for one element of the gradient. Its assignments are those of expr, and so
// one piece of code does for all of them.
type Sweep struct {
	// Type ends the name of the type that it is a method of, and Name is what the method does: Adam and Update, Grad
	// and Scale.
	Type, Name string
	// Arrays are the arrays that it goes through, and Numbers what is the same for all elements, both in the order of
	// arguments.
	Arrays, Numbers []expr.Var
	// Sets are assignments, in order, to elements of arrays and to values that later ones read.
	Sets []expr.Let
	// Fold, if not NoFold, is how the values Of of all elements are folded: a sum in FoldLanes lanes, element i in lane
	// i%FoldLanes and in order, or the largest of magnitudes, NaN left out.
	Fold Fold
	Of   expr.Expr
	// Wide says that Numbers, and what is computed, are float64 where the arrays are float32.
	Wide bool
	// Elements is how many elements the arrays have, 0 where that is only known when it is called.
	Elements int
}

// Function is the name of what it does among the functions of the network: AdamUpdate.
func (s Sweep) Function() string { return s.Type + s.Name }

// SweptArray is the name of an array in emitted code: gs, where g is an element of it.
func SweptArray(v expr.Var) string { return string(v) + "s" }

// FoldLanes is in how many lanes a sweep folds.
const FoldLanes = 4

// The type of gradients and the sweeps that belong to it.
const (
	GradType     = "Grad"
	ScaleSweep   = "Scale"
	ClipSweep    = "Clip"
	SquaresSweep = "Squares"
	LargestSweep = "Largest"
	DescendSweep = "Descend"
	UpdateSweep  = "Update"
)

// Stored says whether a sweep writes an array.
func (s Sweep) Stored(v expr.Var) bool { return slices.Contains(s.Arrays, v) && s.assigns(v) }

func (s Sweep) assigns(v expr.Var) bool {
	return slices.ContainsFunc(s.Sets, func(set expr.Let) bool { return set.Name == v })
}

// Ops are the operations on one element.
func (s Sweep) Ops() expr.Count {
	ops := setOps(s.Sets)
	if s.Fold != NoFold {
		ops = ops.Plus(emittedOps(s.Of))
	}
	return ops
}

// Expressions are all that it computes.
func (s Sweep) Expressions() (list []expr.Expr) {
	for _, set := range s.Sets {
		list = append(list, set.Value)
	}
	if s.Fold != NoFold {
		list = append(list, s.Of)
	}
	return list
}

// Sweeps are those of a network: of its gradient and of its optimizers.
func Sweeps(n spec.Network) ([]Sweep, error) {
	var list []Sweep
	if n.Emits(spec.EmitGrad) {
		list = GradientSweeps(n.Precision)
	}
	if n.Emits(spec.EmitTeam) && (n.Emits(spec.EmitGrad) || n.Emits(spec.EmitStep)) {
		list = append(list, descend())
	}
	descents, err := Descents(n)
	if err != nil {
		return nil, err
	}
	for _, d := range descents {
		for i := range d.Rule.Cases {
			list = append(list, d.Sweep(i))
		}
	}
	return list, nil
}

// The variables of the sweeps of gradients.
const (
	factor  expr.Var = "k"
	toOne   expr.Var = "scale" // a power of two that brings elements near 1
	scaled  expr.Var = "x"
	overall expr.Var = "y"
)

// GradientSweeps are those of Norm, Clip and Scale. In float32 norms and factors are float64, which holds every square;
// in float64 they are formed of elements that are scaled.
func GradientSweeps(p spec.Precision) []Sweep {
	g := []expr.Var{expr.G}
	scale := Sweep{
		Type: GradType, Name: ScaleSweep, Arrays: g, Numbers: []expr.Var{factor},
		Sets: []expr.Let{{Name: expr.G, Value: expr.Mul(factor, expr.G)}},
	}
	if p == spec.Float32 {
		clip := scale
		clip.Name, clip.Wide = ClipSweep, true
		return []Sweep{
			{Type: GradType, Name: SquaresSweep, Arrays: g, Fold: FoldSum, Of: expr.Mul(expr.G, expr.G), Wide: true},
			clip, scale,
		}
	}
	return []Sweep{
		{Type: GradType, Name: LargestSweep, Arrays: g, Fold: FoldMax, Of: expr.Abs(expr.G)},
		{
			Type: GradType, Name: SquaresSweep, Arrays: g, Numbers: []expr.Var{toOne}, Fold: FoldSum,
			Sets: []expr.Let{{Name: scaled, Value: expr.Mul(expr.G, toOne)}}, Of: expr.Mul(scaled, scaled),
		},
		{
			Type: GradType, Name: ClipSweep, Arrays: g, Numbers: []expr.Var{toOne, factor},
			Sets: []expr.Let{{Name: overall, Value: expr.Mul(expr.G, toOne)},
				{Name: expr.G, Value: expr.Mul(overall, factor)}},
		},
		scale,
	}
}

// descend is the step of a team's StepBatch on a range of the parameters, p -= rate·g. At the rate -1 it adds
// gradients, and rounds each sum once.
func descend() Sweep {
	return Sweep{
		Type: GradType, Name: DescendSweep, Arrays: []expr.Var{expr.P, expr.G}, Numbers: []expr.Var{expr.Rate},
		Sets: []expr.Let{{Name: expr.P, Value: expr.Sub(expr.P, expr.Mul(expr.Rate, expr.G))}},
	}
}

// Shared says whether a sweep is one that teams do ranges of, beside updates of optimizers.
func (s Sweep) Shared() bool { return s.Name == DescendSweep }

// Sweep is the pass of case i of an update. All but the last are named after what they hold for.
func (d Descent) Sweep(i int) Sweep {
	c := d.Rule.Cases[i]
	s := Sweep{Type: d.Type, Name: UpdateSweep, Arrays: []expr.Var{expr.P, expr.G}, Sets: c.Sets}
	for _, state := range d.Rule.State {
		if reads(c.Sets, state.Var) || s.assigns(state.Var) {
			s.Arrays = append(s.Arrays, state.Var)
		}
	}
	number := func(v expr.Var) {
		if reads(c.Sets, v) {
			s.Numbers = append(s.Numbers, v)
		}
		if v == c.When {
			s.Name += d.field(v)
		}
	}
	number(expr.Rate)
	for _, p := range d.Params {
		number(expr.HyperVar(p.Name))
	}
	for _, scalar := range d.Rule.Scalars {
		number(scalar.Name)
	}
	return s
}

// field is the field of a hyperparameter's variable.
func (d Descent) field(v expr.Var) string {
	for _, p := range d.Params {
		if expr.HyperVar(p.Name) == v {
			return p.Name
		}
	}
	return string(v)
}

// reads says whether assignments read a variable.
func reads(sets []expr.Let, v expr.Var) bool {
	return slices.ContainsFunc(sets, func(s expr.Let) bool { return expr.Uses(s.Value, v) })
}
