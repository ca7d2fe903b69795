package amd64

import (
	"github.com/backpropgen/backpropgen/gen/amd64/isa"
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

// chooseTiling finds the tiling whose batches are predicted to take the least at the highest level.
func (a *Assembly) chooseTiling() (kernel.Tiling, error) {
	tilings := Tilings(a.p)
	best, least := tilings[0], 0.0
	if len(tilings) == 1 {
		return best, nil
	}
	highest := isa.Levels[len(isa.Levels)-1:]
	forms := a.batchForms(highest, tilings...)
	a.allow(len(forms))
	if err := a.predict(forms...); err != nil {
		return kernel.Tiling{}, err
	}
	if a.tooLong(forms...) {
		return best, nil
	}
	for i, tiling := range tilings {
		predicted, err := a.PredictBatches(highest, tiling)
		if err != nil {
			return kernel.Tiling{}, err
		}
		total := 0.0
		for _, c := range predicted {
			total += c.Cycles[0]
		}
		if i == 0 || 100*total < (100-wideMargin)*least {
			best, least = tiling, total
		}
	}
	return best, nil
}

// straightBatches says whether all products of a network are written without loops in rows of two registers.
func straightBatches(p *plan.Program) bool {
	batches := false
	for _, fn := range p.Funcs {
		batches = batches || fn.Batch && Missing(p, fn) == ""
	}
	for _, b := range p.Buffers {
		if b.Kind == plan.Weight && 2*b.Len() > kernel.StraightProducts {
			return false
		}
	}
	return batches
}

// BatchCycles are how many cycles the assembly of a batch function is predicted to take for a sample, at some levels.
type BatchCycles struct {
	Function string
	Cycles   []float64
}

// batchForms are the codes of the batch functions whose time is predicted.
func (a *Assembly) batchForms(levels []isa.Level, tilings ...kernel.Tiling) (forms []form) {
	for _, tiling := range tilings {
		for _, name := range []string{plan.ForwardBatch, plan.GradBatch} {
			if fn := a.p.Func(name); fn != nil && a.Missing(name) == "" {
				for _, l := range levels {
					forms = append(forms, a.batchForm(fn, l, tiling))
				}
			}
		}
	}
	return forms
}

// PredictBatches predicts what batches take with a tiling, as many samples as one call of the assembly takes. It has
// nothing to say of a tiling whose code is too long.
func (a *Assembly) PredictBatches(levels []isa.Level, tiling kernel.Tiling) ([]BatchCycles, error) {
	forms := a.batchForms(levels, tiling)
	if err := a.predict(forms...); err != nil {
		return nil, err
	}
	if a.tooLong(forms...) {
		return nil, nil // it was not chosen for that
	}
	lay := kernel.NewTileLayout(a.p, tiling)
	var predictions []BatchCycles
	for i, f := range forms {
		if i%len(levels) == 0 {
			predictions = append(predictions, BatchCycles{Function: f.function})
		}
		c := &predictions[len(predictions)-1]
		c.Cycles = append(c.Cycles, float64(a.code[f].cycles)/float64(lay.Tiles*lay.Samples))
	}
	return predictions, nil
}
