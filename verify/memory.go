package verify

import (
	"math"
	"reflect"
	"unsafe"
)

// view returns the memory of *v as numbers, nil for a nil pointer. v is made of nothing but F.
func view[F Float, T any](v *T) []F {
	if v == nil {
		return nil
	}
	return unsafe.Slice((*F)(unsafe.Pointer(v)), unsafe.Sizeof(*v)/unsafe.Sizeof(*new(F)))
}

// numbers views samples as numbers.
func numbers[F Float, T any](v []T) []F {
	var one T
	return unsafe.Slice((*F)(unsafe.Pointer(unsafe.SliceData(v))), len(v)*int(unsafe.Sizeof(one)/unsafe.Sizeof(*new(F))))
}

// only says whether a type is made of nothing but numbers of one kind.
func only(t reflect.Type, number reflect.Kind) bool {
	switch t.Kind() {
	case number:
		return true
	case reflect.Array:
		return only(t.Elem(), number)
	case reflect.Struct:
		for i := range t.NumField() {
			if !only(t.Field(i).Type, number) {
				return false
			}
		}
		return true
	}
	return false
}

// poison fills every float in the memory of a value of type t with NaN, in nested arrays and structs
// too, exported or not. Anything else stays as it is: an integer has no value that spoils every result.
func poison(t reflect.Type, at unsafe.Pointer) {
	switch t.Kind() {
	case reflect.Float32:
		*(*float32)(at) = float32(math.NaN())
	case reflect.Float64:
		*(*float64)(at) = math.NaN()
	case reflect.Array:
		switch n := int(t.Size()); {
		case only(t, reflect.Float32):
			fill(unsafe.Slice((*float32)(at), n/4), math.NaN())
		case only(t, reflect.Float64):
			fill(unsafe.Slice((*float64)(at), n/8), math.NaN())
		default:
			for i := range t.Len() {
				poison(t.Elem(), unsafe.Add(at, uintptr(i)*t.Elem().Size()))
			}
		}
	case reflect.Struct:
		for i := range t.NumField() {
			poison(t.Field(i).Type, unsafe.Add(at, t.Field(i).Offset))
		}
	}
}

// fill sets every element to v.
func fill[F Float](s []F, v float64) {
	x := F(v)
	for i := range s {
		s[i] = x
	}
}

// narrowed copies numbers that fit F exactly.
func narrowed[F Float](to []F, from []float64) {
	for i, v := range from {
		to[i] = F(v)
	}
}

// sameBits returns the index of the first element in which a and b, of one length, differ as bits: -1 if
// none does. All NaNs count as one.
func sameBits[F Float](a, b []F) int {
	for i := range a {
		if a[i] != b[i] && (a[i] == a[i] || b[i] == b[i]) ||
			a[i] == 0 && math.Signbit(float64(a[i])) != math.Signbit(float64(b[i])) {
			return i
		}
	}
	return -1
}

// memoryOf is all bytes of a value.
func memoryOf[T any](v *T) []byte { return unsafe.Slice((*byte)(unsafe.Pointer(v)), unsafe.Sizeof(*v)) }
