package amd64

import (
	"encoding/binary"
	"fmt"
	"go/token"
	"go/types"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/gotypes"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// file is what the functions of one assembly file share: where things lie, and the constants.
type file struct {
	layout layout
	data   *ir.Global
	known  map[string]ref
	// sources are the elementary functions that have been translated from Go.
	sources map[sourceKey]*source
	// strict says that every operation is rounded by itself and sums have the plan's order.
	strict bool
}

func newFile(p *plan.Program) *file {
	return &file{
		layout:  newLayout(p),
		data:    &ir.Global{Symbol: operand.NewStaticSymbol(p.Network.Name + "Constants"), Attributes: attr.RODATA | attr.NOPTR},
		known:   map[string]ref{},
		sources: map[sourceKey]*source{}, strict: p.Network.Rounding == spec.RoundingStrict,
	}
}

// dataSymbol names the data section, which only its file sees.
func dataSymbol(network string) operand.Symbol { return operand.NewStaticSymbol(network + "Constants") }

const dataAttributes = attr.RODATA | attr.NOPTR

// constant finds a place for a constant in the data section: one number, or one for each lane. At AVX2 an instruction
// reads as many lanes from memory as it computes, so a single number is repeated; at AVX-512 it is broadcast as it is read.
func (f *file) constant(m machine, lanes []uint64) (at ref, key string) {
	n := len(lanes)
	if n == 1 && m.level == AVX2 {
		n = 32 / m.size
	}
	var raw []byte
	for i := range n {
		if m.size == 8 {
			raw = binary.LittleEndian.AppendUint64(raw, lanes[i%len(lanes)])
		} else {
			raw = binary.LittleEndian.AppendUint32(raw, uint32(lanes[i%len(lanes)]))
		}
	}
	key = fmt.Sprint(m.size, " ", n, " ", string(raw))
	if at, ok := f.known[key]; ok {
		return at, key
	}
	for len(raw) == 64 && f.data.Size%64 > 0 { // a register full is read faster where it lies within a line of the cache
		f.data.Append(operand.U32(0))
	}
	at = ref{base: reg.StaticBase, symbol: f.data.Symbol, disp: f.data.Size}
	for i := 0; i < len(raw); i += m.size {
		if m.size == 8 {
			f.data.Append(operand.U64(binary.LittleEndian.Uint64(raw[i:])))
		} else {
			f.data.Append(operand.U32(binary.LittleEndian.Uint32(raw[i:])))
		}
	}
	f.known[key] = at
	return at, key
}

// layout says where the buffers of a plan lie: in which argument, and how many bytes into it.
type layout struct {
	at     map[*plan.Buffer]ref
	where  map[*plan.Buffer]string
	fields []Field
	params int // bytes of all parameters
}

func newLayout(p *plan.Program) layout {
	l := layout{at: map[*plan.Buffer]ref{}, where: map[*plan.Buffer]string{}}
	name, size := p.Network.Name, p.ElementBytes()
	put := func(arg, typ string, b *plan.Buffer, offset *int) {
		l.at[b], l.where[b] = ref{disp: *offset}, arg
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
	return l
}

// place is the first element of a buffer, seen from a function.
func (l layout) place(f *function, b *plan.Buffer) ref {
	r := l.at[b]
	switch base, ok := f.bases[l.where[b]]; {
	case b.Kind == plan.Rate:
		return f.rate
	case ok:
		r.base = base
	default:
		f.fail(fmt.Sprintf("no argument holds %s", b))
		r.base = reg.RDI
	}
	return r
}

// param is a parameter of an assembly function: a pointer to a struct or to an array, an integer, or a number.
type param struct {
	name    string
	typ     string // of the struct
	dim     int    // of the array
	integer bool
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
			t = types.NewPointer(types.NewNamed(types.NewTypeName(token.NoPos, nil, p.typ, nil), types.NewStruct(nil, nil), nil))
		case p.integer:
			t = types.Typ[types.Int]
		case p.dim > 0:
			t = types.NewPointer(types.NewArray(number, int64(p.dim)))
		}
		vars = append(vars, types.NewVar(token.NoPos, pkg, p.name, t))
	}
	var results *types.Tuple
	if result {
		results = types.NewTuple(types.NewVar(token.NoPos, pkg, "", number))
	}
	return gotypes.NewSignature(pkg, types.NewSignatureType(nil, nil, nil, types.NewTuple(vars...), results, false))
}
