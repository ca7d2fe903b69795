// Package plantest draws random networks for the tests of plans and of what is made of them, and compares texts with
// golden files. It knows specs alone, so that tests inside package plan may use it. Its flags are those of the tests
// that import it.
package plantest

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

var (
	update   = flag.Bool("update", false, "write the golden files under testdata instead of comparing with them")
	seed     = flag.Uint64("seed", 1, "of the random networks")
	networks = flag.Int("networks", 300, "how many random networks each property is tried on")
)

// Network makes a network from widths n_0 … n_L and the activations of the layers 1 … L.
func Network(cost string, widths []int, activations ...string) spec.Network {
	n := spec.Network{Name: "Net", Input: widths[0], Cost: spec.Function{Name: cost}}
	for l, a := range activations {
		n.Layers = append(n.Layers, spec.Layer{Dense: widths[l+1], Activation: spec.Function{Name: a}})
	}
	return n.WithDefaults()
}

// Iris is the network of generated/iris.
func Iris() spec.Network {
	n := Network("cross-entropy", []int{4, 8, 3}, "tanh", "softmax")
	n.Name = "Iris"
	return n
}

// Title names a network in a subtest.
func Title(n spec.Network) string {
	s := fmt.Sprint(n.Input)
	for _, l := range n.Layers {
		s += fmt.Sprintf("-%d%s", l.Dense, l.Activation.Name)
	}
	return s + "-" + n.Cost.Name
}

// draw returns a valid network: 1–8 layers of widths 1–20, now and then one wide enough for loops with
// remainders, and any choice of everything else.
func draw(r *rand.Rand) spec.Network {
	pick := func(from ...string) string { return from[r.IntN(len(from))] }
	width := func() int {
		if r.IntN(25) == 0 {
			return 60 + r.IntN(100)
		}
		return 1 + r.IntN(20)
	}
	depth := 1 + r.IntN(4)
	if r.IntN(3) == 0 {
		depth = 5 + r.IntN(4)
	}
	widths, activations := []int{width()}, []string{}
	for range depth {
		widths = append(widths, width())
		all := spec.Activations()
		activations = append(activations, all[r.IntN(len(all))].Name)
	}
	if r.IntN(3) == 0 {
		activations[depth-1] = pick("sigmoid", "softmax") // so that the costs of probabilities are not rare
	}
	var costs []string
	for _, c := range spec.Costs() {
		if Network(c.Name, widths, activations...).Validate() == nil {
			costs = append(costs, c.Name)
		}
	}
	n := Network(pick(costs...), widths, activations...)
	for l := range n.Layers {
		n.Layers[l].NoBias = r.IntN(4) == 0
	}
	n.Cache = spec.Cache(pick("auto", "pre", "post", "both"))
	n.Unroll = spec.Unroll(pick("auto", "full", "loop"))
	n.InputGradient = r.IntN(2) == 0
	n.SampleWeights = r.IntN(2) == 0
	return n
}

// Each calls f with random networks, the same for the same seed, and what they were drawn with. With -short it is one
// network in ten.
func Each(t *testing.T, f func(t *testing.T, r *rand.Rand, n spec.Network)) {
	t.Helper()
	t.Logf("seed %d; to repeat: go test -run '^%s$' -seed %d -networks %d", *seed, t.Name(), *seed, *networks)
	for i := range *networks {
		if testing.Short() && i%10 != 0 {
			continue
		}
		r := rand.New(rand.NewPCG(*seed, uint64(i)))
		n := draw(r)
		if err := n.Validate(); err != nil {
			t.Fatalf("network %d is not valid: %v\n%s", i, err, n.JSON())
		}
		f(t, r, n)
		if t.Failed() {
			t.Fatalf("network %d of seed %d fails:\n%s", i, *seed, n.JSON())
		}
	}
}

// Golden compares a text with a file under testdata, or writes it there with -update.
func Golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; run the package's tests with -update and read the difference", err)
	}
	if got != string(want) {
		t.Errorf("%s differs; got\n%s\nwant\n%s\nif the change is meant, run the package's tests with -update",
			path, got, want)
	}
}

// MustFail asks for an error that says want.
func MustFail(t *testing.T, f func() error, want string) {
	t.Helper()
	if err := f(); err == nil {
		t.Errorf("no error, want one that says %q", want)
	} else if !strings.Contains(err.Error(), want) {
		t.Errorf("the error says %q, want %q in it", err, want)
	}
}
