package portable

import (
	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// dispatchSweep leaves a sweep without a result to its assembly where the machine can run it, its arrays and numbers
// being in variables.
func (pr *builder) dispatchSweep(s plan.Sweep, recv string, b *code.Block) {
	if !pr.sweeps(s) {
		return
	}
	inner := pr.ifVector(b, s.Function())
	inner.Do(pr.sweep(s, recv))
	inner.Return()
}

// sweeps says whether a sweep has assembly.
func (pr *builder) sweeps(s plan.Sweep) bool {
	return pr.o.Vector != nil && pr.o.Vector(s.Function())
}

// sweep is a call of a sweep's assembly: o.vectorUpdate(ps, gs, &[2]float32{rate, weightdecay}).
func (pr *builder) sweep(s plan.Sweep, recv string, more ...code.Expr) code.Expr {
	var args []code.Expr
	for _, v := range s.Arrays {
		args = append(args, code.V(plan.SweptArray(v)))
	}
	if len(s.Numbers) > 0 {
		var numbers []code.Expr
		for _, v := range s.Numbers {
			numbers = append(numbers, code.V(string(v)))
		}
		args = append(args, &code.Addr{X: &code.List{Elem: SweptKind(pr.p, s), Xs: numbers}})
	}
	if InParts(pr.p, s) {
		more = append(more, code.V("lo"), code.V("hi"))
	}
	pr.declareSweep(s, recv)
	return code.Method(code.V(recv), VectorMethod(s.Name), append(args, more...)...)
}

// declareSweep says what the method is that has a sweep's assembly.
func (pr *builder) declareSweep(s plan.Sweep, recv string) {
	r := pointer(recv, pr.name+s.Type)
	fn := &code.Func{Name: VectorMethod(s.Name), Recv: &r}
	param := func(name string, t code.Type) { fn.Params = append(fn.Params, code.Param{Name: name, Type: t}) }
	kind := code.Of(SweptKind(pr.p, s))
	for _, v := range s.Arrays {
		param(plan.SweptArray(v), pr.vectorOf("", pr.p.Network.Params()).Type)
	}
	if len(s.Numbers) > 0 {
		param("numbers", code.PointerTo(code.ArrayOf(kind, len(s.Numbers))))
	}
	if s.Fold != plan.NoFold {
		param("lanes", code.PointerTo(code.ArrayOf(kind, plan.FoldLanes)))
	}
	if InParts(pr.p, s) {
		param("lo", code.Of(code.Int))
		param("hi", code.Of(code.Int))
	}
	pr.elsewhere(fn)
}

// elsewhere notes a function that another file declares.
func (pr *builder) elsewhere(fn *code.Func) {
	for _, known := range pr.file.Elsewhere.Funcs {
		if known.Name == fn.Name && (known.Recv == nil && fn.Recv == nil || known.Recv != nil && fn.Recv != nil &&
			known.Recv.Type.Equal(fn.Recv.Type)) {
			return
		}
	}
	pr.file.Elsewhere.Funcs = append(pr.file.Elsewhere.Funcs, fn)
}

// InParts says whether a sweep is of a range of the parameters: what a team shares out.
func InParts(p *plan.Program, s plan.Sweep) bool {
	return s.Shared() || s.Type != plan.GradType && Spreads(p.Network)
}

// SweptKind is the kind of what a sweep computes.
func SweptKind(p *plan.Program, s plan.Sweep) code.Kind {
	if s.Wide {
		return code.Float64
	}
	return code.KindOf(string(p.Network.Precision))
}

// SpreadFrom is from how many parameters on the workers of a team share an update: fewer are done sooner than another
// worker is woken.
const SpreadFrom = 1 << 14

// Spreads says whether a network has optimizers whose updates a team shares out.
func Spreads(n spec.Network) bool { return len(n.Optimizers) > 0 && n.Params() >= SpreadFrom }
