package amd64

import (
	"github.com/backpropgen/backpropgen/gen/amd64/cores"
	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// Tilings are those that a network may have: of one that is too large for straight code rows have one register, and so
// they do where sums are ordered, whose functions have many independent operations as it is.
func Tilings(p *plan.Program) []kernel.Tiling {
	if p.Network.Rounding != spec.RoundingStrict && straightBatches(p) {
		return []kernel.Tiling{{Row: kernel.LineBytes}, {Row: 2 * kernel.LineBytes}}
	}
	return []kernel.Tiling{{Row: kernel.LineBytes}}
}

// wideMargin is how many cycles in a hundred wider rows must spare, for batches fill them up less often.
const wideMargin = 2

// chooseTiling finds the tiling whose batches are predicted to take the least with the code of AVX-512, on the average
// of cores beside the first tiling.
func (a *Assembly) chooseTiling() (kernel.Tiling, error) {
	tilings := Tilings(a.p)
	best, least := tilings[0], 0.0
	if len(tilings) == 1 {
		return best, nil
	}
	forms := a.batchForms(isa.Levels[len(isa.Levels)-1:], tilings...)
	a.allow(len(forms))
	if err := a.predict(forms...); err != nil {
		return kernel.Tiling{}, err
	}
	if a.tooLong(forms...) {
		return best, nil
	}
	var first []float64 // what the first tiling takes on each core
	for _, tiling := range tilings {
		predicted, err := a.PredictLevel(isa.AVX512, tiling)
		if err != nil {
			return kernel.Tiling{}, err
		}
		totals := make([]float64, len(cores.All))
		for _, c := range predicted {
			for k, cycles := range c.Cycles {
				totals[k] += cycles
			}
		}
		if first == nil {
			first = totals
		}
		takes, wide := 0.0, 0.0
		for k, c := range cores.All {
			if c.Wide {
				takes, wide = takes+100*totals[k]/first[k], wide+1
			}
		}
		if takes /= wide; least == 0 || takes < (100-wideMargin)*least/100 {
			best, least = tiling, takes
		}
	}
	return best, nil
}

// straightBatches says whether all products of a network are written without loops in rows of two registers.
func straightBatches(p *plan.Program) bool {
	batches := false
	for _, fn := range p.Funcs {
		batches = batches || fn.Batch && assembly.Missing(p, fn) == ""
	}
	for _, b := range p.Buffers {
		if b.Kind == plan.Weight && 2*b.Len() > kernel.StraightProducts {
			return false
		}
	}
	return batches
}

// BatchCycles are how many cycles the assembly of a batch function is predicted to take for a sample, on each core of
// cores.All.
type BatchCycles struct {
	Function string
	Cycles   []float64
}

// batchForms are the codes of the batch functions whose time is predicted: of those by which tilings are chosen, and
// where all that is tried is emitted, of all.
func (a *Assembly) batchForms(levels []isa.Level, tilings ...kernel.Tiling) (forms []form) {
	for _, tiling := range tilings {
		names := []string{plan.ForwardBatch, plan.GradBatch}
		if a.config.Tried {
			names = append(names, plan.LossBatch, plan.StepBatch, plan.InputGradBatch, plan.LossBatchWeighted,
				plan.GradBatchWeighted, plan.StepBatchWeighted)
		}
		for _, name := range names {
			if fn := a.p.Func(name); fn != nil && a.Missing(name) == "" {
				for _, l := range levels {
					forms = append(forms, a.batchForm(fn, l, tiling))
				}
			}
		}
	}
	return forms
}

// PredictBatches predicts what batches take with a tiling, as many samples as one call of the assembly takes, on every
// core with the code of its level. It has nothing to say of a tiling whose code is too long.
func (a *Assembly) PredictBatches(tiling kernel.Tiling) ([]BatchCycles, error) {
	narrow, err := a.PredictLevel(isa.AVX2, tiling)
	if err != nil {
		return nil, err
	}
	wide, err := a.PredictLevel(isa.AVX512, tiling)
	if err != nil || narrow == nil {
		return nil, err
	}
	for i := range wide {
		for k, c := range cores.All {
			if !c.Wide {
				wide[i].Cycles[k] = narrow[i].Cycles[k]
			}
		}
	}
	return wide, nil
}

// PredictLevel predicts what they take with the code of a level.
func (a *Assembly) PredictLevel(l isa.Level, tiling kernel.Tiling) (predictions []BatchCycles, err error) {
	forms := a.batchForms([]isa.Level{l}, tiling)
	if err := a.predict(forms...); err != nil {
		return nil, err
	}
	if a.tooLong(forms...) {
		return nil, nil // it was not chosen for that
	}
	lay := kernel.NewTileLayout(a.p, tiling)
	for _, f := range forms {
		c := BatchCycles{Function: f.function}
		for _, cycles := range a.code[f].cycles {
			c.Cycles = append(c.Cycles, float64(cycles)/float64(lay.Tiles*lay.Samples))
		}
		predictions = append(predictions, c)
	}
	return predictions, nil
}
