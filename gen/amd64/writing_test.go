package amd64

import (
	"fmt"

	"github.com/backpropgen/backpropgen/gen/kernel/idiom"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// codeOf is where tests write vector code into a function.
func codeOf(f *function) *idiom.Code {
	return &idiom.Code{Builder: builder{f}, Strict: f.strict(), Sources: f.file.kernel.Sources}
}

// rounds writes a loop that runs its body so often, with a variable that grows by so many bytes.
func (f *function) rounds(trips, bytes int, body func(i *vec.Int)) {
	f.flush()
	i := f.pointer()
	f.integer(vec.IntZero, vec.Ref(i))
	label := fmt.Sprintf("rounds%d", len(f.fn.Nodes))
	f.mark(label)
	before := f.enter()
	body(i)
	f.flush()
	f.integer(vec.IntAdd, vec.Const(bytes), vec.Ref(i))
	f.round(before, trips)
	f.integer(vec.IntCompare, vec.Ref(i), vec.Const(trips*bytes))
	f.branch(vec.IfNotEqual, label)
	f.drop(i)
}
