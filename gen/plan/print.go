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
		fmt.Fprintln(&s, f.Name)
		if f.Parts == nil {
			for _, op := range f.Ops {
				fmt.Fprintf(&s, "  %s\n", op)
			}
			continue
		}
		for _, part := range f.Parts {
			indent := "  "
			if part.Name != "" {
				fmt.Fprintf(&s, "  %s\n", part.Name)
				indent = "    "
				if seen[part] {
					continue
				}
				seen[part] = true
			}
			for _, piece := range part.Pieces {
				fmt.Fprintf(&s, "%s%-60s  %s\n", indent, piece.Op, loopText(piece))
			}
		}
	}
	return s.String()
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
	return s + "]"
}
