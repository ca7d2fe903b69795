package portable

import (
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/templates"
)

// dispatchSweep leaves a sweep without a result to its assembly where the machine can run it, its arrays and numbers
// being in variables.
func (pr *printer) dispatchSweep(s plan.Sweep, recv string, b *templates.Block) {
	if !pr.sweeps(s) {
		return
	}
	inner := b.IfAbove(pr.prefix+"Level", 0)
	inner.Do(pr.sweep(s, recv))
	inner.Stop()
}

// sweeps says whether a sweep has assembly.
func (pr *printer) sweeps(s plan.Sweep) bool {
	return pr.hasVector != nil && pr.hasVector(s.Function())
}

// sweep is a call of a sweep's assembly: o.vectorUpdate(ps, gs, &[2]float32{rate, weightdecay}).
func (pr *printer) sweep(s plan.Sweep, recv string, more ...templates.Value) templates.Value {
	var args []templates.Value
	for _, v := range s.Arrays {
		args = append(args, templates.Name(plan.SweptArray(v)))
	}
	if len(s.Numbers) > 0 {
		var numbers []templates.Value
		for _, v := range s.Numbers {
			numbers = append(numbers, templates.Name(string(v)))
		}
		args = append(args, templates.ArrayOf(SweptType(pr.p, s), numbers...))
	}
	if InParts(pr.p, s) {
		more = append(more, templates.Name("lo"), templates.Name("hi"))
	}
	return templates.CallMethod(recv, templates.VectorMethod(s.Name), append(args, more...)...)
}

// InParts says whether a sweep is of a range of the parameters: an update that a team shares out.
func InParts(p *plan.Program, s plan.Sweep) bool { return s.Type != plan.GradType && p.Spreads() }

// SweptType is the type of what a sweep computes.
func SweptType(p *plan.Program, s plan.Sweep) string {
	if s.Wide {
		return "float64"
	}
	return string(p.Network.Precision)
}

// squares is the body of norm, of which a sweep forms the sum.
func (pr *printer) squares(q templates.Squares, s plan.Sweep) *templates.Block {
	return q.Body(pr.prefix+"Level", pr.folding(s))
}

// largest is the body of largest, which a sweep finds.
func (pr *printer) largest(s plan.Sweep) *templates.Block {
	return templates.Largest(pr.prefix+"Level", pr.folding(s))
}

// folding is the call of a sweep that folds, nil where it has no assembly.
func (pr *printer) folding(s plan.Sweep) *templates.Value {
	if !pr.sweeps(s) {
		return nil
	}
	call := pr.sweep(s, "g", templates.Lanes())
	return &call
}
