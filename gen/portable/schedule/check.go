package schedule

import (
	"errors"
	"fmt"
	"slices"

	"github.com/backpropgen/backpropgen/gen/plan"
)

// Check finds what would make a schedule compute something else than its plan: loops that miss or repeat an index or
// cut the lanes of an ordered sum, and parts that don't hold the operations of their functions.
func Check(s *Schedule) error {
	var errs []error
	for _, op := range s.Program.Ops() {
		if err := s.checkLoops(op); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", op, err))
		}
	}
	if len(errs) > 0 {
		return errors.Join(errs...) // parts are made of loops
	}
	for _, f := range s.Program.Funcs {
		if err := s.checkParts(f); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", f.Name, err))
		}
	}
	return errors.Join(errs...)
}

// checkLoops asks that the loops of an operation go over its results and terms.
func (s *Schedule) checkLoops(op plan.Op) error {
	l := s.loops[op]
	if l == nil {
		return errors.New("it has no loops")
	}
	switch o := op.(type) {
	case *plan.Affine:
		return errors.Join(checkRanges(l, o.W.Rows, o.W.Cols), checkLanes(o.Order, l, l.Inner))
	case *plan.BackAffine:
		err := errors.Join(checkRanges(l, o.W.Cols, o.W.Rows), checkLanes(o.Order, l, l.Inner))
		if o.Update != nil {
			err = errors.Join(err, s.checkLoops(o.Update))
		}
		return err
	case *plan.Outer:
		return checkRanges(l, o.GW.Rows, o.GW.Cols)
	case *plan.Update:
		return checkRanges(l, o.W.Rows, o.W.Cols)
	case *plan.OuterSum:
		err := checkRanges(l, o.GW.Cols, o.GW.Rows)
		if l.Biases != nil {
			err = errors.Join(err, checkSegments(l.Biases, o.GW.Rows))
		}
		return err
	case *plan.Clear:
		return nil
	case *plan.Descend:
		return checkRanges(l, o.N(), 0)
	case *plan.Unit:
		return checkRanges(l, o.Out.Len(), 0)
	case *plan.Map:
		return errors.Join(checkRanges(l, o.N, 0), checkLanes(o.Order, l, l.Outer))
	case *plan.Vector:
		return errors.Join(checkRanges(l, o.Groups(), o.Window), checkLanes(o.Order, l, l.Inner))
	default:
		return fmt.Errorf("unexpected operation %T", op)
	}
}

// checkRanges asks that the segments cover so many results and terms.
func checkRanges(l *Loops, outer, inner int) error {
	return errors.Join(checkSegments(l.Outer, outer), checkSegments(l.Inner, inner))
}

// checkSegments asks that segments cover 0…n−1 in order.
func checkSegments(segs []Segment, n int) error {
	next := 0
	for _, s := range segs {
		if s.Lo != next || s.Size < 1 || s.Trips < 1 {
			return fmt.Errorf("segment %+v does not continue at %d", s, next)
		}
		next = s.Hi()
	}
	if next != n {
		return fmt.Errorf("segments end at %d, not %d", next, n)
	}
	return nil
}

// checkLanes asks that a loop along the terms of an ordered sum takes whole rounds of the plan's lanes: the lane of a
// term of the body is then the same in every trip.
func checkLanes(o plan.Order, l *Loops, along []Segment) error {
	if !o.Ordered() {
		return nil
	}
	if l.Lanes != o.Lanes {
		return fmt.Errorf("a sum in %d lanes is formed in %d", o.Lanes, l.Lanes)
	}
	for _, s := range along {
		if s.Looped() && (s.Size%l.Lanes != 0 || s.Lo%l.Lanes != 0) {
			return fmt.Errorf("a loop over terms %d at a time, from %d on, takes no whole rounds of %d lanes",
				s.Size, s.Lo, l.Lanes)
		}
	}
	return nil
}

// checkParts asks that the parts of a function hold its operations in order and every operation whole: itself or pieces
// that together are its outer segments.
func (s *Schedule) checkParts(f *plan.Func) error {
	made := s.parts[f]
	if made == nil {
		return fmt.Errorf("it has no parts")
	}
	if err := s.checkHeld(f, made.Parts, f.BlockOps()); err != nil || f.Rows == nil {
		return err
	}
	return s.checkHeld(f, made.Rows, f.Rows.Ops)
}

// checkHeld is checkParts for some parts and the operations that they must hold.
func (s *Schedule) checkHeld(f *plan.Func, parts []*Part, ops []plan.Op) error {
	var pieces []Piece
	for _, part := range parts {
		if part.Batch != f.Batch {
			return fmt.Errorf("the part %s is for batches, or this function is, but not both", part.Name)
		}
		if err := checkNests(part); err != nil {
			return err
		}
		for _, piece := range part.Pieces {
			if piece.Call == nil {
				pieces = append(pieces, piece)
				continue
			}
			if !s.has(piece.Call) {
				return fmt.Errorf("it calls %s, which does something else", piece.Call.Name)
			}
			for _, op := range piece.Call.Ops {
				pieces = append(pieces, Piece{Op: op, Outer: s.loops[op].Outer})
			}
		}
	}
	for _, op := range ops { // the others are in the function itself, beside the loop over blocks
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
		if !slices.Equal(outer, s.loops[op].Outer) {
			return fmt.Errorf("parts hold segments %v of %s, not %v", outer, op, s.loops[op].Outer)
		}
	}
	if len(pieces) > 0 {
		return fmt.Errorf("parts hold %s, which the function does not", pieces[0].Op)
	}
	return nil
}

// has says whether the function that a call names consists of the operations of the call.
func (s *Schedule) has(c *Call) bool {
	for _, f := range s.Program.Funcs {
		if f.Batch {
			continue
		}
		if c.API && f.Name == c.Name {
			return f.Rows == nil && slices.Equal(f.Ops, c.Ops)
		}
		for _, part := range s.parts[f].Parts {
			if !c.API && part.Name == c.Name {
				ops, whole := s.wholeOps(part)
				return whole && slices.Equal(ops, c.Ops)
			}
		}
	}
	return false
}

// checkNests asks that every operation of the samples stands in a loop over them, in batch functions alone.
func checkNests(part *Part) error {
	inside := false
	for _, piece := range part.Pieces {
		looped, op := piece.Nest != Unnested, piece.Ops()[0]
		if want := part.Batch && plan.ScopeOf(op) == plan.PerSample; looped != want {
			return fmt.Errorf("%s stands in a loop over samples: %t, want %t", op, looped, want)
		}
		if piece.Nest == Continue && !inside {
			return fmt.Errorf("%s goes on in a loop over samples that has not begun", op)
		}
		inside = piece.Nest == Begin || piece.Nest == Continue
		if _, weights := plan.WeightsOf(op); piece.Nest == Within && (!weights || piece.Call != nil) {
			return fmt.Errorf("%s has no weights to read for all samples", op)
		}
	}
	return nil
}
