package assemblytest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
	"github.com/backpropgen/backpropgen/spec"
)

// Sweeps executes the updates of all optimizers over arrays of many lengths, as they are written in some sets of
// instructions: strict ones leave the same bits in all, whether or not the length is known when they are written, and
// no other element is touched.
func Sweeps(t *testing.T, sets ...assembly.InstructionSet) {
	t.Helper()
	for _, precision := range []spec.Precision{spec.Float32, spec.Float64} {
		sweepsOf(t, precision, sets)
	}
}

// sweepsOf does so in a precision.
func sweepsOf(t *testing.T, precision spec.Precision, sets []assembly.InstructionSet) {
	t.Helper()
	n, err := spec.Decode("test.yaml", fmt.Appendf(nil,
		"name: S\ninput: 2\nlayers:\n  - {dense: 1, activation: tanh}\n"+
			"cost: mse\nrounding: strict\nprecision: %s\noptimizers: [sgd, momentum, nesterov, rmsprop, adam, adamw]\n",
		precision))
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
			for i := range 2 * len(sets) {
				set, s := sets[i/2], s
				s.Elements = i % 2 * length // known when it is written, or not
				f := assembly.NewFile(assembly.NewCommon(p, assembly.AlternatesAny(set, p)))
				f.Programs = true
				rnd := rand.New(rand.NewPCG(9, uint64(length)))
				numbers := func(elem vec.Elem, count, fill int) []byte {
					a := NewNumbers(elem, count)
					for i := range fill {
						a.Set(i, rnd.Float64()+0.25)
					}
					return a.Bytes
				}
				var arguments []any
				for range s.Arrays {
					arguments = append(arguments, numbers(vec.FloatOf(p.ElementBytes()), length, length))
				}
				arguments = append(arguments, length)
				computed := vec.FloatOf(p.ElementBytes())
				if s.Wide {
					computed = vec.F64
				}
				if len(s.Numbers) > 0 {
					arguments = append(arguments, numbers(computed, len(s.Numbers), len(s.Numbers)))
				}
				if s.Fold != plan.NoFold {
					arguments = append(arguments, numbers(computed, plan.FoldLanes, plan.FoldLanes))
				}
				w, err := assembly.NewSweep(f, assembly.Machine{Set: set, Size: p.ElementBytes()}, s)
				if err != nil {
					t.Fatal(err)
				}
				Execute(t, w, arguments...)
				if s.Fold == plan.FoldMax { // in whichever lane: Go takes the largest of them
					a := Numbers{computed, arguments[len(arguments)-1].([]byte)}
					for i := 1; i < plan.FoldLanes; i++ {
						a.Set(0, max(a.At(0), a.At(i)))
						a.Set(i, 0)
					}
				}
				var bytes []byte
				for _, a := range arguments {
					if b, ok := a.([]byte); ok {
						bytes = append(bytes, b...)
					}
				}
				left = append(left, bytes)
			}
			for i, bits := range left {
				if !slices.Equal(left[0], bits) {
					t.Errorf("%s of %s over %d elements: %v leaves other bits than %v, known length %t", s.Function(),
						precision, length, sets[i/2], sets[0], i%2 == 1)
				}
			}
		}
	}
}
