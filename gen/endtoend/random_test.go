package endtoend

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/gen/internal/gentest"
	"github.com/backpropgen/backpropgen/spec"
)

const (
	perRun      = 200 // networks compiled by one go test, so that a long run says how far it is
	shrinkTries = 60  // networks tried to find a smaller one that fails
	shrunk      = 3   // failures that are made smaller
)

// TestRandomSpecs generates random networks, compiles them and lets their own tests compare them with the reference,
// and others hunt for errors beyond the bounds that explain prints. It is long because the judge takes seconds for
// each; few networks are chosen so that they have as much as can be of all there is, and no other test meets what
// nobody has thought of. The whole of it: go test ./gen/endtoend -run RandomSpecs -timeout 0 -specs 2000 -seed 0
func TestRandomSpecs(t *testing.T) {
	gentest.Compiles(t)
	t.Parallel()
	from := *gentest.Seed
	for from == 0 {
		from = rand.Uint64()
	}
	repeat := fmt.Sprintf("go test ./gen/endtoend -run %s -specs %d -seed %d", t.Name(), *gentest.Specs, from)
	t.Logf("seed %d; to repeat: %s", from, repeat)

	m, all := gentest.NewModule(t), gentest.VariedSpecs(from, *gentest.Specs)
	m.Macros = true
	if gentest.Emulating() {
		for i := range all {
			all[i] = withoutTeam(all[i])
		}
	}
	failures := 0
	for lo := 0; lo < len(all); lo += perRun {
		networks := all[lo:min(lo+perRun, len(all))]
		packages := m.EmitPackages(t, "p", lo, networks, func(pkg string,
			part []spec.Network) {
			emitBounds(t, m, pkg, part...)
		})
		results := m.Test(t, networks, packages...)
		// A test that panics takes the rest of its package with it, and so does one that does not compile: those
		// did not run, which is only worth saying if there is nothing else to say.
		silent := 0
		for _, n := range networks {
			switch r := results[n.Name]; {
			case r.Failed != "":
				failures++
				report(t, m, n, r, failures <= shrunk)
			case !r.OK(n) || !slices.Contains(r.Passed, "Test"+n.Name+gentest.BoundsSuffix):
				silent++
			}
		}
		if silent > 0 {
			t.Errorf("the emitted tests of %d networks did not run, or the compiler said nothing about them; to repeat: %s\ngo test said:\n%s",
				silent, repeat, gentest.Beginning(results[""].Message))
		}
		t.Logf("%d of %d networks done, %d failures", lo+len(networks), len(all), failures)
		m.Remove(t, packages)
	}
}

// withoutTeam is a network without its team. What a team does is Go, and to judge it takes most of the time under an
// emulator: goroutines that wait for one another in turn.
func withoutTeam(n spec.Network) spec.Network {
	n.Emit = slices.DeleteFunc(spec.Parts(), func(p spec.Part) bool { return p == spec.EmitTeam || !n.Emits(p) })
	return n
}

// report fails the test with a network that does not pass its own, and leaves the spec in a file.
func report(t *testing.T, m gentest.Module, n spec.Network, r gentest.Result, smaller bool) {
	t.Helper()
	dir, err := os.MkdirTemp("", "backpropgen-random-")
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("as drawn:\n%s", save(t, dir, "drawn.yaml", n))
	if smaller {
		least, tries := shrink(t, m, n, r)
		text += fmt.Sprintf("\nas small as %d tries made it, still failing:\n%s", tries,
			save(t, dir, "smaller.yaml", least))
	}
	t.Errorf("%s of network %s fails; its spec is in %s\n%s\n%s", r.Failed, n.Name, dir, text,
		gentest.Beginning(r.Message))
}

// save writes a spec and returns it.
func save(t *testing.T, dir, name string, n spec.Network) string {
	t.Helper()
	text := gentest.YAML(n)
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return text
}

// shrink looks for a smaller network that fails in the same way, and returns it with the number of networks it tried.
func shrink(t *testing.T, m gentest.Module, n spec.Network, r gentest.Result) (spec.Network, int) {
	t.Helper()
	return shrinkWhile(n, func(c spec.Network) bool {
		pkg := "shrink"
		m.Emit(t, pkg, c)
		emitBounds(t, m, pkg, c)
		defer os.RemoveAll(filepath.Join(m.Dir, pkg))
		return m.Test(t, []spec.Network{c}, "./"+pkg)[c.Name].Failed == r.Failed
	})
}

// shrinkWhile takes steps to smaller networks as long as one of them fails. After a step it goes on with the same kind
// of step, as likely to succeed again, and ends when no kind does.
func shrinkWhile(n spec.Network, fails func(spec.Network) bool) (spec.Network, int) {
	tries := 0
	next := gentest.Smaller(n)
	for at, misses := 0, 0; misses < len(next) && tries < shrinkTries; tries++ {
		at %= len(next)
		if c := next[at]; fails(c) {
			n, next, misses = c, gentest.Smaller(c), 0
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
	for _, n := range gentest.DrawSpecs(*gentest.Seed, 100, gentest.Small) {
		if !fails(n) {
			continue
		}
		found++
		least, tries := shrinkWhile(n, fails)
		if !fails(least) || tries > shrinkTries || len(least.Layers) != 1 || least.Layers[0].Dense > 7 ||
			least.Input > 2 {
			t.Errorf("a network that fails with a softmax of 5 units shrank in %d tries to\n%s", tries,
				gentest.YAML(least))
		}
	}
	if found == 0 {
		t.Error("no network was drawn with a softmax of 5 units; draw more")
	}
}
