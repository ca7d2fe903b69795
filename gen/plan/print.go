package plan

import (
	"fmt"
	"strings"
)

// String is the plan as text: buffers, then every function with its operations as equations and, once split has run,
// their loops and parts.
func (p *Program) String() string {
	var s strings.Builder
	fmt.Fprintln(&s, "buffers")
	for _, b := range p.Buffers {
		slot := ""
		if b.Kind == Scratch && b.Slot >= 0 {
			slot = fmt.Sprintf(", slot %d", b.Slot)
		}
		fmt.Fprintf(&s, "  %-12v %v%s\n", b, b.Kind, slot)
	}
	seen := map[*Part]bool{}
	for _, f := range p.Funcs {
		if f.Batch {
			fmt.Fprintf(&s, "%s, %d samples at a time\n", f.Name, p.Block)
		} else {
			fmt.Fprintln(&s, f.Name)
		}
		if f.Parts == nil {
			for _, op := range f.Ops {
				fmt.Fprintf(&s, "  %s\n", op)
				printStages(&s, "    ", op)
			}
			continue
		}
		f.printParts(&s, seen)
	}
	return s.String()
}

// printParts writes the parts of a function between what is done once in a call; those in seen by their names alone.
func (f *Func) printParts(s *strings.Builder, seen map[*Part]bool) {
	printed := false
	for _, op := range f.Ops {
		if ScopeOf(op) == PerCall {
			fmt.Fprintf(s, "  %s\n", op)
		} else if !printed {
			printed = true
			for _, part := range f.Parts {
				printPart(s, part, seen[part])
				seen[part] = part.Name != ""
			}
		}
	}
}

// printPart writes the pieces of a part, those in a loop over samples below it.
func printPart(s *strings.Builder, part *Part, known bool) {
	indent := "  "
	if part.Name != "" {
		fmt.Fprintf(s, "  %s\n", part.Name)
		indent = "    "
	}
	if known {
		return
	}
	for _, piece := range part.Pieces {
		in := indent
		if piece.Nest == Begin {
			fmt.Fprintf(s, "%severy sample\n", indent)
		}
		if piece.Nest == Begin || piece.Nest == Continue {
			in += "  "
		}
		fmt.Fprintf(s, "%s%-60s  %s\n", in, piece.Op, loopText(piece))
		if piece.First() {
			printStages(s, in+"  ", piece.Op)
		}
	}
}

// printStages writes the stages of a Vector, a line each.
func printStages(s *strings.Builder, indent string, op Op) {
	if v, ok := op.(*Vector); ok {
		for _, line := range v.equations() {
			fmt.Fprintf(s, "%s%s\n", indent, line)
		}
	}
}

// loopText says how a piece runs over its results and terms.
func loopText(p Piece) string {
	text := func(segs []Segment) string {
		var parts []string
		for _, s := range segs {
			if s.Looped() {
				parts = append(parts, fmt.Sprintf("%d×%d", s.Trips, s.Size))
			} else {
				parts = append(parts, fmt.Sprint(s.Size))
			}
		}
		return strings.Join(parts, "+")
	}
	l := p.Op.Loop()
	if v, ok := p.Op.(*Vector); ok && v.Groups() == 1 {
		return "[" + text(l.Inner) + "]"
	}
	s := "[" + text(p.Outer)
	if l.Inner != nil {
		s += " by " + text(l.Inner)
	}
	if l.Lanes > 1 {
		s += fmt.Sprintf(", %d lanes", l.Lanes)
	}
	if p.Nest == Within {
		s += ", every sample within"
	}
	return s + "]"
}
