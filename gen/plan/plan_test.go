package plan

import (
	"math/rand/v2"
	"testing"

	"github.com/backpropgen/backpropgen/gen/plan/plantest"
	"github.com/backpropgen/backpropgen/spec"
)

// TestLookups checks what finds functions, buffers and operations.
func TestLookups(t *testing.T) {
	p := mustCompile(t, plantest.Iris())
	for _, name := range []string{Forward, LossOnly, Backward, Grad, Step} {
		if f := p.Func(name); f == nil || f.Name != name {
			t.Errorf("Func(%s) is %v", name, f)
		}
	}
	if p.Func("Train") != nil || p.Buffer("q") != nil || p.Find(Weight, 3) != nil || p.Find(Delta, 0) != nil {
		t.Error("something is found that is not there")
	}
	if b := p.Buffer("W2"); b == nil || b != p.Find(Weight, 2) || b.Len() != 24 || !b.Matrix() ||
		b.String() != "W2[3×8]" {
		t.Errorf("W2 is %v", b)
	}
	if b := p.Buffer("b2"); b == nil || b != p.Find(Bias, 2) || b.Len() != 3 || b.Matrix() || b.String() != "b2[3]" {
		t.Errorf("b2 is %v", b)
	}
}

// TestOps checks over random networks that every operation of every function is listed once.
func TestOps(t *testing.T) {
	plantest.Each(t, func(t *testing.T, _ *rand.Rand, n spec.Network) {
		p := drawnPlan(t, n)
		listed := map[Op]int{}
		for _, op := range p.Ops() {
			listed[op]++
		}
		for _, f := range p.Funcs {
			for _, op := range f.Ops {
				if listed[op] != 1 {
					t.Errorf("%s is listed %d times", op, listed[op])
				}
			}
		}
	})
}

// TestKinds checks that every kind has a name of its own.
func TestKinds(t *testing.T) {
	seen := map[string]bool{}
	for k := Input; k <= Result; k++ {
		if s := k.String(); s == "" || seen[s] {
			t.Errorf("kind %d is called %q", k, s)
		}
		seen[k.String()] = true
	}
}
