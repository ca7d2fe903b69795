package amd64

import (
	"go/token"
	"go/types"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/gotypes"
	"github.com/mmcloughlin/avo/ir"

	"github.com/backpropgen/backpropgen/gen/assembly"
)

// signature is a function's type as avo knows it, for the size of its arguments and for the comment above it.
func signature(params []assembly.Param, result bool, size int) *gotypes.Signature {
	pkg := types.NewPackage("", "")
	number := types.Typ[types.Float32]
	if size == 8 {
		number = types.Typ[types.Float64]
	}
	var vars []*types.Var
	for _, p := range params {
		var t types.Type = number
		switch {
		case p.Typ != "":
			t = types.NewPointer(types.NewNamed(types.NewTypeName(token.NoPos, nil, p.Typ, nil),
				types.NewStruct(nil, nil), nil))
		case p.Integer:
			t = types.Typ[types.Int]
		case p.Dim > 0:
			t = types.NewPointer(types.NewArray(number, int64(p.Dim)))
		case p.To != nil:
			t = types.NewPointer(p.To)
		}
		vars = append(vars, types.NewVar(token.NoPos, pkg, p.Name, t))
	}
	var results *types.Tuple
	if result {
		results = types.NewTuple(types.NewVar(token.NoPos, pkg, "", number))
	}
	return gotypes.NewSignature(pkg, types.NewSignatureType(nil, nil, nil, types.NewTuple(vars...), results, false))
}

// assembledOf is a finished function as avo prints it.
func assembledOf(f *assembly.Function) *ir.Function {
	fn := translatedOf(f)
	sumAddresses(fn)
	return fn
}

// translatedOf is one with its instructions as they were written.
func translatedOf(f *assembly.Function) *ir.Function {
	fn := ir.NewFunction(f.Name)
	fn.SetSignature(signature(f.Params, f.Returns, f.Machine.Size))
	fn.LocalSize = f.Local
	if f.NoSplit {
		fn.Attributes = attr.NOSPLIT
	}
	for _, n := range f.Nodes {
		fn.AddNode(n.(ir.Node))
	}
	return fn
}
