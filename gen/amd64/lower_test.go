package amd64

import (
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// TestRules: every instruction of the table is one that can be emitted, and none needs more than the levels that the
// rule says; no two rules say what an operation is in the same registers.
func TestRules(t *testing.T) {
	type key struct {
		op    vec.Op
		elem  vec.Elem
		level isa.Level
		bits  int
	}
	said := map[key]bool{}
	for _, r := range rules {
		for _, digits := range formDigits {
			name := strings.Replace(r.name, "*", digits, 1)
			if !isa.Has(name) {
				t.Errorf("%v: the table of instructions has no %s", r.op, name)
			}
			if needs, known := isa.Needs(name); !known || r.at&avx2 != 0 && needs > isa.AVX2 {
				t.Errorf("%v: %s needs %v", r.op, name, needs)
			}
		}
		for _, level := range isa.Levels {
			for elem := range vec.Elem(vec.Elems) {
				for _, bits := range []int{128, 256, 512} {
					if r.at&(1<<level) == 0 || r.elems&(1<<elem) == 0 || r.bits != 0 && r.bits != bits {
						continue
					}
					if k := (key{r.op, elem, level, bits}); said[k] {
						t.Errorf("two rules say what %v of %v is in %d bits at %v", r.op, elem, bits, level)
					} else {
						said[k] = true
					}
				}
			}
		}
	}
}

// TestIntegersLowered: every operation on integers and every branch is an instruction that can be emitted.
func TestIntegersLowered(t *testing.T) {
	for op := range vec.IntOp(vec.IntOps) {
		if !isa.Has(intRules[op]) {
			t.Errorf("%v is no instruction", op)
		}
	}
	for c := range vec.Condition(vec.Conditions) {
		if !isa.Has(branches[c]) {
			t.Errorf("the branch %v is no instruction", c)
		}
	}
}
