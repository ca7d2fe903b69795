package plan

import (
	"fmt"
	"strings"
)

// String is the plan as text: buffers, then every function with its operations as equations.
func (p *Program) String() string {
	var s strings.Builder
	s.WriteString(p.BufferList())
	for _, f := range p.Funcs {
		if f.Batch {
			fmt.Fprintf(&s, "%s, %d samples at a time\n", f.Name, p.Block)
		} else {
			fmt.Fprintln(&s, f.Name)
		}
		for _, op := range f.Ops {
			fmt.Fprintf(&s, "  %s\n", op)
			for _, line := range stages(op) {
				fmt.Fprintf(&s, "    %s\n", line)
			}
		}
	}
	return s.String()
}

// BufferList lists the buffers, a line each.
func (p *Program) BufferList() string {
	var s strings.Builder
	fmt.Fprintln(&s, "buffers")
	for _, b := range p.Buffers {
		slot := ""
		if b.Kind == Scratch && b.Slot >= 0 {
			slot = fmt.Sprintf(", slot %d", b.Slot)
		}
		fmt.Fprintf(&s, "  %-12v %v%s\n", b, b.Kind, slot)
	}
	return s.String()
}

// stages are those of a Vector, a line each.
func stages(op Op) []string {
	if v, ok := op.(*Vector); ok {
		return v.Equations()
	}
	return nil
}
