package endtoend

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/internal/gentest"
	"github.com/backpropgen/backpropgen/gen/portable"
	"github.com/backpropgen/backpropgen/spec"
)

// TestOptimizerSizes emits all optimizers for small numbers of parameters, in one of the precisions each, at which the
// loops of updates and of norms begin, end or leave a rest, and has them judged.
func TestOptimizerSizes(t *testing.T) {
	gentest.Compiles(t)
	t.Parallel()
	var all []spec.Optimizer
	for _, o := range spec.Optimizers() {
		all = append(all, o.Name)
	}
	var networks []spec.Network
	for i, precision := range []spec.Precision{spec.Float32, spec.Float64} {
		for width := 1; width <= 9; width++ {
			if (width+i)%2 == 0 && width != 4 && width != 9 {
				continue // the other precision has it: loops are alike
			}
			networks = append(networks, spec.Network{
				Name: fmt.Sprintf("N%d", len(networks)), Input: width, Precision: precision, Optimizers: all,
				Layers: []spec.Layer{{Dense: 1, NoBias: true}}, Cost: spec.Function{Name: "mse"},
				Emit: []spec.Part{spec.EmitGrad, spec.EmitTest}, // what optimizers need
			})
		}
	}
	m := gentest.NewModule(t)
	m.EmitKernels(t, "sizes", networks...)
	var list strings.Builder
	fmt.Fprintf(&list, "package sizes\n\nimport (\n\t\"testing\"\n\n\t%q\n)\n", gentest.ModulePath+"/verify")
	for _, n := range networks {
		prefix := portable.Prefix(n.Name)
		fmt.Fprintf(&list, "\nfunc Test%s(t *testing.T) {\n\t%sAtLevels(func(string) {\n", n.Name, prefix)
		for _, o := range spec.Optimizers() {
			fmt.Fprintf(&list, "\t\tverify.TestOptimizer(t, %[1]sSpec, %[2]q, New%[3]s%[4]s, (*%[3]s%[4]s).Update)\n",
				prefix, o.Name, n.Name, o.Type)
		}
		list.WriteString("\t})\n}\n")
	}
	m.Write(t, "sizes/list_test.go", []byte(list.String()))
	results := m.Test(t, networks, "./sizes")
	for _, n := range networks {
		if r := results[n.Name]; r.Failed != "" || r.Said == 0 || !slices.Contains(r.Passed, "Test"+n.Name) {
			t.Errorf("%d parameters, %s: %s fails\n%s\n%s", n.Input, n.Precision, r.Failed, r.Message,
				results[""].Message)
		}
	}
}
