package endtoend

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/gen/bound"
	"github.com/backpropgen/backpropgen/gen/internal/gentest"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/portable"
	"github.com/backpropgen/backpropgen/spec"
)

// huntDraws is how many draws it takes: few, for there are many networks.
const huntDraws = 20

// boundsTest is the test of one network, for a package that has its emitted test. AtLevels is how that runs at every
// level.
const boundsTest = `package %[1]s

import (
	"math"
	"testing"

	"` + gentest.ModulePath + `/spec"
	"` + gentest.ModulePath + `/verify"
)

func Test%[2]sBounds(t *testing.T) {
	n, err := spec.Decode("spec.json", []byte(%[3]sSpec))
	if err != nil {
		t.Fatal(err)
	}
	inf := math.Inf(1)
	limits := [][3]float64{%[4]s}
	_ = inf
	%[5]s(func(level string) {
		seen, err := verify.Observe(n, %[3]sKernel, verify.Hunt{Ranges: %[6]s, Draws: %[7]d, Seed: 1, Samples: %[8]d})
		if err != nil {
			t.Fatal(err)
		}
		if len(seen) != len(limits) {
			t.Fatalf("%%d results, %%d bounds", len(seen), len(limits))
		}
		for i, l := range limits {
			if o := seen[i]; o.Error > l[0] || o.Apart > l[1] || o.Sum > l[2] {
				t.Errorf("%%s: %%v, beyond the bounds %%v", level, o, l)
			}
		}
	})
}
`

// emitBounds writes, beside the emitted tests of networks, one that holds them to their bounds.
func emitBounds(t *testing.T, m gentest.Module, pkg string, networks ...spec.Network) {
	t.Helper()
	for _, n := range networks {
		n = n.WithDefaults()
		p, err := plan.Compile(n)
		if err != nil {
			t.Fatal(err)
		}
		ranges, drawn := defaultRanges(n)
		limits, err := bound.Of(p, ranges)
		if err != nil {
			t.Fatalf("%v; the spec:\n%s", err, gentest.YAML(n))
		}
		var list []string
		for _, l := range limits {
			if l.Function != plan.Grad {
				continue // derivatives, which the judge holds to bounds of their own
			}
			sum := math.Inf(1) // of results that are none
			if l.Summed {
				sum = l.Sum
			}
			list = append(list, fmt.Sprintf("{%s, %s, %s}", goNumber(l.Error), goNumber(l.Apart), goNumber(sum)))
		}
		levels := "func(test func(string)) { test(\"portable\") }"
		emitted, err := os.ReadFile(filepath.Join(m.Dir, pkg, gen.FileNames(n)[1]))
		if err != nil {
			t.Fatal(err)
		}
		hook := portable.Prefix(n.Name) + "AtLevels"
		if bytes.Contains(emitted, []byte(hook+"(")) {
			levels = hook
		}
		text := fmt.Sprintf(boundsTest, pkg, n.Name, portable.Prefix(n.Name), strings.Join(list, ", "), levels,
			fmt.Sprintf("%#v", drawn), huntDraws, p.Block)
		m.Write(t, filepath.Join(pkg, strings.ToLower(n.Name)+"_bounds_test.go"), []byte(text))
	}
}

// goNumber is a float64 as Go.
func goNumber(v float64) string {
	if math.IsInf(v, 1) {
		return "inf"
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}
