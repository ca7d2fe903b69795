package gen_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

var (
	specs = flag.Int("specs", 5, "how many random networks to generate, compile and compare with the reference")
	seed  = flag.Uint64("seed", 8, "of the random networks; 0 draws one")
)

const (
	perPackage  = 25  // networks compiled together: linking the reference costs more than a few of them
	perRun      = 200 // networks compiled by one go test, so that a long run says how far it is
	shrinkTries = 60  // networks tried to find a smaller one that fails
	shrunk      = 3   // failures that are made smaller
)

// TestRandomSpecs generates random networks, compiles them and lets their own tests compare them with the reference,
// and others hunt for errors beyond the bounds that explain prints. It is long because the judge takes seconds for each;
// few networks are chosen so that they have as much as can be of all there is, and no other test meets what nobody has
// thought of. The whole of it: go test ./gen -run RandomSpecs -timeout 0 -specs 2000 -seed 0
func TestRandomSpecs(t *testing.T) {
	t.Parallel()
	from := *seed
	for from == 0 {
		from = rand.Uint64()
	}
	repeat := fmt.Sprintf("go test ./gen -run %s -specs %d -seed %d", t.Name(), *specs, from)
	t.Logf("seed %d; to repeat: %s", from, repeat)

	m, all := newModule(t), variedSpecs(from, *specs)
	if testing.Short() {
		all = drawSpecs(from, 2, small)[1:]
	}
	failures := 0
	for lo := 0; lo < len(all); lo += perRun {
		networks := all[lo:min(lo+perRun, len(all))]
		packages := m.emitPackages(t, "p", lo, networks, func(pkg string, part []spec.Network) { m.emitBounds(t, pkg, part...) })
		results := m.test(t, networks, packages...)
		// A test that panics takes the rest of its package with it, and so does one that does not compile: those
		// did not run, which is only worth saying if there is nothing else to say.
		silent := 0
		for _, n := range networks {
			switch r := results[n.Name]; {
			case r.failed != "":
				failures++
				report(t, m, n, r, failures <= shrunk)
			case !r.ok(n) || !slices.Contains(r.passed, "Test"+n.Name+boundsSuffix):
				silent++
			}
		}
		if silent > 0 {
			t.Errorf("the emitted tests of %d networks did not run, or the compiler said nothing about them; to repeat: %s\ngo test said:\n%s",
				silent, repeat, beginning(results[""].message))
		}
		t.Logf("%d of %d networks done, %d failures", lo+len(networks), len(all), failures)
		m.remove(t, packages)
	}
}

// report fails the test with a network that does not pass its own, and leaves the spec in a file.
func report(t *testing.T, m module, n spec.Network, r result, smaller bool) {
	t.Helper()
	dir, err := os.MkdirTemp("", "backpropgen-random-")
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("as drawn:\n%s", save(t, dir, "drawn.yaml", n))
	if smaller {
		least, tries := shrink(t, m, n, r)
		text += fmt.Sprintf("\nas small as %d tries made it, still failing:\n%s", tries, save(t, dir, "smaller.yaml", least))
	}
	t.Errorf("%s of network %s fails; its spec is in %s\n%s\n%s", r.failed, n.Name, dir, text, beginning(r.message))
}

// beginning is the first lines of a text: a wrong kernel is wrong in everything that follows.
func beginning(text string) string {
	lines := strings.SplitAfterN(text, "\n", 21)
	if len(lines) <= 20 {
		return text
	}
	return strings.Join(lines[:20], "") + "…\n"
}

// save writes a spec and returns it.
func save(t *testing.T, dir, name string, n spec.Network) string {
	t.Helper()
	text := yaml(n)
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return text
}

// shrink looks for a smaller network that fails in the same way, and returns it with the number of networks it tried.
func shrink(t *testing.T, m module, n spec.Network, r result) (spec.Network, int) {
	t.Helper()
	return shrinkWhile(n, func(c spec.Network) bool {
		pkg := "shrink"
		m.emit(t, pkg, c)
		m.emitBounds(t, pkg, c)
		defer os.RemoveAll(filepath.Join(m.dir, pkg))
		return m.test(t, []spec.Network{c}, "./"+pkg)[c.Name].failed == r.failed
	})
}

// shrinkWhile takes steps to smaller networks as long as one of them fails. After a step it goes on with the same kind
// of step, as likely to succeed again, and ends when no kind does.
func shrinkWhile(n spec.Network, fails func(spec.Network) bool) (spec.Network, int) {
	tries := 0
	next := smaller(n)
	for at, misses := 0, 0; misses < len(next) && tries < shrinkTries; tries++ {
		at %= len(next)
		if c := next[at]; fails(c) {
			n, next, misses = c, smaller(c), 0
		} else {
			at, misses = at+1, misses+1
		}
	}
	return n, tries
}

// TestShrink holds the search for smaller networks to a mistake whose smallest network is known.
func TestShrink(t *testing.T) {
	fails := func(n spec.Network) bool {
		for _, l := range n.Layers {
			if l.Activation.Name == "softmax" && l.Dense >= 5 {
				return true
			}
		}
		return false
	}
	found := 0
	for _, n := range drawSpecs(*seed, 100, small) {
		if !fails(n) {
			continue
		}
		found++
		least, tries := shrinkWhile(n, fails)
		if !fails(least) || tries > shrinkTries || len(least.Layers) != 1 || least.Layers[0].Dense > 7 || least.Input > 2 {
			t.Errorf("a network that fails with a softmax of 5 units shrank in %d tries to\n%s", tries, yaml(least))
		}
	}
	if found == 0 {
		t.Error("no network was drawn with a softmax of 5 units; draw more")
	}
}

// TestDrawSpecs checks that what is drawn is valid, reaches every corner it is meant to, and survives its file.
func TestDrawSpecs(t *testing.T) {
	seen := map[string]int{}
	for i, n := range drawSpecs(*seed, 2000, ordinary) {
		if err := n.Validate(); err != nil {
			t.Fatalf("network %d is not valid: %v\n%s", i, err, yaml(n))
		}
		decoded, err := spec.Decode("n.yaml", []byte(yaml(n)))
		if err != nil || !reflect.DeepEqual(decoded.WithDefaults(), n.WithDefaults()) {
			t.Fatalf("network %d as YAML decodes to %+v, %v; want %+v:\n%s", i, decoded, err, n, yaml(n))
		}
		last := n.Layers[len(n.Layers)-1]
		seen[fmt.Sprintf("%s after %s", n.Cost.Name, last.Activation.Name)]++
		seen[fmt.Sprintf("cost %s, cache %s, %s", n.Cost.Name, n.Cache, n.Precision)]++
		seen[fmt.Sprintf("cache %s, unroll %s, %s", n.Cache, n.Unroll, n.Precision)]++
		for _, o := range n.Optimizers {
			seen[fmt.Sprintf("%s, %s", o, n.Precision)]++
		}
		if len(n.Optimizers) > 1 && n.Optimizers[0] == spec.AdamW {
			seen["optimizers in another order"]++
		}
		for j, l := range n.Layers {
			if j < len(n.Layers)-1 {
				seen[fmt.Sprintf("hidden %s, cache %s, %s", l.Activation.Name, n.Cache, n.Precision)]++
			}
			switch {
			case l.Activation.Name == "softmax" && l.Dense == 1:
				seen["softmax of one unit"]++
			case l.Activation.Name == "softmax" && j < len(n.Layers)-1:
				seen["hidden softmax"]++
			case l.Window() > 1 && l.Window() < l.Dense && j < len(n.Layers)-1:
				seen["hidden pooling"]++
			case l.Window() > 1 && j == len(n.Layers)-1:
				seen["pooling last"]++
			case l.Activation.Expr != "":
				seen["expression"]++
			case l.Dense >= 300:
				seen["wide layer"]++
			}
		}
		if len(n.Layers) == 20 {
			seen["20 layers"]++
		}
	}
	corners := []string{
		"optimizers in another order", "softmax of one unit", "hidden softmax", "wide layer", "20 layers", "hidden pooling", "pooling last", "expression",
	}
	for _, o := range spec.Optimizers() {
		corners = append(corners, fmt.Sprintf("%s, float32", o.Name), fmt.Sprintf("%s, float64", o.Name))
	}
	for _, a := range spec.Activations() {
		for _, c := range spec.Costs() {
			if a.Probabilities || !c.Probabilities {
				corners = append(corners, c.Name+" after "+a.Name)
			}
		}
	}
	for _, c := range []spec.Cache{spec.CacheAuto, spec.CachePre, spec.CachePost, spec.CacheBoth} {
		for _, u := range []spec.Unroll{spec.UnrollAuto, spec.UnrollFull, spec.UnrollLoop} {
			corners = append(corners, fmt.Sprintf("cache %s, unroll %s, float32", c, u), fmt.Sprintf("cache %s, unroll %s, float64", c, u))
		}
		for _, p := range []spec.Precision{spec.Float32, spec.Float64} {
			for _, a := range spec.Activations() {
				corners = append(corners, fmt.Sprintf("hidden %s, cache %s, %s", a.Name, c, p))
			}
			for _, f := range spec.Costs() {
				corners = append(corners, fmt.Sprintf("cost %s, cache %s, %s", f.Name, c, p))
			}
		}
	}
	for _, c := range corners {
		if seen[c] == 0 {
			t.Errorf("none of 2000 networks of seed %d has: %s", *seed, c)
		}
	}
}
