package endtoend

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/internal/gentest"
	"github.com/backpropgen/backpropgen/spec"
)

// extremeNetworks have every activation, in a hidden layer and in the last one, and every cost; layers of 19 units are
// a vector and a rest at every level. Without whole there are fewer pairs of them, and each network has one of the
// precisions, by turns: each activation has one in a hidden layer and the other one in the last.
func extremeNetworks(whole bool) (list []spec.Network) {
	costs := spec.Costs()
	formulas := []string{"z/(1 + exp(-z))", "max(z, 0.1*z) + atan(z)", "min(z, 0)^max(0.5, z)", "abs(z)^z - z/9",
		"sqrt(max(z, 0))", "z^0"}
	turn := 0
	add := func(hidden, last, cost spec.Function) {
		turn++
		for i, precision := range []spec.Precision{spec.Float32, spec.Float64} {
			if !whole && i != turn%2 {
				continue
			}
			n := spec.Network{
				Name: fmt.Sprintf("X%d",
					len(list)), Precision: precision, Input: 5, Batch: 2, Cost: cost, InputGradient: turn%4 < 2,
				Cache:  []spec.Cache{spec.CacheAuto, spec.CachePre, spec.CachePost, spec.CacheBoth}[turn/2%4],
				Unroll: []spec.Unroll{spec.UnrollAuto, spec.UnrollLoop}[turn/4%2],
				Layers: []spec.Layer{{Dense: 18, Activation: hidden}, {Dense: 19, Activation: last}},
			}
			if last.Name == "max-pool" || last.Name == "avg-pool" {
				n.Layers[1].Dense = 18
			}
			list = append(list, n)
		}
	}
	function := func(name string) spec.Function {
		f := spec.Function{Name: name}
		if name == "max-pool" || name == "avg-pool" {
			f.Params = map[string]float64{"window": 3}
		}
		return f
	}
	activations := spec.Activations()
	for i, a := range activations {
		cost := costs[i%len(costs)]
		if cost.Probabilities && !a.Probabilities {
			cost = costs[i%5]
		}
		add(function(a.Name), function(activations[(i+5)%len(activations)].Name), function(costs[i%4].Name))
		if whole {
			add(function(activations[(i+8)%len(activations)].Name), function(a.Name), function(cost.Name))
		}
	}
	for _, f := range formulas {
		add(spec.Function{Expr: f}, function("softmax"), function("cross-entropy"))
	}
	for _, last := range []string{"softmax", "sigmoid"} {
		for _, cost := range []string{"cross-entropy", "binary-cross-entropy"} {
			add(function("relu"), function(last), function(cost))
		}
	}
	return list
}

// TestExtremes runs networks of every activation and cost on NaN, infinities, enormous logits, saturated units,
// subnormal weights, zeros and ties, at every level: what the plan says to be NaN, infinite or finite is so in every
// function, and what is finite is within the reference's bounds. Compiling takes most of its time; no other test tries
// such numbers on every activation. The whole of it: -specs 31 or more.
func TestExtremes(t *testing.T) {
	gentest.Compiles(t)
	t.Parallel()
	networks := extremeNetworks(*gentest.Specs > 30)
	m := gentest.NewModule(t)
	m.EmitKernels(t, "extremes", networks...)
	out := extremes(t, m, networks)
	passed := map[string]bool{}
	for _, found := range regexp.MustCompile(`--- PASS: TestExtremes/(\w+) `).FindAllStringSubmatch(out, -1) {
		passed[found[1]] = true
	}
	failures := 0
	for _, n := range networks {
		if passed[n.Name] {
			continue
		}
		if failures++; failures <= 5 {
			_, said, _ := strings.Cut(out, "=== RUN   TestExtremes/"+n.Name+"\n")
			said, _, _ = strings.Cut(said, "=== RUN")
			t.Errorf("network %s:\n%s\n%s", n.Name, gentest.YAML(n), gentest.Beginning(said))
		}
	}
	if failures > 0 {
		t.Errorf("%d of %d networks failed", failures, len(networks))
	}
	if len(passed) == 0 {
		t.Errorf("nothing ran:\n%s", gentest.Beginning(out))
	}
}

// extremes runs the situations on networks in package extremes of the module, and returns what go test says.
func extremes(t *testing.T, m gentest.Module, networks []spec.Network) string {
	t.Helper()
	m.PutTest(t, "extremes", "extremes/extremes_test.go")
	m.PutList(t, "extremes", "TestExtremes", "run", networks)
	return m.GoTest(t, "-run", "^TestExtremes$", "-v", "./extremes")
}

// TestExtremesFind plants mistakes that show with extreme numbers alone: each is found.
func TestExtremesFind(t *testing.T) {
	gentest.Compiles(t)
	n := spec.Network{
		Precision: spec.Float32, Input: 5, Batch: 2, Cost: spec.Function{Name: "cross-entropy"},
		Targets: []spec.Target{}, Layers: []spec.Layer{gentest.Act(4, "relu"), gentest.Act(3, "softmax")},
	}
	mistakes := []mistake{
		{"Right", "none", "", "", ""},
		{"Zero", "NaN becomes 0", `max\(z1_(\d), 0\)`, "zeroWhere(z1_$1, z1_$1, 0)", "NaN in x"},
		{"Raw", "the largest logit is not subtracted", `rawExp\(z2_(\d) - m2\)`, "rawExp(z2_$1)",
			"+Inf in a parameter"},
	}
	m := gentest.NewModule(t)
	networks := plantAll(t, m, "extremes", n, "_gen.go", mistakes)
	allFound(t, "TestExtremes", extremes(t, m, networks), mistakes)
}
