package amd64

import (
	"fmt"
	"go/token"
	"go/types"
	"math"
	"strings"
	"sync"

	"github.com/mmcloughlin/avo/gotypes"
	"github.com/mmcloughlin/avo/operand"

	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
	"github.com/backpropgen/backpropgen/spec"
)

// common is what all functions of a network share, whichever is written first.
type common struct {
	layout layout
	// strict says that every operation is rounded by itself and sums have the plan's order.
	strict bool
	symbol operand.Symbol // of the constants
	// core is the one whose cycles are predicted.
	core *core
	// sources are the elementary functions that are translated from Go.
	sources *kernel.Sources
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

func newCommon(p *plan.Program, c *core) *common {
	return &common{
		core:   c,
		layout: newLayout(p, c), strict: p.Network.Rounding == spec.RoundingStrict,
		symbol: operand.NewStaticSymbol(p.Network.Name + "Constants"), sources: kernel.NewSources(),
		layers: kindsOfLayers(p),
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
	style Style
}

func newFile(c *common) *file {
	return &file{common: c, constants: newConstants(c.symbol), pausing: map[string]bool{},
		longest: math.MaxInt, style: standard}
}

// layout says where the buffers of a plan lie: in which argument, and how many bytes into it.
type layout struct {
	at     map[*plan.Buffer]int
	where  map[*plan.Buffer]string
	fields []Field
	params int // bytes of all parameters
	// direction is the workspace's number that says which way to go through rows, where functions alternate, and space
	// how many bytes a workspace has.
	direction int
	space     int
}

func newLayout(p *plan.Program, c *core) layout {
	l := layout{at: map[*plan.Buffer]int{}, where: map[*plan.Buffer]string{}}
	name, size := p.Network.Name, p.ElementBytes()
	put := func(arg, typ string, b *plan.Buffer, offset *int) {
		l.at[b], l.where[b] = *offset, arg
		if typ != "" {
			l.fields = append(l.fields, Field{typ, plan.FieldName(b), *offset})
			*offset += b.Len() * size
		}
	}
	var params, grads, space int
	for layer := 1; layer <= p.Network.Depth(); layer++ {
		for _, k := range []plan.Kind{plan.Weight, plan.Bias} {
			if b := p.Find(k, layer); b != nil {
				put("p", name, b, &params)
			}
		}
		for _, k := range []plan.Kind{plan.WeightGrad, plan.BiasGrad} {
			if b := p.Find(k, layer); b != nil {
				put("grad", "", b, &grads)
				grads += b.Len() * size
			}
		}
	}
	l.params = params
	for _, b := range p.Buffers {
		switch b.Kind {
		case plan.Cache, plan.Delta:
			put("ws", name+"Workspace", b, &space)
		case plan.Input, plan.Target, plan.Rate, plan.Loss:
			zero := 0
			put(b.Name, "", b, &zero)
		}
	}
	for slot, n := range p.Slots {
		l.fields = append(l.fields, Field{name + "Workspace", fmt.Sprintf("scratch%d", slot), space})
		for _, b := range p.Buffers {
			if b.Kind == plan.Scratch && b.Slot == slot {
				offset := space
				put("ws", "", b, &offset)
			}
		}
		space += n * size
	}
	if c.alternatesAny(p) {
		l.direction = space
		l.fields = append(l.fields, Field{name + "Workspace", directionField, space})
		space += size
	}
	l.space = space
	return l
}

// place is the first element of a buffer, seen from a function.
func (l layout) place(f *function, b *plan.Buffer) vec.Place {
	if b.Kind == plan.Rate {
		return f.rate
	}
	base, ok := f.bases[l.where[b]]
	if !ok {
		f.fail(fmt.Sprintf("no argument holds %s", b))
		base = f.argumentBase
	}
	return vec.Place{Base: base, Disp: l.at[b]}
}

// param is a parameter of an assembly function: a pointer to a struct, to an array or to something else, an integer, or
// a number.
type param struct {
	name    string
	typ     string     // of the struct
	dim     int        // of the array
	to      types.Type // of something else
	integer bool
}

// pauseParam is the last parameter of a function that pauses, none of others.
func (f *file) pauseParam(p *plan.Program, function string) []param {
	if !f.pausing[function] {
		return nil
	}
	name := p.Network.Name
	return []param{{name: PauseArgument, typ: strings.ToLower(name[:1]) + name[1:] + PauseSuffix}}
}

// signature is a function's type as avo knows it, for the size of its arguments and for the comment above it.
func signature(params []param, result bool, size int) *gotypes.Signature {
	pkg := types.NewPackage("", "")
	number := types.Typ[types.Float32]
	if size == 8 {
		number = types.Typ[types.Float64]
	}
	var vars []*types.Var
	for _, p := range params {
		var t types.Type = number
		switch {
		case p.typ != "":
			t = types.NewPointer(types.NewNamed(types.NewTypeName(token.NoPos, nil, p.typ, nil),
				types.NewStruct(nil, nil), nil))
		case p.integer:
			t = types.Typ[types.Int]
		case p.dim > 0:
			t = types.NewPointer(types.NewArray(number, int64(p.dim)))
		case p.to != nil:
			t = types.NewPointer(p.to)
		}
		vars = append(vars, types.NewVar(token.NoPos, pkg, p.name, t))
	}
	var results *types.Tuple
	if result {
		results = types.NewTuple(types.NewVar(token.NoPos, pkg, "", number))
	}
	return gotypes.NewSignature(pkg, types.NewSignatureType(nil, nil, nil, types.NewTuple(vars...), results, false))
}
