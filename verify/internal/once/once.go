// Package once keeps judges from being compiled again in every package that is judged.
//
// Generic code is compiled in every package that calls it with types of its own, with all generic code that it calls.
// Judges work on numbers, whatever a network's types. So the functions of the API, which have those types, hand the
// judges functions on numbers, and the judges are compiled in their own packages, once for each precision. Three things
// keep it so. The functions for a precision are not inlined, for what they call would be compiled with their callers.
// What they are given has no methods, for all methods of a generic type are compiled wherever it is named. And which of
// the two is called is known as the caller is compiled, so that the other is not linked.
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
