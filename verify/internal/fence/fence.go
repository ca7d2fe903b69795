// Package fence finds what a function touches beside its arguments.
//
// A guard is a few bytes around a value, which no call may write. It is looked at after every call. A fence is a page
// around an argument, which nobody may touch: a read or a write there faults, and the error names the call, even if no
// result depends on it. Calls are made with their arguments at every place in such memory, and the results must always
// be the same. After each call the processor is asked how it rounds, since a call may change that.
package fence

import (
	"bytes"
	"reflect"
	"unsafe"
)

// fence is memory of one argument between two pages that nobody may touch: a read or a write there stops the program,
// and so is found where nothing is written and no result depends on what was read.
type fence struct {
	name string
	// inner is the whole pages between.
	inner []byte
	// from and to are where in them the argument lies.
	from, to int
	release  func()
}

// Placement is where an argument lies in its memory.
type Placement int

const (
	Ordinary      Placement = iota // in memory of Go's own, with nothing said about its ends
	BeginsPage                     // it begins a page
	EndsPage                       // it ends a page, and is aligned as its numbers are, if not better by chance
	EndsOneBefore                  // it ends one number before a page does, so that it is aligned otherwise
)

func (p Placement) String() string {
	return [...]string{
		"ordinary memory", "arguments that begin a page", "arguments that end a page",
		"arguments that end one number before a page",
	}[p]
}

// newFence maps memory for an argument of so many bytes, and more of it for alignment. The error says why the system
// gives none.
func newFence(name string, size, more int) (*fence, error) {
	inner, release, err := fenced(size + more)
	if err != nil {
		return nil, err
	}
	f := &fence{name: name, inner: inner, release: release}
	f.lies(0, 0)
	return f, nil
}

// lies says where the argument is, and fills what is beside it.
func (f *fence) lies(from, to int) {
	f.from, f.to = from, to
	for _, side := range f.sides() {
		for i := range side.bytes {
			side.bytes[i] = canary
		}
	}
}

// side is the bytes on one side of an argument.
type side struct {
	name  string
	bytes []byte
}

func (f *fence) sides() [2]side {
	return [2]side{{"before", f.inner[:f.from]}, {"after", f.inner[f.to:]}}
}

// onlyCanaries says whether nothing has been written to bytes that lies filled.
func onlyCanaries(b []byte) bool {
	return len(b) == 0 || b[0] == canary && bytes.Equal(b[1:], b[:len(b)-1])
}

// beside says how far an address is from the argument, before or after it: false for one that is not in the fence.
func (f *fence) beside(address uintptr) (bytes uintptr, where string, ok bool) {
	start := uintptr(unsafe.Pointer(unsafe.SliceData(f.inner)))
	const page = 4096 // the least that a page has
	switch first, last := start+uintptr(f.from), start+uintptr(f.to); {
	case address < first && address+page >= start:
		return first - address, "before its beginning", true
	case address >= last && address < start+uintptr(len(f.inner))+page:
		return address - last + 1, "after its end", true
	}
	return 0, "", false
}

// Values is up to most values of type T, one after another, for a call to work on.
type Values[T any] struct {
	fence *fence // nil where T holds pointers, which the garbage collector must see
}

// NewValues maps memory for an argument and adds its fence to the list.
func NewValues[T any](name string, most int, all *Set) (v Values[T]) {
	var one T
	if all.Err != nil || pointers(reflect.TypeFor[T]()) {
		return v
	}
	if v.fence, all.Err = newFence(name, most*int(unsafe.Sizeof(one)), int(unsafe.Alignof(one))); all.Err == nil {
		all.list = append(all.list, v.fence)
	}
	return v
}

// Set are those of all arguments.
type Set struct {
	list []*fence
	// Err is why there is no fence where one should be.
	Err error
}

// Release gives the memory back.
func (f *Set) Release() {
	for _, fence := range f.list {
		fence.release()
	}
}

// Place returns n zero values, at least one, at such a place.
func (a Values[T]) Place(p Placement, n int) []T {
	var one T
	if p == Ordinary || a.fence == nil {
		// With room on either side for what is written beside it.
		beside := guardWidth/max(int(unsafe.Sizeof(one)), 1) + 1
		return make([]T, n+2*beside)[beside:][:n:n]
	}
	size, from := n*int(unsafe.Sizeof(one)), 0
	switch inner := len(a.fence.inner); p {
	case EndsPage:
		from = inner - size
	case EndsOneBefore:
		from = inner - size - int(unsafe.Alignof(one))
	}
	a.fence.lies(from, from+size)
	v := unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(a.fence.inner[from:]))), n)
	clear(v)
	return v
}

// pointers says whether values of a type hold pointers.
func pointers(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Array:
		return t.Len() > 0 && pointers(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if pointers(t.Field(i).Type) {
				return true
			}
		}
		return false
	}
	return t.Kind() < reflect.Bool || t.Kind() > reflect.Complex128
}
