package amd64

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
	"github.com/backpropgen/backpropgen/spec"
)

// TestSweepProgramsAgree executes the updates of all optimizers over arrays of many lengths: strict ones leave the same
// bits at both levels, and no other element is touched.
func TestSweepProgramsAgree(t *testing.T) {
	n, err := spec.Decode("test.yaml", []byte("name: S\ninput: 2\nlayers:\n  - {dense: 1, activation: tanh}\ncost: mse\nrounding: strict\noptimizers: [sgd, momentum, nesterov, rmsprop, adam, adamw]\n"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Compile(n.WithDefaults())
	if err != nil {
		t.Fatal(err)
	}
	sweeps, err := plan.Sweeps(p.Network)
	if err != nil || len(sweeps) < 6 {
		t.Fatalf("%d sweeps, %v", len(sweeps), err)
	}
	for _, s := range sweeps {
		for _, length := range []int{1, 3, 8, 15, 16, 31, 64, 77, 300} {
			var left [][]byte
			for _, l := range isa.Levels {
				f := assembly.NewFile(commonOf(p))
				f.Programs = true
				rnd := rand.New(rand.NewPCG(9, uint64(length)))
				numbers := func(elem vec.Elem, count, fill int) []byte {
					a := newNumbers(elem, count)
					for i := range fill {
						a.set(i, rnd.Float64()+0.25)
					}
					return a.bytes
				}
				var arguments []any
				for range s.Arrays {
					arguments = append(arguments, numbers(vec.F32, length, length))
				}
				arguments = append(arguments, length)
				computed := vec.F32
				if s.Wide {
					computed = vec.F64
				}
				if len(s.Numbers) > 0 {
					arguments = append(arguments, numbers(computed, len(s.Numbers), len(s.Numbers)))
				}
				if s.Fold != plan.NoFold {
					arguments = append(arguments, numbers(computed, plan.FoldLanes, plan.FoldLanes))
				}
				w, err := assembly.NewSweep(f, machineOf(l, 4), s)
				if err != nil {
					t.Fatal(err)
				}
				execute(t, w, arguments...)
				var bytes []byte
				for _, a := range arguments {
					if b, ok := a.([]byte); ok {
						bytes = append(bytes, b...)
					}
				}
				left = append(left, bytes)
			}
			if !slices.Equal(left[0], left[1]) {
				t.Errorf("%s over %d elements: the levels leave other bits", s.Function(), length)
			}
		}
	}
}
