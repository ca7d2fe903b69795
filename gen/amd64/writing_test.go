package amd64

import (
	"fmt"

	"github.com/backpropgen/backpropgen/gen/amd64/cores"
	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/kernel/idiom"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// codeOf is where tests write vector code into a function.
func codeOf(f *assembly.Function) *idiom.Code {
	return &idiom.Code{Builder: assembly.BuilderOf(f), Strict: f.Strict(), Sources: f.File.Kernel.Sources}
}

// rounds writes a loop that runs its body so often, with a variable that grows by so many bytes.
func rounds(f *assembly.Function, trips, bytes int, body func(i *vec.Int)) {
	f.Flush()
	i := f.Pointer()
	f.Integer(vec.IntZero, vec.Ref(i))
	label := fmt.Sprintf("rounds%d", len(f.Nodes))
	f.Mark(label)
	before := f.Enter()
	body(i)
	f.Flush()
	f.Integer(vec.IntAdd, vec.Const(bytes), vec.Ref(i))
	f.Round(before, trips)
	f.Integer(vec.IntCompare, vec.Ref(i), vec.Const(trips*bytes))
	f.Branch(vec.IfNotEqual, label)
	f.Drop(i)
}

// machineOf is a level with numbers of some size, and commonOf what the functions of a network share, for the first
// core.
func machineOf(l isa.Level, size int) assembly.Machine {
	return assembly.Machine{Set: set{l, cores.All[0]}, Size: size}
}
func commonOf(p *plan.Program) *assembly.Common {
	return assembly.NewCommon(p, assembly.AlternatesAny(set{core: cores.All[0]}, p))
}
