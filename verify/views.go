package verify

import (
	"reflect"
	"unsafe"
)

// views checks that Flat, where a type of parameters or gradients has that method, is a view of all its numbers: a
// pointer to an array of them that begins where they do. Anything else would lose what callers write to it.
func views[T any, F Float](r *Report) {
	typ := reflect.TypeFor[T]()
	method, ok := reflect.PointerTo(typ).MethodByName("Flat")
	if !ok {
		return
	}
	number := reflect.TypeFor[F]()
	want := reflect.PointerTo(reflect.ArrayOf(int(typ.Size()/number.Size()), number))
	if t := method.Type; t.NumIn() != 1 || t.NumOut() != 1 || t.Out(0) != want {
		r.broken("Flat", typ.Name(), "", "is a %v, want a method that returns a %v", method.Type, want)
		return
	}
	v := new(T)
	got := method.Func.Call([]reflect.Value{reflect.ValueOf(v)})[0]
	if got.UnsafePointer() != unsafe.Pointer(v) {
		r.broken("Flat", typ.Name(), "", "returns a pointer to something else; it must be a view of the %s it is called on", typ.Name())
	}
}
