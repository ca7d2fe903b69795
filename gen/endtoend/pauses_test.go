package endtoend

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/gen/internal/gentest"
	"github.com/backpropgen/backpropgen/spec"
)

// pausingNetworks are networks whose assembly is tried with pauses and without: some with loops of every kind, of sizes
// that are multiples of no block, random ones, and one that is so large that it pauses at the usual limit. Their Go is
// as short as can be, for the compiler's sake: it does not pause, and nobody calls it here.
func pausingNetworks() (list []spec.Network) {
	add := func(n spec.Network) {
		n.Optimizers, n.Targets, n.Unroll = nil, nil, spec.UnrollLoop
		n.Name = fmt.Sprintf("Q%03d", len(list))
		list = append(list, n)
	}
	pool := gentest.Act(60, "max-pool")
	pool.Activation.Params = map[string]float64{spec.Window: 5}
	for i, precision := range []spec.Precision{spec.Float32, spec.Float64} {
		roundings := []spec.Rounding{spec.RoundingFast, spec.RoundingStrict}
		add(spec.Network{
			Input: 71, Precision: precision, Rounding: roundings[i], InputGradient: true, Cost: spec.Function{Name: "cross-entropy"},
			Layers: []spec.Layer{gentest.Act(131, "gelu"), gentest.Act(45, "radial-sigmoid"), gentest.Act(1, "tanh"),
				gentest.Act(97, "softmax")},
		})
		add(spec.Network{
			Input: 300, Precision: precision, Rounding: roundings[1-i], Cost: spec.Function{Name: "huber"},
			Layers: []spec.Layer{gentest.Act(3, "softplus"), gentest.Act(210, "log-softmax"), pool},
		})
	}
	if len(list) != deepAt {
		panic("deepAt is not where deep networks begin")
	}
	list = append(list, deepPausing()...)
	for i := range list {
		list[i].Name = fmt.Sprintf("Q%03d", i)
	}
	for i, n := range gentest.DrawSpecs(*gentest.Seed, max(1, *gentest.Specs/8), gentest.Ordinary) {
		if i%2 == 0 {
			n.Rounding = spec.RoundingStrict
		}
		add(n)
	}
	add(gentest.LargeNetwork("", 701, 503, 61))
	return list
}

// deepAt is the number of the first deep one among pausingNetworks.
const deepAt = 4

// deepPausing are networks of so many layers that are alike that their code becomes loops over layers, which pause:
// with pointers in registers, on the stack, and in registers of arguments.
func deepPausing() []spec.Network {
	return []spec.Network{
		{
			Input: 9, InputGradient: true, Unroll: spec.UnrollLoop, Cost: spec.Function{Name: "mse"},
			Layers: slices.Repeat([]spec.Layer{gentest.Act(33, "tanh")}, 9),
		},
		{
			Input: 5, Precision: spec.Float64, Unroll: spec.UnrollLoop, Cost: spec.Function{Name: "huber"},
			Layers: slices.Repeat([]spec.Layer{gentest.Act(24, "silu"), gentest.Act(13, "softmax")}, 7),
		},
		{
			Input: 12, Rounding: spec.RoundingStrict, Unroll: spec.UnrollLoop, Cost: spec.Function{Name: "mse"},
			Layers: slices.Repeat([]spec.Layer{gentest.Act(12, "relu")}, 12),
		},
		{
			Input: 100, Unroll: spec.UnrollLoop, Cost: spec.Function{Name: "mse"},
			Layers: slices.Repeat([]spec.Layer{gentest.Act(100, "softsign")}, 8),
		},
	}
}

// TestPauses runs networks with pauses everywhere, with some, and with none: every function gives the same bits at
// every level of the machine. It is long because all of the assembly is written and compiled three times; no other test
// shows that a function goes on after a pause with the registers that it had.
func TestPauses(t *testing.T) {
	t.Parallel()
	networks, deep := pausingNetworks(), len(deepPausing())
	if testing.Short() { // one that is deep, and none that pauses at the usual limit
		networks = networks[deepAt+2 : deepAt+3]
		deep = 1
	}
	m := gentest.NewModule(t)
	limits := []struct {
		pkg    string
		cycles int
	}{{"whole", math.MaxInt32}, {"some", 700}, {"everywhere", 1}}
	if testing.Short() { // and with pauses everywhere or nowhere
		limits = slices.Delete(limits, 1, 2)
	}
	var packages []string
	paused, rolled := map[string]int{}, map[string]int{}
	for _, l := range limits {
		for i, n := range networks {
			if l.pkg == "some" && i == len(networks)-1 && i > 0 {
				l.cycles = 0 // the large network, at the usual limit
			}
			m.EmitWith(t, n, gen.Options{Package: l.pkg, Qualify: true, EveryLevel: true, CallCycles: l.cycles})
			file := filepath.Join(m.Dir, l.pkg, strings.ToLower(n.Name)+"_amd64_gen.s")
			if text, err := os.ReadFile(file); err == nil && bytes.Contains(text, []byte("pause+")) {
				paused[l.pkg]++
				if bytes.Contains(text, []byte("for layer after layer")) {
					rolled[l.pkg]++
				}
			}
		}
		m.KernelsOnly(t, l.pkg, networks...)
		m.PutTest(t, l.pkg, "pauses/kernel_test.go", "pauses/pauses_test.go")
		m.PutList(t, l.pkg, "TestDigests", "digests", networks)
		packages = append(packages, "./"+l.pkg)
	}
	if paused["whole"] != 0 {
		t.Errorf("%d networks pause without a limit", paused["whole"])
	}
	for _, l := range limits[1:] {
		if paused[l.pkg] != len(networks) {
			t.Errorf("of %d networks %d pause %s", len(networks), paused[l.pkg], l.pkg)
		}
		if rolled[l.pkg] < deep {
			t.Errorf("loops over layers pause %s in %d networks; %d are deep", l.pkg, rolled[l.pkg], deep)
		}
	}
	digests := map[string]map[string]string{}
	for i, pkg := range packages {
		digests[limits[i].pkg] = map[string]string{}
		for _, d := range regexp.MustCompile(`(?m)^digest (.*): ([0-9a-f]+)$`).FindAllStringSubmatch(m.GoTest(t, "-run",
			"^TestDigests$", "-v", pkg), -1) {
			digests[limits[i].pkg][d[1]] = d[2]
		}
	}
	want := digests["whole"]
	if len(want) < 100*len(networks) {
		t.Fatalf("only %d digests", len(want))
	}
	for _, l := range limits[1:] {
		if got := digests[l.pkg]; len(got) != len(want) {
			t.Errorf("%d digests %s, %d without pauses", len(got), l.pkg, len(want))
		}
		wrong := 0
		for of, d := range digests[l.pkg] {
			if want[of] != d {
				if wrong++; wrong <= 5 {
					t.Errorf("with pauses %s: other bits in %s", l.pkg, of)
				}
			}
		}
	}
	t.Logf("%d results of %d networks are the same", len(want), len(networks))
}
