package judge

import (
	"reflect"

	"github.com/backpropgen/backpropgen/verify/internal/finding"
)

// Views checks that Flat, where a type of parameters or gradients has that method, is a view of all its numbers: a
// pointer to an array of them that begins where they do. Anything else would lose what callers write to it.
func Views(r *finding.Report, typ, number reflect.Type) {
	method, ok := reflect.PointerTo(typ).MethodByName("Flat")
	if !ok {
		return
	}
	want := reflect.PointerTo(reflect.ArrayOf(int(typ.Size()/number.Size()), number))
	if t := method.Type; t.NumIn() != 1 || t.NumOut() != 1 || t.Out(0) != want {
		r.Broken("Flat", typ.Name(), "", "is a %v, want a method that returns a %v", method.Type, want)
		return
	}
	v := reflect.New(typ)
	got := method.Func.Call([]reflect.Value{v})[0]
	if got.UnsafePointer() != v.UnsafePointer() {
		r.Broken("Flat", typ.Name(), "",
			"returns a pointer to something else; it must be a view of the %s it is called on", typ.Name())
	}
}
