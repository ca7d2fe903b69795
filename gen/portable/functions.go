package portable

import (
	"fmt"
	"slices"

	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/portable/schedule"
)

var functionDocs = map[string]string{
	plan.Forward: "Forward computes ŷ from x and returns it. The result lies in ws, valid until the next call with " +
		"ws.\nAn output is NaN if it depends on a NaN in x or in a parameter. Infinite ones may make it NaN as well: " +
		"Inf - Inf and\n0*Inf are NaN.",
	plan.LossOnly: "Loss computes ŷ from x and returns the cost of ŷ against y.",
	plan.Backward: "Backward computes the gradient of the loss with respect to every parameter, overwriting g, and " +
		"returns the loss. It\nfollows Forward with the same ws, x and parameters.",
	plan.Grad: "Grad is Forward and Backward in one call: it overwrites g with the gradient of the loss and " +
		"returns the loss.",
	plan.Step: "Step takes one step of gradient descent, p -= rate*∇L, and returns the loss before it. It stores no " +
		"gradient of\na parameter, and reads every weight before it writes it. ŷ in ws is that of the parameters before " +
		"the step.",
}

func (pr *builder) param(name string) code.Param {
	if p, ok := pr.derivedParam(name); ok {
		return p
	}
	switch width := plan.ArgWidth(pr.p.Network, name); {
	case name == plan.WorkspaceArg:
		return pointer(name, pr.name+"Workspace")
	case name == plan.BatchArg:
		return pointer(name, pr.name+"Batch")
	case name == plan.GradArg:
		return pointer(name, pr.gradType())
	case name == plan.WeightsArg:
		return code.Param{Name: name, Type: code.SliceOf(code.Of(pr.kind))}
	case plan.Sliced(name):
		return code.Param{Name: name, Type: code.SliceOf(code.ArrayOf(code.Of(pr.kind), width))}
	case width > 0:
		return pr.vectorOf(name, width)
	}
	return code.Param{Name: name, Type: code.Of(pr.kind)}
}

// pointer is a parameter that points to a struct.
func pointer(name, typ string) code.Param {
	return code.Param{Name: name, Type: code.PointerTo(code.StructType(typ))}
}

// vectorOf is a parameter that points to n numbers.
func (pr *builder) vectorOf(name string, n int) code.Param {
	return code.Param{Name: name, Type: code.PointerTo(code.ArrayOf(code.Of(pr.kind), n))}
}

// number is the result of a function that returns one.
func (pr *builder) number() []code.Param { return []code.Param{{Type: code.Of(pr.kind)}} }

func (pr *builder) receiver() *code.Param {
	p := pointer("p", pr.name)
	return &p
}

func (pr *builder) params(names []string) []code.Param {
	var ps []code.Param
	for _, n := range names {
		ps = append(ps, pr.param(n))
	}
	return ps
}

// functions emits the API and the parts it is made of.
func (pr *builder) functions() error {
	var fs []*plan.Func
	for _, f := range pr.p.Funcs {
		if !f.Batch {
			fs = append(fs, f)
		}
	}
	return pr.function(fs...)
}

// function emits functions of one sample, and then the parts that they are made of.
func (pr *builder) function(fs ...*plan.Func) error {
	var parts []*schedule.Part
	for _, f := range fs {
		fn, err := pr.oneSample(f)
		if err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
		pr.file.Add(fn)
		if err := pr.rowMethods(f); err != nil {
			return err
		}
		for _, part := range pr.schedule.Function(f).Parts {
			if part.Name != "" && !slices.Contains(parts, part) {
				parts = append(parts, part)
			}
		}
	}
	for _, part := range parts {
		args, loss := partUses(part)
		fn := &code.Func{Name: part.Name, Doc: pr.partDoc(part), Recv: pr.receiver(), Params: pr.params(args),
			Body: &code.Block{}}
		if err := pr.pieces(part.Pieces, newScope(fn.Body)); err != nil {
			return fmt.Errorf("%s: %w", part.Name, err)
		}
		if loss {
			fn.Results = pr.number()
			fn.Body.Return(code.V("loss"))
		}
		pr.file.Add(fn)
	}
	return nil
}

// oneSample is a function of the API: its parts in order, the calls of those that are methods of their own.
func (pr *builder) oneSample(f *plan.Func) (*code.Func, error) {
	sig := plan.SignatureOf(f.Name)
	fn := &code.Func{
		Name: f.Name, Doc: functionDocs[f.Name] + derivativeDocs[f.Name], Recv: pr.receiver(),
		Params: pr.arguments(sig), Results: pr.number(),
		Body: &code.Block{},
	}
	result := code.V("loss")
	switch {
	case sig.Output:
		fn.Results = []code.Param{pr.vectorOf("", pr.p.Network.Width(pr.p.Network.Depth()))}
		result = &code.Addr{X: base(pr.output())}
	case pr.sumsToOne():
		fn.Doc += " y must sum to 1."
	}
	touch(fn)
	pr.dispatch(f, fn, result)
	body := newScope(fn.Body)
	for _, part := range pr.schedule.Function(f).Parts {
		if part.Name == "" {
			if err := pr.pieces(part.Pieces, body); err != nil {
				return nil, err
			}
			continue
		}
		args, loss := partUses(part)
		keep(method("p", part.Name, args...), loss, fn.Body)
	}
	if err := pr.rows(f, fn.Body); err != nil {
		return nil, err
	}
	if last := len(fn.Body.Stmts) - 1; !sig.Output {
		if let, ok := fn.Body.Stmts[last].(*code.Let); ok && slices.Equal(let.Names, []string{"loss"}) {
			fn.Body.Stmts, result = fn.Body.Stmts[:last], let.Values[0]
		}
	}
	fn.Body.Return(result)
	return fn, nil
}

// keep calls a method, and keeps the loss that it returns if it forms that.
func keep(call code.Expr, loss bool, b *code.Block) {
	if loss {
		b.Let("loss", call)
	} else {
		b.Do(call)
	}
}

// called is the call of a function of one sample, and whether that forms the loss.
func called(c *schedule.Call) (call code.Expr, loss bool) {
	args, loss := uses(c.Ops)
	if c.API {
		args = plan.SignatureOf(c.Name).Args
	}
	return method("p", c.Name, args...), loss
}

// touch begins a function with a look at what its pointers point to. Assembly must not get a nil one: the offset of a
// field may reach memory that is not the network's, and a fault in assembly ends the process.
func touch(fn *code.Func) {
	var pointers []code.Expr
	for _, p := range append([]code.Param{*fn.Recv}, fn.Params...) {
		if p.Type.Kind == code.Pointer {
			pointers = append(pointers, code.V(p.Name))
		}
	}
	fn.Body.Add(&code.Touch{Pointers: pointers})
}

// method is a call of a method with variables: p.forward(ws, x).
func method(recv, name string, args ...string) code.Expr {
	return code.Method(code.V(recv), name, code.Vars(args...)...)
}

// dispatch leaves a function to its assembly where the machine can run it. What the assembly does not return, the
// function returns itself.
func (pr *builder) dispatch(f *plan.Func, fn *code.Func, result ...code.Expr) {
	if pr.o.Vector == nil || !pr.o.Vector(f.Name) {
		return
	}
	params, results := Params(pr.p, f.Name)
	call := pr.callVector(f.Name, fn.Recv, params, results, code.Vars(plan.SignatureOf(f.Name).Args...)...)
	inner := pr.ifVector(fn.Body, f.Name)
	if f.Name == plan.ForwardBatch && OneIsForward(pr.o.Vector, pr.o.Some) {
		pr.oneForward(inner, fn.Recv)
	}
	if len(results) > 0 {
		inner.Return(call)
	} else {
		inner.Do(call)
		inner.Return(result...)
	}
}

// callVector calls the assembly of a function: irisGrad(p, ws, x, y, g), or p.vectorGrad(ws, x, y, g).
func (pr *builder) callVector(
	function string, recv *code.Param, params, results []code.Param, args ...code.Expr,
) code.Expr {
	if pr.o.Direct != nil && pr.o.Direct(function) {
		fn := &code.Func{Name: pr.prefix + function, Params: append([]code.Param{*recv}, params...), Results: results}
		pr.elsewhere(fn)
		return code.CallOf(fn.Name, append(code.Vars(recv.Name), args...)...)
	}
	fn := &code.Func{Name: VectorMethod(function), Recv: recv, Params: params, Results: results}
	pr.elsewhere(fn)
	return code.Method(code.V(recv.Name), fn.Name, args...)
}

// OneIsForward says whether ForwardBatch calls the assembly of Forward itself where it is given one sample: where every
// build that has assembly has that of both. One call more takes a tenth of what Forward does in a small network.
func OneIsForward(has, some func(function string) bool) bool {
	all := func(function string) bool { return has(function) && (some == nil || !some(function)) }
	return all(plan.Forward) && all(plan.ForwardBatch)
}

// oneForward is that call:
//
//	if len(xs) == 1 && len(out) == 1 {
//		irisForward(p, &b.samples[0], &xs[0])
//		out[0] = b.samples[0].A2
//		return
//	}
func (pr *builder) oneForward(b *code.Block, recv *code.Param) {
	slices := plan.SignatureOf(plan.ForwardBatch).Slices()
	first := func(x code.Expr) code.Expr { return code.At(x, code.I(0)) }
	ws := first(code.FieldOf(plan.BatchArg, "samples"))
	one := b.If(code.Lengths(slices, code.Eq, 1))
	params, results := Params(pr.p, plan.Forward)
	one.Do(pr.callVector(plan.Forward, recv, params, results, &code.Addr{X: ws},
		&code.Addr{X: first(code.V(plan.InputsArg))}))
	one.Set(first(code.V(plan.OutputsArg)), &code.Select{X: ws, Name: plan.FieldName(pr.output())})
	one.Return()
}

// ifVector is the body of the condition that the machine can run the assembly of a function or sweep:
// if irisLevel > 0 { … }, or if irisLevel > 0 && irisHasForward { … }.
func (pr *builder) ifVector(b *code.Block, function string) *code.Block {
	level := pr.prefix + "Level"
	pr.elsewhereVar(level, code.Int)
	can := code.Expr(&code.Binary{Op: code.Gt, X: code.V(level), Y: code.I(0)})
	if pr.o.Some != nil && pr.o.Some(function) {
		has := VectorConstant(pr.prefix, function)
		pr.elsewhereVar(has, code.Bool)
		can = &code.Binary{Op: code.Both, X: can, Y: code.V(has)}
	}
	return b.If(can)
}

// elsewhereVar notes a variable that another file declares.
func (pr *builder) elsewhereVar(name string, kind code.Kind) {
	p := code.Param{Name: name, Type: code.Of(kind)}
	if !slices.Contains(pr.file.Elsewhere.Vars, p) {
		pr.file.Elsewhere.Vars = append(pr.file.Elsewhere.Vars, p)
	}
}

// VectorConstant is the constant that says whether a build has the assembly of a function or a sweep that only some
// processors have.
func VectorConstant(prefix, function string) string { return prefix + "Has" + function }

// VectorMethod is the method that has the assembly of a function that is not called directly.
func VectorMethod(function string) string { return "vector" + function }

// sumsToOne says whether the closed form of loss and gradient takes targets that sum to 1.
func (pr *builder) sumsToOne() bool {
	n := pr.p.Network
	form, fused := expr.Fusion(n.Layers[n.Depth()-1].Activation.Name, n.Cost.Name)
	return fused && form.Vector
}

// output is the buffer of ŷ.
func (pr *builder) output() *plan.Buffer {
	return pr.p.Meant(plan.PostActivation, pr.p.Network.Depth())
}

// Params are the parameters of the assembly of a function of the API, and what that returns: the loss, if it forms one.
func Params(p *plan.Program, function string) (params, results []code.Param) {
	n := p.Network
	pr := &builder{p: p, name: n.Name, kind: code.KindOf(string(n.Precision))}
	if p.Func(function).Writes(plan.Loss) {
		results = pr.number()
	}
	return pr.arguments(plan.SignatureOf(function)), results
}

// partDoc lists the equations of a part.
func (pr *builder) partDoc(part *schedule.Part) string {
	doc := part.Name + " computes"
	for _, piece := range part.Pieces {
		if piece.Call != nil {
			doc += "\n  " + piece.Call.Name
			continue
		}
		doc += "\n  " + piece.Op.String()
		if !pr.whole(piece) {
			last := piece.Outer[len(piece.Outer)-1]
			doc += fmt.Sprintf(", results %d to %d", piece.Outer[0].Lo, last.Hi()-1)
		}
	}
	return doc
}

// whole says whether a piece is all of its operation.
func (pr *builder) whole(p schedule.Piece) bool {
	return len(p.Outer) == len(pr.schedule.Loops(p.Op).Outer)
}

// partUses lists the arguments that a part needs, those of the functions of the API that it calls among them, and
// whether it forms the loss.
func partUses(part *schedule.Part) (args []string, loss bool) {
	var called []string
	for _, piece := range part.Pieces {
		if c := piece.Call; c != nil && c.API {
			called = append(called, plan.SignatureOf(c.Name).Args...)
		}
	}
	return uses(part.Ops(), called...)
}

// uses lists the arguments that some operations need, those that are needed besides, and whether they form the loss.
func uses(ops []plan.Op, besides ...string) (args []string, loss bool) {
	need := map[string]bool{}
	for _, arg := range besides {
		need[arg] = true
	}
	for _, op := range ops {
		if _, ok := op.(*plan.Unit); ok {
			need[rowVar] = true
		}
		for _, b := range append(op.Reads(), op.Writes()...) {
			if b.View != nil {
				need[rowVar] = true
				b = b.View.Of
			}
			switch b.Kind {
			case plan.Input, plan.Target, plan.Rate, plan.Direction, plan.Derived:
				need[b.Name] = true
			case plan.WeightGrad, plan.BiasGrad:
				need["g"] = true
			case plan.WeightDirection, plan.BiasDirection:
				need[plan.VectorArg] = true
			case plan.WeightCurvature, plan.BiasCurvature:
				need[plan.HessianArg] = true
			case plan.Cache, plan.Delta, plan.Scratch:
				need["ws"] = true
			case plan.Loss:
				loss = true
			}
		}
	}
	for _, name := range []string{plan.WorkspaceArg, plan.InputArg, plan.TargetArg, plan.GradArg, plan.RateArg,
		plan.DirectionArg, plan.ProductArg, plan.JacobianArg, plan.VectorArg,
		plan.HessianArg, rowVar} {
		if need[name] {
			args = append(args, name)
		}
	}
	return args, loss
}

// pieces builds pieces where the scope ends.
func (pr *builder) pieces(list []schedule.Piece, s *scope) error {
	for _, piece := range list {
		if err := pr.piece(piece, s); err != nil {
			return err
		}
	}
	return nil
}

// piece builds a piece where the scope ends.
func (pr *builder) piece(piece schedule.Piece, s *scope) error {
	if piece.Call != nil {
		call, loss := called(piece.Call)
		keep(call, loss, s.b)
		return nil
	}
	s.b.Blank()
	s.b.Comment(piece.Op.String())
	switch op := piece.Op.(type) {
	case *plan.Affine:
		return pr.affine(op, piece, s)
	case *plan.BackAffine:
		return pr.backAffine(op, piece, s)
	case *plan.Outer:
		pr.outer(op, piece, s)
	case *plan.Update:
		pr.update(op, piece, s)
	case *plan.OuterSum:
		pr.outerSum(op, s)
	case *plan.Unit:
		return pr.unit(op, s)
	case *plan.Map:
		return pr.mapping(op, s)
	case *plan.Vector:
		return pr.vector(op, piece, s)
	default:
		return fmt.Errorf("unexpected operation %T", op)
	}
	return nil
}
