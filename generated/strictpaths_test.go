//go:build strict && amd64 && !purego && !race && !msan && !asan

package generated_test

import (
	"testing"

	"golang.org/x/sys/cpu"

	"github.com/backpropgen/backpropgen/generated/strict"
)

// TestStrictSmallPaths is TestSmallPaths for a network with rounding: strict.
func TestStrictSmallPaths(t *testing.T) {
	if !cpu.X86.HasAVX2 || !cpu.X86.HasFMA {
		t.Skip("the processor has no AVX2 and FMA: there are no tiles")
	}
	smallPaths(t, "strict/iris.yaml", new(strict.Iris))
}
