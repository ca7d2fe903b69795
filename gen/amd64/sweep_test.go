package amd64

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/mmcloughlin/avo/ir"

	"github.com/backpropgen/backpropgen/gen/amd64/cores"
	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/kernel/idiom"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// TestSweepOfAnything writes a sweep that no optimizer has yet, with three states, more numbers than there is room for
// in registers, comparisons and elementary functions: a new optimizer must need no vector code.
func TestSweepOfAnything(t *testing.T) {
	s := plan.Sweep{Type: "New", Name: "Update", Arrays: []expr.Var{expr.P, expr.G, "m", "v", "s"}}
	sum := expr.Expr(expr.G)
	for i := range 20 {
		v := expr.Var(fmt.Sprintf("k%d", i))
		s.Numbers = append(s.Numbers, v)
		sum = expr.Add(expr.Mul(v, sum), v)
	}
	s.Sets = []expr.Let{
		{Name: "e", Value: sum},
		{Name: "m", Value: expr.Max(expr.Mul(expr.Var("k0"), expr.Var("m")), expr.Var("e"))},
		{Name: "v", Value: expr.Add(expr.Tanh(expr.Var("m")), expr.Exp(expr.Var("v")))},
		{Name: "s", Value: expr.Div(expr.Var("s"), expr.Add(expr.Sqrt(expr.Var("v")), expr.Number(0.25)))},
		{Name: expr.P, Value: expr.Sub(expr.P, expr.Min(expr.Var("s"), expr.Var("m")))},
	}
	for _, size := range []int{4, 8} {
		for _, strict := range []bool{false, true} {
			f := assembly.NewFile(&assembly.Common{Symbol: "c",
				Kernel: kernel.Common{Sources: idiom.NewSources(), Strict: strict}})
			var codes []oneCode
			for _, l := range isa.Levels {
				fn, err := assembly.NewSweep(f, machineOf(l, size), s)
				if err != nil {
					t.Fatalf("%s, %d bytes, strict %t: %v", l, size, strict, err)
				}
				codes = append(codes, oneCode{assembledOf(fn), l, int(l)})
			}
			fn, err := join("net", "NewUpdate", codes)
			if err != nil {
				t.Fatal(err)
			}
			out := ir.NewFile()
			out.Constraints = constraints()
			out.AddSection(fn)
			text := assemblyText(t, f, out)
			if err := isa.Lint(text, constraint, strict); err != nil {
				t.Errorf("%d bytes, strict %t: %v", size, strict, err)
			}
		}
	}
}

// TestSweepChoices reads what sweeps begin with: those that convert between float32 and float64 run the code of
// AVX2 on cores that take 512 bits in two halves, all others that of AVX-512 on all cores that have it.
func TestSweepChoices(t *testing.T) {
	n := spec.Network{Name: "Net", Input: 9, Layers: []spec.Layer{{Dense: 9}}, Cost: spec.Function{Name: "mse"}}
	_, a := assembled(t, n.WithDefaults())
	text, err := a.Print(assembly.Options{Package: "p", Prefix: "net"})
	if err != nil {
		t.Fatal(err)
	}
	all := 0
	for _, k := range a.Kinds()[1:] {
		all |= k.Level
	}
	for _, k := range a.Kinds()[1:] {
		for _, c := range k.Cores {
			for _, s := range a.swept.Written() {
				entry := regexp.MustCompile(`TEXT ·net` + s.Function() + `\(SB\).*\n(?:\tMOVQ .*\n)*\tTESTQ +\$(0x\w+),`)
				found := entry.FindSubmatch(text)
				if found == nil {
					t.Fatalf("%s does not ask for the level", s.Function())
				}
				levels, _ := strconv.ParseInt(string(found[1]), 0, 64)
				want := cores.All[c].Whole() || !s.Wide
				if got := int(levels)&k.Level != 0; got != want || int(levels)&^all != 0 {
					t.Errorf("%s with AVX-512 on %s: %t", s.Function(), cores.All[c].Title, got)
				}
			}
		}
	}
}

// TestFewElements: a sweep over few elements has no loop, and code for AVX-512 only where that is predicted to be
// faster; of many it has both.
func TestFewElements(t *testing.T) {
	none, some := 0, 0
	for _, input := range []int{12, 15, 40} {
		n := spec.Network{Name: "Net", Input: input, Layers: []spec.Layer{{Dense: 1}}, Cost: spec.Function{Name: "mse"},
			Optimizers: []spec.Optimizer{spec.RMSprop, spec.Adam}}
		p := compiledNetwork(t, n)
		a, err := New(p, Config{})
		if err != nil {
			t.Fatal(err)
		}
		text, err := a.Print(assembly.Options{Package: "p", Prefix: "net"})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range a.swept {
			if s.Missing != "" {
				continue
			}
			_, body, _ := strings.Cut(string(text), "TEXT ·net"+s.Function()+"(SB)")
			body, _, _ = strings.Cut(body, "\nTEXT ")
			codes := strings.Split(body, "\nwide:\n")
			if len(codes) != len(sweepChoice(s).Emitted) || input == 40 && len(codes) == 1 {
				t.Errorf("%d inputs: %s has %d codes, %d were chosen", input, s.Function(), len(codes),
					len(sweepChoice(s).Emitted))
			}
			for i, code := range codes {
				if looped := strings.Contains(strings.ReplaceAll(code, "\tJNE wide", ""), "\tJ"); looped != (input == 40) {
					t.Errorf("%d inputs: code %d of %s has a loop: %t", input, i, s.Function(), looped)
				}
			}
			if len(codes) == 1 {
				none++
			} else {
				some++
			}
		}
	}
	if none == 0 || some == 0 {
		t.Errorf("%d sweeps have code for AVX2 alone, %d for AVX-512 as well: nothing is chosen", none, some)
	}
}

// TestStoresOfSweeps: a round stores what it has made of a vector before it reads the next one.
func TestStoresOfSweeps(t *testing.T) {
	s := plan.GradientSweeps(spec.Float32)[2]
	for _, l := range isa.Levels {
		f := assembly.NewFile(&assembly.Common{Symbol: "c", Kernel: kernel.Common{Sources: idiom.NewSources()}})
		fn, err := assembly.NewSweep(f, machineOf(l, 4), s)
		if err != nil {
			t.Fatal(err)
		}
		out := ir.NewFile()
		out.Constraints = constraints()
		out.AddSection(assembledOf(fn))
		round := regexp.MustCompile(`(?s)several:(.*)JGE +several`).FindSubmatch(assemblyText(t, f, out))
		if round == nil {
			t.Fatalf("%s: no loop over several vectors", l)
		}
		order := regexp.MustCompile(`VMULPS|VMOVUPS`).FindAllString(string(round[1]), -1)
		if got, want := strings.Join(order, " "), strings.Repeat("VMULPS VMOVUPS ", 4); got+" " != want {
			t.Errorf("%s: %s", l, got)
		}
	}
}

// TestSweepPredictions: models run the loops of sweeps as often as a core does, whatever the number of elements, so
// that the sweep of Scale stores each element once. In the first cache twice as many take about twice as long.
func TestSweepPredictions(t *testing.T) {
	s := plan.GradientSweeps(spec.Float32)[2]
	stored := regexp.MustCompile(`^V\w+ Y\d+ (0x\w+)$`)
	for _, l := range isa.Levels {
		f := assembly.NewFile(&assembly.Common{Symbol: "c", Kernel: kernel.Common{Sources: idiom.NewSources()}})
		sweep, err := assembly.NewSweep(f, machineOf(l, 4), s)
		if err != nil {
			t.Fatal(err)
		}
		fn := assembledOf(sweep)
		for _, n := range []int{8, 16, 40, 1000, 4808} {
			if l != isa.AVX2 {
				break // the last elements go with a mask, which is not told
			}
			at := map[string]bool{}
			for _, line := range cores.Executed(fn, map[string]int{kernel.SweptLength: n}) {
				if m := stored.FindStringSubmatch(line); m != nil {
					at[m[1]] = true
				}
			}
			if len(at) != n/8 {
				t.Errorf("of %d elements %d vectors are stored", n, len(at))
			}
		}
		for i, c := range cores.All {
			once, twice := 0, 0
			for elements, cycles := range map[int]*int{6000: &once, 12000: &twice} {
				*cycles = cyclesByCore(l, []*cores.Program{cores.Read(fn)},
					func(*cores.Core) (none cores.Kept) { return none }, 0,
					map[string]int{kernel.SweptLength: elements})[i]
			}
			if c.Wide || l == isa.AVX2 {
				if twice < 19*once/10 || twice > 21*once/10 || once < 6000/32 {
					t.Errorf("%s, %s: %d cycles for 6000 elements, %d for twice as many", l, c.Title, once, twice)
				}
			}
		}
	}
}
