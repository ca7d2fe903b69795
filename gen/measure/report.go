package measure

import (
	"fmt"
	"slices"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/gen/measure/harness"
	"github.com/backpropgen/backpropgen/spec"
)

// Report is what was measured of a network.
type Report struct {
	Network spec.Network
	// Machine is what was measured on. Core is the model of gen.Cores() that predicts for it, by its place there, and
	// Known says that it is one of these; else Core stands for it.
	Machine   harness.Machine
	Core      int
	Known     bool
	Functions []Function
	// Samples is how many samples there are of each variant, those of which there are fewest and most.
	Samples [2]int
}

// Function is what was measured of a function.
type Function struct {
	Name     string
	Batch    bool // times are of a sample
	Variants []Variant
	// Plain is what plain loops take that go over the parameters, and over the gradient, as the function does, in ns; 0
	// where there are none.
	Plain float64
}

// Variant is what was measured of a code of a function.
type Variant struct {
	Name string
	// Predicted is what it was predicted to take, in cycles and in ns, 0 where that is not known, and Least what it
	// took, in ns. Spread is by how much the median of all samples is above that, in percent.
	Cycles, Predicted, Least, Spread float64
	// Runs says that it is what runs on such a machine.
	Runs bool
}

// newReport sorts results by functions.
func newReport(n spec.Network, tasks []task, line harness.Line) (*Report, error) {
	r := &Report{Network: n, Machine: *line.Machine}
	r.Core, r.Known = coreOf(r.Machine)
	for _, result := range line.Results {
		if result.ID < 0 || result.ID >= len(tasks) {
			return nil, fmt.Errorf("the program that measures speaks of variant %d, and there are %d", result.ID,
				len(tasks))
		}
		of := tasks[result.ID]
		if r.Samples[0] == 0 || result.Samples < r.Samples[0] {
			r.Samples[0] = result.Samples
		}
		r.Samples[1] = max(r.Samples[1], result.Samples)
		i := slices.IndexFunc(r.Functions, func(f Function) bool { return f.Name == of.Title() })
		if i < 0 {
			i = len(r.Functions)
			r.Functions = append(r.Functions, Function{Name: of.Title(), Batch: of.Batch})
		}
		f := &r.Functions[i]
		if of.plain {
			if f.Plain == 0 || result.Least < f.Plain {
				f.Plain = result.Least
			}
			continue
		}
		v := Variant{Name: of.Variant, Least: result.Least, Runs: r.runs(of.TrialCode)}
		v.Spread = 100 * (result.Median/result.Least - 1)
		if of.Cycles != nil {
			v.Cycles = of.Cycles[r.Core]
			if r.Machine.Cycles > 0 {
				v.Predicted = v.Cycles / r.Machine.Cycles
			}
		}
		f.Variants = append(f.Variants, v)
	}
	return r, nil
}

// runs says whether a code is what runs on this machine.
func (r *Report) runs(code gen.TrialCode) bool {
	if !r.Known && runnable(gen.NeedsAVX512) {
		return code.Unknown
	}
	if !runnable(gen.NeedsAVX2) {
		return code.Variant == gen.PortableCode
	}
	return code.Runs[r.Core]
}

// coreOf finds the model of this machine, or one that stands for it: of those without AVX-512 the first, of others the
// last.
func coreOf(m harness.Machine) (place int, known bool) {
	list := gen.Cores()
	if !runnable(gen.NeedsAVX512) {
		return slices.IndexFunc(list, func(c gen.Core) bool { return !c.Wide }), true
	}
	i := slices.IndexFunc(list, func(c gen.Core) bool { return c.Is(m.Maker, m.Family, m.Model) })
	if i < 0 {
		return len(list) - 1, false
	}
	return i, true
}

// Chosen is the variant that runs, and Best the one that was measured to take least.
func (f Function) Chosen() (v Variant, ok bool) {
	i := slices.IndexFunc(f.Variants, func(v Variant) bool { return v.Runs })
	if i < 0 {
		return Variant{}, false
	}
	return f.Variants[i], true
}

// Best is the variant that was measured to take least.
func (f Function) Best() Variant {
	return slices.MinFunc(f.Variants, func(a, b Variant) int {
		if a.Least < b.Least {
			return -1
		}
		return 1
	})
}

// Lost is by how much the variant that runs takes longer than the best, in percent.
func (f Function) Lost() float64 {
	chosen, ok := f.Chosen()
	if !ok {
		return 0
	}
	return 100 * (chosen.Least/f.Best().Least - 1)
}

// Tolerance is by how many percent the variant that runs may take longer than the best before the choice counts as
// wrong: less than what measuring again can tell is no mistake.
const Tolerance = 5
