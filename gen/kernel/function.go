package kernel

import (
	"github.com/backpropgen/backpropgen/gen/kernel/idiom"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
	"github.com/backpropgen/backpropgen/spec"
)

// Common is what the functions of a network have in common.
type Common struct {
	Layout Layout
	// Strict says that every operation is rounded by itself and sums have the plan's order.
	Strict bool
	// Sources are the elementary functions that are translated where rounding is strict.
	Sources *idiom.Sources
}

// NewCommon is that of a plan; alternates says whether functions go through rows in alternating directions.
func NewCommon(p *plan.Program, alternates bool) Common {
	return Common{
		Layout: NewLayout(p, alternates), Strict: p.Network.Rounding == spec.RoundingStrict,
		Sources: idiom.NewSources(),
	}
}

// function is a function as it is being written: what goes to the target, and what is known of it meanwhile.
type function struct {
	to   Function
	code *idiom.Code
	m    Machine
	lay  *Layout
	// style is how it takes matrices, and byRows those that it takes row by row in any case.
	style  Style
	byRows map[*plan.Buffer]bool
	// rows are those of what it repeats that are being written, nil for what is done once.
	rows *rowsBeside
	// direction is where the workspace says which way to go through rows, nil for functions that always go the same.
	direction *vec.Place
	labels    int
	// pending are variables that the code after a loop still reads.
	pending []*vec.Value
}

func newFunction(to Function, c *Common) *function {
	return &function{
		to: to, code: &idiom.Code{Builder: to, Strict: c.Strict, Sources: c.Sources}, m: to.Machine(), lay: &c.Layout,
	}
}
