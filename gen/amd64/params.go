package amd64

import (
	"go/token"
	"go/types"
	"strings"

	"github.com/mmcloughlin/avo/gotypes"

	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/templates"
)

// What assembly functions are given.

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

// params are the parameters of an assembly function, the network's parameters first.
func params(f *file, p *plan.Program, function string) []param {
	ps := []param{{name: "p", typ: p.Network.Name}}
	for _, arg := range plan.SignatureOf(function).Args {
		ps = append(ps, argumentOf(p, arg))
	}
	return append(ps, f.pauseParam(p, function)...)
}

// argumentOf is an argument of the API as a parameter of assembly: slices are pointers to their first elements.
func argumentOf(p *plan.Program, name string) param {
	types := map[string]string{plan.WorkspaceArg: "Workspace", plan.BatchArg: "Batch", plan.GradArg: plan.GradType}
	out := param{name: templates.AssemblerName(name), dim: plan.ArgWidth(p.Network, name)}
	if ending := types[name]; ending != "" {
		out.typ = p.Network.Name + ending
	}
	return out
}

// tileParams are the parameters of the assembly of a function of a batch.
func tileParams(f *file, p *plan.Program, function string) []param {
	ps := []param{{name: "p", typ: p.Network.Name}}
	for _, arg := range plan.SignatureOf(function).Args {
		if arg != plan.GradArg { // gradients are summed up by a function of their own
			ps = append(ps, argumentOf(p, arg))
		}
	}
	ps = append(ps, param{name: "tiles", integer: true})
	if p.Func(function).Writes(plan.Loss) {
		ps = append(ps, param{name: "samples", integer: true})
	}
	return append(ps, f.pauseParam(p, function)...)
}

// sumsParams are the parameters of the function that sums gradients up.
func sumsParams(f *file, p *plan.Program) []param {
	name := p.Network.Name
	ps := []param{
		{name: "b", typ: name + "Batch"}, {name: "xs", dim: p.Network.Input},
		{name: templates.AssemblerName("g"), typ: name + "Grad"}, {name: "tiles", integer: true},
		{name: "samples", integer: true},
	}
	return append(ps, f.pauseParam(p, plan.GradBatch+SumsSuffix)...)
}

// descentParams are the parameters of the function that updates all parameters.
func descentParams(f *file, p *plan.Program) []param {
	name := p.Network.Name
	return append([]param{{name: "p", typ: name}, {name: "grad", typ: name + "Grad"}, {name: "rate"}},
		f.pauseParam(p, plan.StepBatch)...)
}

// sweepParams are the parameters of a sweep: the arrays, how many elements they have, and pointers to the numbers and
// to what is folded.
func sweepParams(s plan.Sweep, size int) (list []param) {
	number := types.Typ[types.Float32]
	if size == 8 {
		number = types.Typ[types.Float64]
	}
	computed := number
	if s.Wide {
		computed = types.Typ[types.Float64]
	}
	for _, v := range s.Arrays {
		list = append(list, param{name: plan.SweptArray(v), to: number})
	}
	list = append(list, param{name: kernel.SweptLength, integer: true})
	if len(s.Numbers) > 0 {
		list = append(list, param{name: kernel.SweptNumbers, to: types.NewArray(computed, int64(len(s.Numbers)))})
	}
	if s.Fold != plan.NoFold {
		list = append(list, param{name: kernel.SweptFolds, to: types.NewArray(computed, plan.FoldLanes)})
	}
	return list
}
