// Package memory sees what a network's functions work on as numbers: views of structs and arrays, arrays of samples
// that go on before and after those that a call is given, and comparisons of bits.
package memory

import (
	"bytes"
	"math"
	"reflect"
	"unsafe"
)

// Float is the type of a kernel's numbers.
type Float interface{ float32 | float64 }

// View returns the memory of *v as numbers, nil for a nil pointer. v is made of nothing but F.
func View[F Float, T any](v *T) []F {
	if v == nil {
		return nil
	}
	return unsafe.Slice((*F)(unsafe.Pointer(v)), unsafe.Sizeof(*v)/unsafe.Sizeof(*new(F)))
}

// Numbers views samples as numbers.
func Numbers[F Float, T any](v []T) []F {
	var one T
	return unsafe.Slice((*F)(unsafe.Pointer(unsafe.SliceData(v))),
		len(v)*int(unsafe.Sizeof(one)/unsafe.Sizeof(*new(F))))
}

// Owner tells of numbers whether they lie in memory of so many bytes.
func Owner[F Float](start unsafe.Pointer, size uintptr) func(v []F) bool {
	return func(v []F) bool {
		at, from := uintptr(unsafe.Pointer(unsafe.SliceData(v))), uintptr(start)
		return at >= from && at+uintptr(len(v))*unsafe.Sizeof(*new(F)) <= from+size
	}
}

// MadeOf says whether a type is made of nothing but numbers of one kind.
func MadeOf(t reflect.Type, number reflect.Kind) bool {
	switch t.Kind() {
	case number:
		return true
	case reflect.Array:
		return MadeOf(t.Elem(), number)
	case reflect.Struct:
		for i := range t.NumField() {
			if !MadeOf(t.Field(i).Type, number) {
				return false
			}
		}
		return true
	}
	return false
}

// Poison fills every float in the memory of a value of type t with NaN, in nested arrays and structs
// too, exported or not. Anything else stays as it is: an integer has no value that spoils every result.
func Poison(t reflect.Type, at unsafe.Pointer) {
	switch t.Kind() {
	case reflect.Float32:
		*(*float32)(at) = float32(math.NaN())
	case reflect.Float64:
		*(*float64)(at) = math.NaN()
	case reflect.Array:
		switch n := int(t.Size()); {
		case MadeOf(t, reflect.Float32):
			Fill(unsafe.Slice((*float32)(at), n/4), math.NaN())
		case MadeOf(t, reflect.Float64):
			Fill(unsafe.Slice((*float64)(at), n/8), math.NaN())
		default:
			for i := range t.Len() {
				Poison(t.Elem(), unsafe.Add(at, uintptr(i)*t.Elem().Size()))
			}
		}
	case reflect.Struct:
		for i := range t.NumField() {
			Poison(t.Field(i).Type, unsafe.Add(at, t.Field(i).Offset))
		}
	}
}

// Fill sets every element to v.
func Fill[F Float](s []F, v float64) {
	if len(s) == 0 {
		return
	}
	s[0] = F(v)
	for done := 1; done < len(s); done *= 2 { // copies are faster than stores one by one
		copy(s[done:], s[:done])
	}
}

// Narrow copies numbers that fit F exactly.
func Narrow[F Float](to []F, from []float64) {
	for i, v := range from {
		to[i] = F(v)
	}
}

// FirstDifference returns the index of the first element in which a and b, of one length, differ as bits: -1 if
// none does. All NaNs count as one.
func FirstDifference[F Float](a, b []F) int {
	if bytes.Equal(raw(a), raw(b[:len(a)])) {
		return -1 // as almost always, and much faster
	}
	for i := range a {
		if differ(a[i], b[i]) {
			return i
		}
	}
	return -1
}

// FirstOther is FirstDifference for numbers that fit F exactly.
func FirstOther[F Float](a []F, want []float64) int {
	for i, v := range want {
		if differ(a[i], F(v)) {
			return i
		}
	}
	return -1
}

// differ says whether two numbers are not the same bits, or both NaN.
func differ[F Float](a, b F) bool {
	return a != b && (a == a || b == b) || a == 0 && math.Signbit(float64(a)) != math.Signbit(float64(b))
}

// raw is the memory of numbers.
func raw[F Float](v []F) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(v))), len(v)*int(unsafe.Sizeof(*new(F))))
}

// Bytes is all bytes of a value.
func Bytes[T any](v *T) []byte { return unsafe.Slice((*byte)(unsafe.Pointer(v)), unsafe.Sizeof(*v)) }
