package amd64

import (
	"slices"

	"github.com/backpropgen/backpropgen/gen/amd64/cores"
	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// styles are those in which a function has code of its own at a level, the standard one first and last those that are
// only measured.
func (a *Assembly) styles(fn *plan.Func, l isa.Level) []kernel.Style {
	styles := a.chosenStyles(fn, l)
	if a.config.Tried && a.p.Network.Rounding != spec.RoundingStrict && !assembly.Deep(a.p.Network) {
		styles = append(styles, kernel.Measured...)
	}
	return styles
}

// chosenStyles are those among which is chosen.
func (a *Assembly) chosenStyles(fn *plan.Func, l isa.Level) []kernel.Style {
	p, m := a.p, a.machine(l)
	styles := []kernel.Style{kernel.Standard}
	if p.Network.Rounding == spec.RoundingStrict || assembly.Deep(p.Network) {
		return styles
	}
	matrices := slices.DeleteFunc(slices.Clone(p.Buffers), func(b *plan.Buffer) bool { return b.Kind != plan.Weight })
	packed := func(w *plan.Buffer) bool { return kernel.Packs(m.Kernel(), w) }
	if slices.ContainsFunc(matrices, packed) {
		styles = append(styles, kernel.Apart)
	}
	if slices.ContainsFunc(fn.Ops, func(op plan.Op) bool {
		affine, ok := op.(*plan.Affine)
		return ok && kernel.Halves(m.Kernel(), affine.W)
	}) {
		styles = append(styles, kernel.Style{ByHalves: true})
	}
	also := func(change func(s *kernel.Style)) {
		for _, s := range slices.Clone(styles) {
			change(&s)
			styles = append(styles, s)
		}
	}
	if m.Kernel().Separate && movesMatrices(fn) {
		also(func(s *kernel.Style) { s.Separate = true })
	}
	if l < isa.AVX512 {
		return styles
	}
	if writesMatrices(fn) {
		also(func(s *kernel.Style) { s.Whole = true })
	}
	if a.fetches(fn) {
		for _, s := range slices.Clone(styles) {
			if s.Fetched = true; s.Whole {
				styles = append(styles, s)
			}
		}
	}
	// the only core that is known to prefer it
	if plan.SignatureOf(fn.Name).Derivative == "" && p.MatrixBytes(fn) > cores.Zen5.FirstCache {
		for _, s := range slices.Clone(styles) {
			if s.InOrder = true; !s.Fetched {
				styles = append(styles, s)
			}
		}
	}
	return styles
}

// fetches says whether it may pay to fetch lines before they are written (fetch.go): where a function writes gradients
// that leave the first cache and whose rows begin anywhere in a line.
func (a *Assembly) fetches(fn *plan.Func) bool {
	return a.p.MatrixBytes(fn) > cores.GoldenCove.FirstCache && slices.ContainsFunc(fn.All(), func(op plan.Op) bool {
		outer, ok := op.(*plan.Outer)
		return ok && outer.GW.Rows > 1 && outer.GW.Cols*a.p.ElementBytes()%kernel.LineBytes != 0
	})
}

// movesMatrices says whether a function moves weights by products.
func movesMatrices(fn *plan.Func) bool {
	return slices.ContainsFunc(fn.All(), func(op plan.Op) bool {
		back, fused := op.(*plan.BackAffine)
		_, apart := op.(*plan.Update)
		return apart || fused && back.Update != nil
	})
}

// writesMatrices says whether a function writes gradients or weights.
func writesMatrices(fn *plan.Func) bool {
	return slices.ContainsFunc(fn.All(), func(op plan.Op) bool {
		switch op := op.(type) {
		case *plan.Outer, *plan.Update:
			return true
		case *plan.BackAffine:
			return op.Update != nil
		}
		return false
	})
}
