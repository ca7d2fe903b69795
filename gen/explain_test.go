package gen_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/generated/iris"
	"github.com/backpropgen/backpropgen/spec"
)

// gated is a small network whose σ' needs z in one layer, so that the cache modes differ.
func gated(mode spec.Cache, precision spec.Precision) spec.Network {
	return spec.Network{
		Name: "Gated", Precision: precision, Input: 3, Cache: mode,
		Layers: []spec.Layer{
			{Dense: 4, Activation: spec.Function{Name: "silu"}},
			{Dense: 2, Activation: spec.Function{Name: "softmax"}},
		},
		Cost: spec.Function{Name: "cross-entropy"},
	}
}

// rows are the cells of the lines of a text that begin with one of the given words.
func rows(text string, first ...string) map[string][]string {
	found := map[string][]string{}
	for _, line := range strings.Split(text, "\n") {
		if cells := strings.Fields(line); len(cells) > 4 && slices.Contains(first, cells[0]) && found[cells[0]] == nil {
			found[cells[0]] = cells[1:]
		}
	}
	return found
}

// TestExplainCounts reads the tables of explain again and compares them with the summary.
func TestExplainCounts(t *testing.T) {
	for _, mode := range []spec.Cache{spec.CacheAuto, spec.CachePre, spec.CachePost, spec.CacheBoth} {
		for _, precision := range []spec.Precision{spec.Float32, spec.Float64} {
			n := gated(mode, precision)
			text, err := gen.Explain(n, gen.Options{})
			if err != nil {
				t.Fatal(err)
			}
			s, err := gen.Summarise(n, gen.Options{})
			if err != nil {
				t.Fatal(err)
			}
			size := int64(4)
			if precision == spec.Float64 {
				size = 8
			}
			operations := rows(text, "Forward", "Loss", "Backward", "Grad", "Step", "ForwardBatch", "LossBatch", "GradBatch", "StepBatch")
			if len(s.Functions) != 9 {
				t.Errorf("the summary has %d functions", len(s.Functions))
			}
			for _, f := range s.Functions {
				want := fmt.Sprint([]int64{
					f.Muls, f.Adds, f.Divs, f.Calls, f.Selects, f.Loads, f.Stores,
					size * (f.Loads + f.Stores), size * f.ParamLoads, size * f.ParamStores,
				})
				if got := fmt.Sprint(operations[f.Name]); got != want {
					t.Errorf("cache %s, %s: the row of %s is %s, want %s, in\n%s", mode, precision, f.Name, got, want, text)
				}
			}
			caches := rows(text, "pre", "post", "both", "auto")
			if len(s.Caches) != 4 {
				t.Errorf("the summary has %d cache modes", len(s.Caches))
			}
			for _, c := range s.Caches {
				want := []string{fmt.Sprint(c.Bytes), fmt.Sprint(c.Grad.Operations()), fmt.Sprint(c.Grad.Calls), fmt.Sprint(c.Grad.Weight())}
				if c.Mode == mode {
					want = append([]string{"←"}, want...)
				}
				if got := caches[string(c.Mode)]; !slices.Equal(got, want) {
					t.Errorf("cache %s, %s: the row of %s is %v, want %v, in\n%s", mode, precision, c.Mode, got, want, text)
				}
			}
		}
	}
}

// TestExplainChoices checks that explain says why auto keeps z beside a, and which fixed mode it comes to where it
// does.
func TestExplainChoices(t *testing.T) {
	text, err := gen.Explain(gated(spec.CacheAuto, ""), gen.Options{})
	// a = z*sigmoid(z) is a multiplication and a call, a load and a store, four times.
	if want := "layer 1 keeps z and a; σ' needs z, and to form a again from it would weigh 92\n"; err != nil || !strings.Contains(text, want) {
		t.Errorf("it says %v\n%s\nwant %s", err, text, want)
	}
	n := spec.Network{Name: "Pre", Input: 1, Cost: spec.Function{Name: "squared-error"}, Layers: []spec.Layer{
		{Dense: 20, Activation: spec.Function{Name: "relu"}},
		{Dense: 18, Activation: spec.Function{Name: "softsign"}},
		{Dense: 8, Activation: spec.Function{Name: "sigmoid"}},
	}}
	text, err = gen.Explain(n, gen.Options{})
	if want := "auto is pre here"; err != nil || !strings.Contains(text, want) {
		t.Errorf("it says %v\n%s\nwant %s", err, text, want)
	}
}

// TestExplainPauses checks that explain lists the functions of the assembly that take several calls, and no others.
func TestExplainPauses(t *testing.T) {
	const heading = "assembly that returns to Go before it is done"
	text, err := gen.Explain(largeNetwork("Large", 784, 503, 10), gen.Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, list, ok := strings.Cut(text, heading)
	list, _, _ = strings.Cut(list, "\n\n")
	if !ok || !regexp.MustCompile(`\n  GradBatch +([2-9]|\d\d)\n`).MatchString(list) || regexp.MustCompile(`\n  Forward +\d`).MatchString(list) {
		t.Errorf("it says %q", list)
	}
	if text, err := gen.Explain(largeNetwork("Small", 8, 10), gen.Options{}); err != nil || strings.Contains(text, heading) {
		t.Errorf("of a small network it says %v\n%s", err, text)
	}
}

// TestHeaderCaches checks what the emitted file says of the cache modes: the network's own first.
func TestHeaderCaches(t *testing.T) {
	for _, mode := range []spec.Cache{spec.CacheAuto, spec.CachePre, spec.CachePost, spec.CacheBoth} {
		n := gated(mode, spec.Float32)
		files, err := gen.Generate(n, gen.Options{})
		if err != nil {
			t.Fatal(err)
		}
		s, err := gen.Summarise(n, gen.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var own string
		var others []string
		for _, c := range s.Caches {
			if c.Mode == mode {
				own = fmt.Sprintf("%s keeps %d bytes for %d operations and %d calls in Grad", mode, c.Bytes, c.Grad.Operations(), c.Grad.Calls)
			} else {
				others = append(others, fmt.Sprintf("%s %d for %d and %d", c.Mode, c.Bytes, c.Grad.Operations(), c.Grad.Calls))
			}
		}
		want := fmt.Sprintf("\n// cache          %s\n//                %s\n", own, strings.Join(others, "; "))
		if !strings.Contains(string(files[0].Data), want) {
			t.Errorf("cache %s: no lines%sin\n%.900s", mode, want, files[0].Data)
		}
	}
}

// TestSummaryBatch compares the size of the batch that the header and explain state with that of the emitted struct,
// assembly's part included.
func TestSummaryBatch(t *testing.T) {
	n, err := spec.DecodeFile("../generated/iris/iris.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s, err := gen.Summarise(n, gen.Options{})
	if want := int(unsafe.Sizeof(iris.IrisBatch{})); err != nil || s.BatchBytes != want {
		t.Errorf("%d bytes, %v; the emitted batch has %d", s.BatchBytes, err, want)
	}
}

// TestExplainSweeps checks that explain says which loops over all parameters are in assembly: none, where the targets
// ask for none, and those that divide, where there are few parameters.
func TestExplainSweeps(t *testing.T) {
	n := gated(spec.CacheAuto, "")
	n.Optimizers = []spec.Optimizer{spec.RMSprop, spec.SGD}
	const few = "of loops over all parameters: GatedRMSprop.Update\n  portable Go, because there are few parameters: Norm, Clip, Scale, GatedSGD.Update\n"
	if text, err := gen.Explain(n, gen.Options{}); err != nil || !strings.Contains(text, few) {
		t.Errorf("of few parameters it says %v\n%s\nwant %s", err, text, few)
	}
	n.Input = 30
	const line = "assembly for AVX2 and AVX-512 of loops over all parameters: Norm, Clip, Scale, GatedRMSprop.Update, GatedSGD.Update\n"
	if text, err := gen.Explain(n, gen.Options{}); err != nil || !strings.Contains(text, line) {
		t.Errorf("it says %v\n%s\nwant %s", err, text, line)
	}
	n.Targets = []spec.Target{}
	if text, err := gen.Explain(n, gen.Options{}); err != nil || strings.Contains(text, "loops over all parameters") {
		t.Errorf("without assembly it says %v\n%s", err, text)
	}
}
