package assembly

import (
	"math"
	"sync"

	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
)

// Common is what all functions of a network share, whichever is written first.
type Common struct {
	Kernel kernel.Common
	Symbol string // that of the constants
	// layers are the kinds of layers: those that are alike have the same number.
	layers []int
	// titles are the texts of operations, each made once: functions have them in common, and formulas are long.
	titles sync.Map
}

// title is the text of an operation.
func (c *Common) title(op plan.Op) string {
	if text, ok := c.titles.Load(op); ok {
		return text.(string)
	}
	text := op.String()
	c.titles.Store(op, text)
	return text
}

// NewCommon is that of a network, some of whose functions may alternate (alternates).
func NewCommon(p *plan.Program, alternates bool) *Common {
	return &Common{Kernel: kernel.NewCommon(p, alternates), layers: kindsOfLayers(p),
		Symbol: p.Network.Name + "Constants"}
}

// File is what functions are written into.
type File struct {
	*Common
	Constants
	// Pausing are the functions that pause, without their level, and CallCycles how many cycles a call of them may
	// take.
	Pausing    map[string]bool
	CallCycles int
	// Longest is how many instructions a function may have as it is written.
	Longest int
	// Layered says that no value goes from one operation to the next in a register, so that operations that are alike
	// have code that is.
	Layered bool
	// Whole says that all of the layers that are alike are written.
	Whole bool
	// Programs says that the vector programs of functions are kept.
	Programs bool
	// Style is how functions of one sample take matrices.
	Style kernel.Style
}

// NewFile is an empty one.
func NewFile(c *Common) *File {
	return &File{Common: c, Constants: newConstants(), Pausing: map[string]bool{},
		Longest: math.MaxInt, Style: kernel.Standard}
}
