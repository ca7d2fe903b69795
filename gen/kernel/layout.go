package kernel

import (
	"fmt"

	"github.com/backpropgen/backpropgen/gen/plan"
)

// Field is a field of an emitted struct and its offset as vector code has it, for the emitted Go to check. What is
// behind all fields has no name: its offset is the size of the struct.
type Field struct {
	Struct, Name string
	Offset       int
}

// DirectionField is the number at the end of a workspace that says which way to go through rows.
const DirectionField = "turn"

// Layout says where the buffers of a plan lie: in which argument, and how many bytes into it.
type Layout struct {
	at    map[*plan.Buffer]int
	where map[*plan.Buffer]string
	// Fields are the fields of structs that buffers are, and Params is how many bytes all parameters have.
	Fields []Field
	Params int
	// Scratch is where in the workspace those begin that are dead when a function returns, and ScratchEnd where they
	// end.
	Scratch, ScratchEnd int
	// Rows is the workspace's area for rows that functions repeat.
	Rows rowArea
	// Direction is the workspace's number that says which way to go through rows, where functions alternate, and Space
	// how many bytes a workspace has.
	Direction int
	Space     int
}

// NewLayout lays out the buffers of a plan; in alternating directions, if functions go through rows so.
func NewLayout(p *plan.Program, alternates bool) Layout {
	l := Layout{at: map[*plan.Buffer]int{}, where: map[*plan.Buffer]string{}}
	name, size := p.Network.Name, p.ElementBytes()
	put := func(arg, typ string, b *plan.Buffer, offset *int) {
		l.at[b], l.where[b] = *offset, arg
		if typ != "" {
			l.Fields = append(l.Fields, Field{typ, plan.FieldName(b), *offset})
			*offset += b.Len() * size
		}
	}
	var params, grads, space int
	gradient := func(arg string, offset *int, b *plan.Buffer) {
		put(arg, "", b, offset)
		*offset += b.Len() * size
	}
	var directions, curvatures int
	for layer := 1; layer <= p.Network.Depth(); layer++ {
		for _, k := range []plan.Kind{plan.Weight, plan.Bias} {
			if b := p.Find(k, layer); b != nil {
				put("p", name, b, &params)
			}
		}
		for _, g := range []struct {
			arg     string
			offset  *int
			weights plan.Kind
			biases  plan.Kind
		}{
			{"grad", &grads, plan.WeightGrad, plan.BiasGrad},
			{plan.VectorArg, &directions, plan.WeightDirection, plan.BiasDirection},
			{plan.HessianArg, &curvatures, plan.WeightCurvature, plan.BiasCurvature},
		} {
			for _, k := range []plan.Kind{g.weights, g.biases} {
				if b := p.Find(k, layer); b != nil {
					gradient(g.arg, g.offset, b)
				}
			}
		}
	}
	l.Params = params
	for _, b := range p.Buffers {
		switch b.Kind {
		case plan.Cache, plan.Delta:
			put("ws", name+"Workspace", b, &space)
		case plan.Input, plan.Target, plan.Rate, plan.Loss, plan.Direction, plan.Derived:
			zero := 0
			put(b.Name, "", b, &zero)
		}
	}
	l.Scratch = space
	for slot, n := range p.Slots {
		l.Fields = append(l.Fields, Field{name + "Workspace", fmt.Sprintf("scratch%d", slot), space})
		for _, b := range p.Buffers {
			if b.Kind == plan.Scratch && b.Slot == slot {
				offset := space
				put("ws", "", b, &offset)
			}
		}
		space += n * size
	}
	l.ScratchEnd = space
	for _, b := range p.Buffers { // whose others have their places now
		if b.View != nil {
			l.at[b], l.where[b] = l.at[b.View.Of], l.where[b.View.Of]
		}
	}
	if l.Rows = rowAreaOf(p); l.Rows.numbers > 0 {
		l.Rows.at = space
		l.Fields = append(l.Fields, Field{name + "Workspace", RowsField, space})
		space += l.Rows.numbers * size
	}
	if alternates {
		l.Direction = space
		l.Fields = append(l.Fields, Field{name + "Workspace", DirectionField, space})
		space += size
	}
	l.Space = space
	return l
}

// At is how many bytes into its argument a buffer begins, and In the name of that argument.
func (l *Layout) At(b *plan.Buffer) int    { return l.at[b] }
func (l *Layout) In(b *plan.Buffer) string { return l.where[b] }
