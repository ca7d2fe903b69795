package plan

import (
	"fmt"
	"slices"
)

// checkParts asks that the parts, once split has made them, hold the operations in order and every
// operation whole: itself or pieces that together are its outer segments.
func checkParts(f *Func) error {
	if f.Parts == nil {
		return nil
	}
	var pieces []Piece
	for _, part := range f.Parts {
		if part.Batch != f.Batch {
			return fmt.Errorf("the part %s is of something else", part.Name)
		}
		if err := checkNests(part); err != nil {
			return err
		}
		pieces = append(pieces, part.Pieces...)
	}
	for _, op := range f.Ops {
		if ScopeOf(op) == PerCall {
			continue // in the function itself, beside the loop over blocks
		}
		var outer []Segment
		cuts := 0
		for len(pieces) > 0 && pieces[0].Op == op {
			cuts++
			outer = append(outer, pieces[0].Outer...)
			pieces = pieces[1:]
		}
		if cuts > 1 && summing(op) {
			return fmt.Errorf("the sum of %s is cut in %d", op, cuts)
		}
		if !slices.Equal(outer, op.Loop().Outer) {
			return fmt.Errorf("parts hold segments %v of %s, not %v", outer, op, op.Loop().Outer)
		}
	}
	if len(pieces) > 0 {
		return fmt.Errorf("parts hold %s, which the function does not", pieces[0].Op)
	}
	return nil
}

// checkNests asks that every operation of the samples stands in a loop over them, in batch functions alone.
func checkNests(part *Part) error {
	inside := false
	for _, piece := range part.Pieces {
		looped := piece.Nest != Unnested
		if want := part.Batch && ScopeOf(piece.Op) == PerSample; looped != want {
			return fmt.Errorf("%s stands in a loop over samples: %t, want %t", piece.Op, looped, want)
		}
		if piece.Nest == Continue && !inside {
			return fmt.Errorf("%s goes on in a loop over samples that has not begun", piece.Op)
		}
		inside = piece.Nest == Begin || piece.Nest == Continue
		if _, weights := weightsOf(piece.Op); piece.Nest == Within && !weights {
			return fmt.Errorf("%s has no weights to read for all samples", piece.Op)
		}
	}
	return nil
}
