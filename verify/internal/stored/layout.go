package stored

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"unsafe"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/optimizer"
)

// layout says where the numbers of a type lie that is saved and loaded.
type layout struct {
	typ    reflect.Type
	number reflect.Type
	// hyper are the offsets of hyperparameters; t is that of T, -1 where there is none.
	hyper []uintptr
	t     int
	// arrays are those of the parameters, or of states laid out like them.
	arrays []uintptr
	params int
}

// layoutOf finds the numbers of a type. The error says what it should be.
func layoutOf(typ reflect.Type, n spec.Network, kind string) (l layout, err error) {
	l = layout{typ: typ, number: reflect.TypeFor[float32](), t: -1, params: n.Params()}
	if n.Precision == spec.Float64 {
		l.number = reflect.TypeFor[float64]()
	}
	array := func(t reflect.Type) bool {
		return memory.MadeOf(t, l.number.Kind()) && t.Size() == uintptr(l.params)*l.number.Size()
	}
	if kind == parametersKind {
		if !array(l.typ) {
			return l, fmt.Errorf("%v must be %d × %v and nothing else", l.typ, l.params, l.number)
		}
		l.arrays = []uintptr{0}
		return l, nil
	}
	rule, err := optimizer.RuleOf(kind)
	if err != nil {
		return l, err
	}
	if l.typ.Kind() != reflect.Struct {
		return l, fmt.Errorf("%v must be a struct", l.typ)
	}
	field := func(name, want string, fits func(reflect.Type) bool) uintptr {
		f, ok := l.typ.FieldByName(name)
		if err == nil && (!ok || !fits(f.Type)) {
			err = fmt.Errorf("%v must have a field %s that is %s", l.typ, name, want)
		}
		return f.Offset
	}
	for _, name := range rule.Hyper {
		l.hyper = append(l.hyper,
			field(name, "a "+l.number.String(), func(t reflect.Type) bool { return t == l.number }))
	}
	slices.Sort(l.hyper) // they are saved in the order of their fields, and arrays likewise
	for _, name := range rule.State {
		l.arrays = append(l.arrays, field(name, "laid out like the parameters", array))
	}
	slices.Sort(l.arrays)
	if rule.Counts {
		l.t = int(field("T", "a uint64", func(t reflect.Type) bool { return t.Kind() == reflect.Uint64 }))
	}
	return l, err
}

// parametersKind is the kind of data that are a network's parameters.
const parametersKind = "parameters"

// numbers are the numbers of one value.
type numbers struct {
	layout layout
	at     unsafe.Pointer
}

func (l layout) of(value any) numbers {
	return numbers{l, reflect.ValueOf(value).UnsafePointer()}
}

// len is how many numbers there are, T apart.
func (l layout) len() int { return len(l.hyper) + len(l.arrays)*l.params }

// place is where number i lies.
func (v numbers) place(i int) unsafe.Pointer {
	if i < len(v.layout.hyper) {
		return unsafe.Add(v.at, v.layout.hyper[i])
	}
	i -= len(v.layout.hyper)
	offset := v.layout.arrays[i/v.layout.params] + uintptr(i%v.layout.params)*v.layout.number.Size()
	return unsafe.Add(v.at, offset)
}

// bits are those of number i, in the low end where it is a float32.
func (v numbers) bits(i int) uint64 {
	if v.layout.number.Size() == 4 {
		return uint64(*(*uint32)(v.place(i)))
	}
	return *(*uint64)(v.place(i))
}

func (v numbers) set(i int, bits uint64) {
	if v.layout.number.Size() == 4 {
		*(*uint32)(v.place(i)) = uint32(bits)
		return
	}
	*(*uint64)(v.place(i)) = bits
}

// number is number i as a float64.
func (v numbers) number(i int) float64 {
	if v.layout.number.Size() == 4 {
		return float64(math.Float32frombits(uint32(v.bits(i))))
	}
	return math.Float64frombits(v.bits(i))
}

// setNumber rounds to the precision.
func (v numbers) setNumber(i int, x float64) {
	if v.layout.number.Size() == 4 {
		v.set(i, uint64(math.Float32bits(float32(x))))
		return
	}
	v.set(i, math.Float64bits(x))
}

// t is where T lies, nil where there is none.
func (v numbers) t() *uint64 {
	if v.layout.t < 0 {
		return nil
	}
	return (*uint64)(unsafe.Add(v.at, v.layout.t))
}

// memory is all bytes of the value.
func (v numbers) memory() []byte {
	return unsafe.Slice((*byte)(v.at), v.layout.typ.Size())
}

// differs says where two values differ, T included; empty: nowhere. anyNaN takes all NaNs for one.
func (v numbers) differs(from numbers, anyNaN bool) string {
	if a, b := v.t(), from.t(); a != nil && *a != *b {
		return fmt.Sprintf("T is %d, not %d", *a, *b)
	}
	for i := range v.layout.len() {
		if v.bits(i) == from.bits(i) {
			continue
		}
		x, y := v.number(i), from.number(i)
		if !(anyNaN && x != x && y != y) {
			return fmt.Sprintf("number %d is %v (%#x), not %v (%#x)", i, x, v.bits(i), y, from.bits(i))
		}
	}
	return ""
}
