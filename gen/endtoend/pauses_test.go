package endtoend

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
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
			Input: 71, Precision: precision, Rounding: roundings[i], InputGradient: true,
			Cost: spec.Function{Name: "cross-entropy"},
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
	// What forms rows of derivatives, in one turn and in several, in code that is rolled up and in loops.
	all := []spec.Derivative{spec.DeriveJacobian, spec.DeriveTangent, spec.DeriveHessianVector,
		spec.DeriveParameterJacobian}
	list[1].Derivatives, list[3].Derivatives, list[deepAt].Derivatives = all, all, all[:3]
	for i := range list {
		list[i].Name = fmt.Sprintf("Q%03d", i)
	}
	add(turnedGradients(spec.Float32))
	for i, n := range gentest.DrawSpecs(*gentest.Seed, max(1, *gentest.Specs/8), gentest.Ordinary) {
		if i%2 == 0 {
			n.Rounding = spec.RoundingStrict
		}
		add(n)
	}
	add(gentest.LargeNetwork("", 701, 503, 61))
	return list
}

// turnedGradients is a network whose gradients of outputs are written in vectors that no line of the cache divides.
func turnedGradients(precision spec.Precision) spec.Network {
	return spec.Network{
		Name: fmt.Sprintf("Turned%s", precision), Input: 32, Precision: precision, Cost: spec.Function{Name: "mse"},
		Derivatives: []spec.Derivative{spec.DeriveParameterJacobian},
		Layers:      []spec.Layer{gentest.Act(37, "tanh"), gentest.Act(14, "identity")},
	}
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

// rolls says whether the assembly that is run has loops over layers that are alike, as that for amd64 has.
func rolls() bool { return gentest.NativeBackends()[0].Name == "amd64" }

// TestPauses runs networks with pauses everywhere, some with fewer, and with none: every function gives the same bits
// at every level of the machine. It is long because all of the assembly is written and compiled so often; no other test
// shows that a function goes on after a pause with the registers that it had.
func TestPauses(t *testing.T) {
	gentest.Compiles(t)
	t.Parallel()
	networks, deep := pausingNetworks(), len(deepPausing())
	m := gentest.NewModule(t)
	limits := []struct {
		name   string
		cycles int
	}{{"Whole", math.MaxInt32}, {"Some", 700}, {"Everywhere", 1}}
	// One package has a network for each limit: the compiler and the linker run once.
	var all []spec.Network
	tried, paused, rolled := map[string]int{}, map[string]int{}, map[string]int{}
	for _, l := range limits {
		for i, n := range networks {
			if l.name == "Some" {
				if i%2 == 0 && i < len(networks)-1 {
					continue // what pauses at some points, of those where it pauses everywhere
				}
				if i == len(networks)-1 {
					l.cycles = 0 // the large network, at the usual limit
				}
			}
			n.Name += l.name
			m.EmitWith(t, n, gen.Options{Package: "pauses", Qualify: true, EveryLevel: true, CallCycles: l.cycles})
			all = append(all, n)
			tried[l.name]++
			file := filepath.Join(m.Dir, gentest.AssemblyFile("pauses", n, "s"))
			if text, err := os.ReadFile(file); err == nil && bytes.Contains(text, []byte("pause+")) {
				paused[l.name]++
				if bytes.Contains(text, []byte("rounds over layers")) {
					rolled[l.name]++
				}
			}
		}
	}
	m.KernelsOnly(t, "pauses", all...)
	m.PutTest(t, "pauses", "pauses/kernel_test.go", "pauses/pauses_test.go")
	m.PutList(t, "pauses", "TestDigests", "digests", all)
	if paused["Whole"] != 0 {
		t.Errorf("%d networks pause without a limit", paused["Whole"])
	}
	for _, l := range limits[1:] {
		if paused[l.name] != tried[l.name] {
			t.Errorf("of %d networks %d pause %s", tried[l.name], paused[l.name], l.name)
		}
		if want := deep * tried[l.name] / len(networks); rolled[l.name] < want && rolls() {
			t.Errorf("loops over layers pause %s in %d networks; %d are deep", l.name, rolled[l.name], want)
		}
	}
	// digests of results, by the limit and by what else tells of which they are.
	digests := map[string]map[string]string{}
	for _, l := range limits {
		digests[l.name] = map[string]string{}
	}
	line := regexp.MustCompile(`(?m)^digest TestDigests/(Q\d+)([A-Z]\w*) (.*): ([0-9a-f]+)$`)
	for _, d := range line.FindAllStringSubmatch(m.GoTest(t, "-run", "^TestDigests$", "-v", "./pauses"), -1) {
		digests[d[2]][d[1]+" "+d[3]] = d[4]
	}
	want := digests["Whole"]
	if len(want) < 100*len(networks) {
		t.Fatalf("only %d digests", len(want))
	}
	for _, l := range limits[1:] {
		if got := digests[l.name]; len(got) < len(want)*tried[l.name]/len(networks)/2 ||
			tried[l.name] == len(networks) && len(got) != len(want) {
			t.Errorf("%d digests %s, %d without pauses", len(got), l.name, len(want))
		}
		wrong := 0
		for of, d := range digests[l.name] {
			if want[of] != d {
				if wrong++; wrong <= 5 {
					t.Errorf("with pauses %s: other bits in %s", l.name, of)
				}
			}
		}
	}
	t.Logf("%d results of %d networks are the same", len(want), len(networks))
}
