package gen_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

var measureCalls = flag.Bool("measure", false, "print how long calls of the assembly take")

// callsTest is the test that is put beside an emitted network: it takes as many tiles as one call does through its assembly, which nothing
// can interrupt, and prints the shortest of some times.
const callsTest = `package %[1]s

import (
	"math/rand/v2"
	"testing"
	"time"
)

func TestCalls(t *testing.T) {
	const tiles, samples = %[3]s, %[4]s
	p, b, g := new(%[2]s), new(%[2]sBatch), new(%[2]sGrad)
	p.Init(rand.NormFloat64)
	xs, ys := make([][%[2]sInputs]float32, tiles*samples), make([][%[2]sOutputs]float32, tiles*samples)
	for i := range xs {
		for k := range xs[i] {
			xs[i][k] = rand.Float32()
		}
	}
	shortest := func(call func()) time.Duration {
		least := time.Hour
		for range 50 {
			start := time.Now()
			call()
			least = min(least, time.Since(start))
		}
		return least
	}
	forward := shortest(func() { p.forwardTiles(b, &xs[0], &ys[0], tiles) })
	grad := shortest(func() { p.gradTiles(b, &xs[0], &ys[0], g, tiles, samples) })
	t.Logf("%[2]s: a call of %%d samples takes %%v for ForwardBatch, %%v for GradBatch", tiles*samples, forward, grad)
}
`

// wholeCall is the first call of the assembly in an emitted GradBatch, which takes as many tiles of as many samples as a call may.
var wholeCall = regexp.MustCompile(`gradTiles\(b, unsafe.*, g, (\d+), (\d+)\)`)

// TestCalls prints, with -measure, how long calls of the assembly take that are as large as calls get: so long a goroutine can't be
// interrupted. It asserts nothing.
//
//	go test ./gen -run 'Calls$' -measure -v
func TestCalls(t *testing.T) {
	if !*measureCalls {
		t.Skip("times are taken with -measure only")
	}
	large := spec.Network{Name: "Large", Input: 784, Cost: spec.Function{Name: "cross-entropy"}, Batch: 32}
	for _, width := range []int{1024, 1024} {
		large.Layers = append(large.Layers, spec.Layer{Dense: width, Activation: spec.Function{Name: "relu"}})
	}
	large.Layers = append(large.Layers, spec.Layer{Dense: 10, Activation: spec.Function{Name: "softmax"}})
	networks := []spec.Network{large}
	for _, name := range []string{"xor", "iris", "control", "digits", "pixels"} {
		file := filepath.Join("..", "generated", name, name+".yaml")
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		n, err := spec.Decode(file, data)
		if err != nil {
			t.Fatal(err)
		}
		networks = append(networks, n)
	}
	m := newModule(t)
	for _, n := range networks {
		n.Optimizers = nil
		pkg := strings.ToLower(n.Name)
		m.emit(t, pkg, n)
		code, err := os.ReadFile(filepath.Join(m.dir, pkg, pkg+"_amd64_gen.go"))
		if err != nil {
			t.Fatal(err)
		}
		size := wholeCall.FindSubmatch(code)
		if size == nil {
			t.Fatalf("%s: no call of gradTiles is found", n.Name)
		}
		m.write(t, filepath.Join(pkg, "calls_test.go"), fmt.Appendf(nil, callsTest, pkg, n.Name, size[1], size[2]))
	}
	for _, line := range strings.Split(m.goTest(t, "-run=^TestCalls$", "-v", "-p=1", "./..."), "\n") {
		if strings.Contains(line, "a call of") {
			t.Log(strings.TrimSpace(line))
		}
	}
}
