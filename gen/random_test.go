package gen_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

const (
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
