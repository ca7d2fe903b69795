package gen_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/gen/internal/gentest"
	"github.com/backpropgen/backpropgen/generated/digits"
	"github.com/backpropgen/backpropgen/generated/iris"
	"github.com/backpropgen/backpropgen/generated/pixels"
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
			if testing.Short() && mode != spec.CacheAuto {
				continue
			}
			if wide := mode == spec.CachePre || mode == spec.CacheBoth; wide != (precision == spec.Float64) {
				continue // by turns
			}
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
			operations := rows(text, "Forward", "Loss", "Backward", "Grad", "Step", "ForwardBatch", "LossBatch",
				"GradBatch", "StepBatch")
			if len(s.Functions) != 9 {
				t.Errorf("the summary has %d functions", len(s.Functions))
			}
			for _, f := range s.Functions {
				want := fmt.Sprint([]int64{
					f.Muls, f.Adds, f.Divs, f.Calls, f.Selects, f.Loads, f.Stores,
					size * (f.Loads + f.Stores), size * f.ParamLoads, size * f.ParamStores,
				})
				if got := fmt.Sprint(operations[f.Name]); got != want {
					t.Errorf("cache %s, %s: the row of %s is %s, want %s, in\n%s", mode, precision, f.Name, got, want,
						text)
				}
			}
			caches := rows(text, "pre", "post", "both", "auto")
			if len(s.Caches) != 4 {
				t.Errorf("the summary has %d cache modes", len(s.Caches))
			}
			for _, c := range s.Caches {
				want := []string{fmt.Sprint(c.Bytes), fmt.Sprint(c.Grad.Operations()), fmt.Sprint(c.Grad.Calls),
					fmt.Sprint(c.Grad.Weight())}
				if c.Mode == mode {
					want = append([]string{"←"}, want...)
				}
				if got := caches[string(c.Mode)]; !slices.Equal(got, want) {
					t.Errorf("cache %s, %s: the row of %s is %v, want %v, in\n%s", mode, precision, c.Mode, got, want,
						text)
				}
			}
		}
	}
}

// TestExplainChoices checks that explain says why auto keeps z beside a, and which fixed mode it comes to where it
// does.
func TestExplainChoices(t *testing.T) {
	n := gated(spec.CacheAuto, "")
	n.Targets = []spec.Target{} // what is kept is a choice of the plan, and assembly takes time
	text, err := gen.Explain(n, gen.Options{})
	// a = z*sigmoid(z) is a multiplication and a call, a load and a store, four times.
	if want := "layer 1 keeps z and a; σ' needs z, and to form a again from it would weigh 92\n"; err != nil ||
		!strings.Contains(text, want) {
		t.Errorf("it says %v\n%s\nwant %s", err, text, want)
	}
	n = spec.Network{Name: "Pre", Input: 1, Targets: []spec.Target{}, Cost: spec.Function{Name: "squared-error"},
		Layers: []spec.Layer{
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
	if testing.Short() {
		t.Skip("SKIPPED with -short: writing the assembly of a large network takes seconds")
	}
	const heading = "assembly that returns to Go in between"
	text, err := gen.Explain(gentest.LargeNetwork("Large", 784, 503, 10), gen.Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, list, ok := strings.Cut(text, heading)
	list, _, _ = strings.Cut(list, "\n\n")
	if !ok || !regexp.MustCompile(`\n  GradBatch +([2-9]|\d\d)\n`).MatchString(list) ||
		regexp.MustCompile(`\n  Forward +\d`).MatchString(list) {
		t.Errorf("it says %q", list)
	}
	if text, err := gen.Explain(gentest.LargeNetwork("Small", 8, 10), gen.Options{}); err != nil ||
		strings.Contains(text, heading) {
		t.Errorf("of a small network it says %v\n%s", err, text)
	}
}

// TestHeaderCaches checks what the emitted file says of the cache modes: the network's own first.
func TestHeaderCaches(t *testing.T) {
	for _, mode := range []spec.Cache{spec.CacheAuto, spec.CachePre, spec.CachePost, spec.CacheBoth} {
		n := gated(mode, spec.Float32)
		n.Targets = []spec.Target{}
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
				own = fmt.Sprintf("%s keeps %d bytes for %d operations and %d calls in Grad", mode, c.Bytes,
					c.Grad.Operations(), c.Grad.Calls)
			} else {
				others = append(others, fmt.Sprintf("%s %d for %d and %d", c.Mode, c.Bytes, c.Grad.Operations(),
					c.Grad.Calls))
			}
		}
		want := fmt.Sprintf("\n// cache          %s\n//                %s\n", own, strings.Join(others, "; "))
		if !strings.Contains(string(files[0].Data), want) {
			t.Errorf("cache %s: no lines%sin\n%.900s", mode, want, files[0].Data)
		}
	}
}

// TestSummarySizes compares the sizes that the header and explain state with those of the emitted structs, assembly's
// part included: of the tiles of a batch, and of the number in the workspace of a network whose calls alternate in
// direction, which is not there without assembly.
func TestSummarySizes(t *testing.T) {
	for name, want := range map[string][2]uintptr{
		"iris":   {unsafe.Sizeof(iris.IrisWorkspace{}), unsafe.Sizeof(iris.IrisBatch{})},
		"digits": {unsafe.Sizeof(digits.DigitsWorkspace{}), unsafe.Sizeof(digits.DigitsBatch{})},
		"pixels": {unsafe.Sizeof(pixels.PixelsWorkspace{}), unsafe.Sizeof(pixels.PixelsBatch{})},
	} {
		if testing.Short() && name == "pixels" {
			continue
		}
		n, err := spec.DecodeFile("../generated/" + name + "/" + name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		s, err := gen.Summarise(n, gen.Options{})
		if got := [2]uintptr{uintptr(s.WorkspaceBytes), uintptr(s.BatchBytes)}; err != nil || got != want {
			t.Errorf("%s: workspace and batch have %d bytes, %v; the emitted structs %d", name, got, err, want)
		}
		if name == "iris" {
			continue
		}
		n.Targets = []spec.Target{}
		if s, err = gen.Summarise(n, gen.Options{}); err != nil || s.WorkspaceBytes != int(want[0])-4 {
			t.Errorf("%s: without assembly a workspace has %d bytes, %v; want one number less than %d", name,
				s.WorkspaceBytes, err, want[0])
		}
	}
}

// TestExplainSweeps checks that explain says which loops over all parameters are in assembly: none, where the targets
// ask for none, and those that divide, where there are few parameters.
func TestExplainSweeps(t *testing.T) {
	n := gated(spec.CacheAuto, "")
	n.Optimizers = []spec.Optimizer{spec.RMSprop, spec.SGD}
	const few = "of loops over all parameters: GatedRMSprop.Update\n  portable Go on amd64, because there are few parameters: Norm, Clip, Scale, " +
		"sums and steps of GatedTeam, GatedSGD.Update\n"
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
