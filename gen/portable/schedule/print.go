package schedule

import (
	"fmt"
	"strings"

	"github.com/backpropgen/backpropgen/gen/plan"
)

// String is the schedule as text: the plan's buffers, then every function with its parts, and their operations with
// their loops.
func (s *Schedule) String() string {
	var b strings.Builder
	b.WriteString(s.Program.BufferList())
	seen := map[*Part]bool{}
	rows := func(f *plan.Func) {
		if f.Rows == nil {
			return
		}
		fmt.Fprintf(&b, "  every k of %d\n", f.Rows.N)
		for _, part := range s.parts[f].Rows {
			s.printPart(&b, part, false)
		}
	}
	for _, f := range s.Program.Funcs {
		if f.Batch {
			fmt.Fprintf(&b, "%s, %d samples at a time\n", f.Name, s.Program.Block)
		} else {
			fmt.Fprintln(&b, f.Name)
		}
		printed := false
		for _, op := range f.Ops {
			if plan.ScopeOf(op) == plan.PerCall {
				fmt.Fprintf(&b, "  %s\n", op)
			} else if !printed {
				printed = true
				for _, part := range s.parts[f].Parts {
					s.printPart(&b, part, seen[part])
					seen[part] = part.Name != ""
				}
			}
		}
		rows(f)
		if f.Each != "" {
			fmt.Fprintf(&b, "  every sample by %s\n", f.Each)
		}
	}
	return b.String()
}

// printPart writes the pieces of a part, those in a loop over samples below it; of a known one the name alone.
func (s *Schedule) printPart(b *strings.Builder, part *Part, known bool) {
	indent := "  "
	if part.Name != "" {
		fmt.Fprintf(b, "  %s\n", part.Name)
		indent = "    "
	}
	if known {
		return
	}
	for _, piece := range part.Pieces {
		in := indent
		if piece.Nest == Begin {
			fmt.Fprintf(b, "%severy sample\n", indent)
		}
		if piece.Nest == Begin || piece.Nest == Continue {
			in += "  "
		}
		if piece.Call != nil {
			fmt.Fprintf(b, "%s%s\n", in, piece.Call.Name)
			continue
		}
		fmt.Fprintf(b, "%s%-60s  %s\n", in, piece.Op, s.loopText(piece))
		if v, ok := piece.Op.(*plan.Vector); ok && piece.First() {
			for _, line := range v.Equations() {
				fmt.Fprintf(b, "%s  %s\n", in, line)
			}
		}
	}
}

// loopText says how a piece runs over its results and terms.
func (s *Schedule) loopText(p Piece) string {
	text := func(segs []Segment) string {
		var parts []string
		for _, seg := range segs {
			if seg.Looped() {
				parts = append(parts, fmt.Sprintf("%d×%d", seg.Trips, seg.Size))
			} else {
				parts = append(parts, fmt.Sprint(seg.Size))
			}
		}
		return strings.Join(parts, "+")
	}
	l := s.loops[p.Op]
	if v, ok := p.Op.(*plan.Vector); ok && v.Groups() == 1 {
		return "[" + text(l.Inner) + "]"
	}
	t := "[" + text(p.Outer)
	if l.Inner != nil {
		t += " by " + text(l.Inner)
	}
	if l.Lanes > 1 {
		t += fmt.Sprintf(", %d lanes", l.Lanes)
	}
	if p.Nest == Within {
		t += ", every sample within"
	}
	return t + "]"
}
