// Package once saves compile time: judges are compiled once for each precision, not once more in every package that is
// judged.
//
// A package that calls generic code with its own types compiles that code, and all generic code that it calls. But
// judges work on numbers, whatever a network's types are. So the generic functions of the API make functions on numbers
// and hand these to the judges, which are compiled in their own packages.
//
// Three rules keep it so. The function for a precision is not inlined: otherwise the caller's package would compile
// what it calls. Its argument has no methods: all methods of a generic type are compiled wherever the type is named.
// The compiler knows which of the two functions is called, so the other one is not linked.
package once

import (
	"unsafe"

	"github.com/backpropgen/backpropgen/verify/internal/memory"
)

// ByPrecision calls the function for the precision F. k is a *K32 or a *K64: the same generic type, of float32 or
// float64.
func ByPrecision[F memory.Float, K, K32, K64 any](k *K, judge32 func(*K32), judge64 func(*K64)) {
	if unsafe.Sizeof(F(0)) == 4 {
		judge32((*K32)(unsafe.Pointer(k)))
		return
	}
	judge64((*K64)(unsafe.Pointer(k)))
}
