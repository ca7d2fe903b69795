package amd64

import (
	"math"
	"sync"

	"github.com/mmcloughlin/avo/operand"

	"github.com/backpropgen/backpropgen/gen/amd64/cores"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
)

// common is what all functions of a network share, whichever is written first.
type common struct {
	kernel kernel.Common
	symbol operand.Symbol // of the constants
	// core is the one whose cycles are predicted.
	core *cores.Core
	// layers are the kinds of layers: those that are alike have the same number.
	layers []int
	// titles are the texts of operations, each made once: functions have them in common, and formulas are long.
	titles sync.Map
}

// title is the text of an operation.
func (c *common) title(op plan.Op) string {
	if text, ok := c.titles.Load(op); ok {
		return text.(string)
	}
	text := op.String()
	c.titles.Store(op, text)
	return text
}

func newCommon(p *plan.Program, c *cores.Core) *common {
	return &common{
		core: c, kernel: kernel.NewCommon(p, alternatesAny(c, p)), layers: kindsOfLayers(p),
		symbol: operand.NewStaticSymbol(p.Network.Name + "Constants"),
	}
}

// file is what functions are written into.
type file struct {
	*common
	constants
	// pausing are the functions that pause, without their level, and callCycles how many cycles a call of them may
	// take.
	pausing    map[string]bool
	callCycles int
	// longest is how many instructions a function may have as it is written.
	longest int
	// layered says that no value goes from one operation to the next in a register, so that operations that are alike
	// have code that is.
	layered bool
	// whole says that all of the layers that are alike are written.
	whole bool
	// programs says that the vector programs of functions are kept.
	programs bool
	// style is how functions of one sample take matrices.
	style kernel.Style
}

func newFile(c *common) *file {
	return &file{common: c, constants: newConstants(c.symbol), pausing: map[string]bool{},
		longest: math.MaxInt, style: kernel.Standard}
}
