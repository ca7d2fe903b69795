package portable

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/portable/schedule"
	"github.com/backpropgen/backpropgen/spec"
)

// optimizers emits, for every optimizer of the network, its type, its constructor, Update, StepBatch and Reset.
func (pr *builder) optimizers() error {
	descents, err := plan.Descents(pr.p.Network)
	if err != nil {
		return err
	}
	for i, d := range descents {
		o := optimizer{pr: pr, Descent: d, name: pr.name + d.Type}
		if i > 0 {
			o.like = pr.name + descents[0].Type
		}
		for _, before := range descents[:i] {
			if earlier := pr.name + before.Type; o.defaultsLike == "" && len(before.Defaults()) > 0 {
				o.defaultsLike = earlier
			}
			if earlier := pr.name + before.Type; o.stateLike == "" && len(before.Rule.State) > 0 {
				o.stateLike = earlier
			}
		}
		o.declare()
		o.constructor()
		if err := o.update(); err != nil {
			return fmt.Errorf("%s: %w", o.name, err)
		}
		if pr.p.Network.Emits(spec.EmitBatch) {
			o.batch()
		}
		o.reset()
	}
	return nil
}

// optimizer builds one optimizer.
type optimizer struct {
	pr *builder
	plan.Descent
	name string // of the emitted type
	like string // the first optimizer's, whose methods say what all promise; "" of that one
	// defaultsLike and stateLike are those of the first ones with defaults and with a state, which say what all others
	// of that sort promise; "" of these.
	defaultsLike, stateLike string
}

func (o optimizer) recv() *code.Param {
	p := pointer("o", o.name)
	return &p
}

// own is a field of the optimizer: o.T.
func own(field string) code.Expr { return code.FieldOf("o", field) }

// hasDefaults says whether any hyperparameter has a default but 0, so that the zero value needs them.
func (o optimizer) hasDefaults() bool { return len(o.Defaults()) > 0 }

// countsIn finds the number of the update in a formula.
var countsIn = regexp.MustCompile(`\bt\b`)

// declare emits the type.
func (o optimizer) declare() {
	doc := fmt.Sprintf("%s is the optimizer %s. Update moves each parameter p with gradient g by\n\n\t%s\n\n",
		o.name, o.Descent.Name, strings.ReplaceAll(o.Formula, "; ", "\n\t"))
	if countsIn.MatchString(o.Formula) {
		doc += "where t is the number of the update. "
	}
	switch {
	case o.hasDefaults() && o.defaultsLike != "":
		doc += fmt.Sprintf("The zero value and literals are taken as those of %s are.", o.defaultsLike)
	case o.hasDefaults():
		doc += fmt.Sprintf("The zero value is ready: its first Update sets the hyperparameters of New%[1]s.\n"+
			"To have others, start from that and set fields, to 0 too: Update panics at a literal that leaves\n%[2]s at 0.",
			o.name, strings.Join(o.Defaults(), " or "))
	default:
		doc += "The zero value is ready."
	}
	if o.like == "" || o.hasDefaults() && o.defaultsLike == "" {
		doc += " It is for one network, and one goroutine at a time."
	}
	o.pr.file.Add(&code.Struct{Name: o.name, Doc: doc, Fields: o.fields()})
}

// constructor emits New… and, where a zero value has to take the defaults too, what sets them for both.
func (o optimizer) constructor() {
	var values []string
	for _, p := range o.Params {
		values = append(values, fmt.Sprintf("%s %v", p.Name, p.Default))
	}
	body := &code.Block{}
	if o.hasDefaults() {
		body.Let("o", &code.New{Type: code.StructType(o.name)})
		body.Do(method("o", "begin"))
		body.Return(code.V("o"))
	} else {
		body.Return(&code.New{Type: code.StructType(o.name)})
	}
	o.pr.file.Add(&code.Func{
		Name: "New" + o.name, Results: []code.Param{pointer("", o.name)}, Body: body,
		Doc: fmt.Sprintf("New%s returns the optimizer with PyTorch's defaults: %s.",
			o.name, strings.Join(values, ", ")),
		Alone: o.spaced(), // in memory of its own, which begins a page, and not on a stack
	})
	if o.hasDefaults() {
		o.begin()
	}
}

// begin emits what gives a zero value the defaults, for the constructor and for the first update of a value that it has
// not made. A literal that sets some fields and forgets others, whose 0 would train badly or give NaN, is refused.
func (o optimizer) begin() {
	all := []code.Expr{isZero("T")}
	for _, p := range o.Params {
		all = append(all, isZero(p.Name))
	}
	var needed []code.Expr
	for _, name := range o.Defaults() {
		needed = append(needed, isZero(name))
	}
	body := &code.Block{}
	defaults := body.If(code.Op2(code.Both, all...))
	for _, p := range o.Params {
		if p.Default != 0 {
			defaults.Set(own(p.Name), code.N(p.Default))
		}
	}
	message := fmt.Sprintf("%[1]s.Update: a literal leaves %[2]s at 0; start from New%[1]s() and set fields, to 0 too",
		o.name, strings.Join(o.Defaults(), " or "))
	body.If(code.Op2(code.Both, all[0], code.Op2(code.Either, needed...))).Panic(message)
	body.Set(own("set"), code.True)
	o.pr.file.Add(&code.Func{
		Name: "begin", Recv: o.recv(), Body: body,
		Doc: "begin gives a zero value PyTorch's defaults.",
	})
}

// isZero is the condition that a field of the optimizer is 0: o.T == 0.
func isZero(field string) code.Expr { return &code.Binary{Op: code.Eq, X: own(field), Y: code.I(0)} }

// update emits Update: the defaults of a zero value, the count, and the move of all parameters.
func (o optimizer) update() error {
	b := &code.Block{}
	b.Add(&code.Touch{Pointers: code.Vars("p", "g")})
	if Spreads(o.pr.p.Network) {
		b.Do(method("o", "count"))
		b.Do(code.Method(code.V("o"), "update", append(code.Vars("p", "g", "rate"), code.I(0), code.I(o.Len))...))
		if err := o.parts(); err != nil {
			return err
		}
	} else {
		o.count(b)
		b.Blank()
		if err := o.move(b); err != nil {
			return err
		}
	}
	doc := "Update moves p against g, the gradient of one sample or a sum or mean over many, at a learning rate that suits it."
	switch {
	case len(o.Rule.State) > 0 && o.stateLike != "":
		doc = fmt.Sprintf("Update moves p against g, like that of %s.", o.stateLike)
	case o.like != "":
		doc = fmt.Sprintf("Update moves p against g, like that of %s.", o.like)
	}
	if len(o.Rule.State) > 0 && o.stateLike == "" {
		doc += "\nNaN or an infinity in g stays in the state: where g may have one, look at its Norm first."
	}
	o.pr.file.Add(&code.Func{Name: "Update", Doc: doc, Recv: o.recv(), Params: o.updateParams(), Body: b})
	return nil
}

func (o optimizer) updateParams() []code.Param {
	return []code.Param{*o.pr.receiver(), o.pr.param("g"), o.pr.param("rate")}
}

// parts emits what Update consists of where the workers of a team share it: the count, once, and the move of a range of
// the parameters.
func (o optimizer) parts() error {
	count, move := &code.Block{}, &code.Block{}
	o.count(count)
	o.pr.file.Add(&code.Func{Name: "count", Doc: "count begins an update.", Recv: o.recv(), Body: count})
	within(move, o.Len)
	if err := o.move(move); err != nil {
		return err
	}
	o.pr.file.Add(&code.Func{
		Name: "update", Doc: "update moves parameters lo to hi, in the update that count has begun.", Recv: o.recv(),
		Body: move, Params: append(o.updateParams(), code.Param{Name: "lo", Type: code.Of(code.Int)},
			code.Param{Name: "hi", Type: code.Of(code.Int)}),
	})
	return nil
}

// within returns where lo and hi are no range of n elements, which tells the compiler that no index between them is out
// of range: if lo < 0 || hi > n { return }.
func within(b *code.Block, n int) {
	outside := code.Op2(code.Either,
		&code.Binary{Op: code.Lt, X: code.V("lo"), Y: code.I(0)},
		&code.Binary{Op: code.Gt, X: code.V("hi"), Y: code.I(n)})
	b.If(outside).Add(&code.Return{Remark: "which is never so"})
}

// count builds what is done once an update.
func (o optimizer) count(b *code.Block) {
	if o.hasDefaults() {
		b.If(&code.Unary{Op: code.Not, X: own("set")}).Do(method("o", "begin"))
	}
	if o.Rule.Counts {
		b.Add(&code.Increment{X: own("T")})
	}
}

// move builds the scalars, and the loop of the case in force.
func (o optimizer) move(b *code.Block) error {
	if err := o.scalars(b); err != nil {
		return err
	}
	var names []string
	values := []code.Expr{}
	for _, p := range o.Params {
		if v := expr.HyperVar(p.Name); o.inSets(v) {
			names, values = append(names, string(v)), append(values, own(p.Name))
		}
	}
	b.LetAll(names, values)
	names, values = []string{"ps", "gs"}, []code.Expr{method("p", "Flat"), method("g", "Flat")}
	for _, s := range o.Rule.State {
		names, values = append(names, string(s.Var)+"s"), append(values, code.Method(own(s.Field), "Flat"))
	}
	b.LetAll(names, values)
	for i, c := range o.Rule.Cases {
		into := b
		if c.When != "" {
			into = b.If(&code.Binary{Op: code.Ne, X: code.V(string(c.When)), Y: code.I(0)})
		}
		o.pr.dispatchSweep(o.Sweep(i), "o", into)
		if err := o.loops(i, into); err != nil {
			return err
		}
		if c.When != "" {
			into.Return()
		}
	}
	return nil
}

// inSets says whether the assignments read a variable, or choose by it.
func (o optimizer) inSets(v expr.Var) bool {
	for _, c := range o.Rule.Cases {
		if c.When == v {
			return true
		}
		for _, s := range c.Sets {
			if expr.Uses(s.Value, v) {
				return true
			}
		}
	}
	return false
}

// scalars builds what is formed once an update, in float64.
func (o optimizer) scalars(b *code.Block) error {
	value := func(v expr.Var) (code.Expr, error) {
		switch v {
		case expr.Time:
			return code.To(code.Float64, own("T")), nil
		case expr.Rate:
			return o.double(code.V("rate")), nil
		}
		for _, p := range o.Params {
			if expr.HyperVar(p.Name) == v {
				return o.double(own(p.Name)), nil
			}
		}
		return nil, fmt.Errorf("a scalar reads %s, which is no hyperparameter", v)
	}
	for _, s := range o.Rule.Scalars {
		v, err := o.scalar(s.Value, value)
		if err != nil {
			return err
		}
		b.Comment(s.String())
		if o.pr.kind != code.Float64 {
			v = code.To(o.pr.kind, v)
		}
		b.Let(string(s.Name), v)
		if s.First != nil {
			first, err := o.scalar(s.First, value)
			if err != nil {
				return err
			}
			b.If(&code.Binary{Op: code.Eq, X: own("T"), Y: code.I(1)}).Set(code.V(string(s.Name)), first)
		}
	}
	return nil
}

// scalar builds an expression in float64: by the functions of package math or, where every machine is to have the same
// bits, by our own.
func (o optimizer) scalar(e expr.Expr, value func(expr.Var) (code.Expr, error)) (code.Expr, error) {
	w := writer{kind: code.Float64, prefix: o.pr.prefix, value: value, unfused: true}
	switch {
	case !o.pr.strict():
		w.unfused, w.math = false, true
	case o.pr.kind == code.Float64:
		use(o.pr.used, e)
	default:
		use(o.pr.doubles, e)
		w.prefix = DoublePrefix(o.pr.prefix)
	}
	return w.write(e)
}

// double is a number of the network's precision in float64.
func (o optimizer) double(v code.Expr) code.Expr {
	if o.pr.kind == code.Float64 {
		return v
	}
	return code.To(code.Float64, v)
}

// loops builds the assignments of case i for all parameters.
func (o optimizer) loops(i int, b *code.Block) error {
	c := o.Rule.Cases[i]
	for _, set := range c.Sets {
		b.Comment(fmt.Sprintf("%s = %s", set.Name, set.Value))
	}
	if Spreads(o.pr.p.Network) {
		return o.element(c, b.For("i", code.V("lo"), code.V("hi"), 1), index{Var: "i"})
	}
	root := newScope(b)
	for _, seg := range schedule.Descent(o.Descent, i) {
		s, first := root.enter(seg, "i")
		for k := range seg.Size {
			if err := o.element(c, s.b, plus(first, k)); err != nil {
				return err
			}
		}
	}
	return nil
}

// element builds the assignments for one parameter. What is needed more than once is read into a scalar; what is
// assigned is stored at once and read from its scalar after that.
func (o optimizer) element(c expr.Case, b *code.Block, x index) error {
	held := map[expr.Var]string{}
	place := func(v expr.Var) code.Expr { return at(code.V(string(v)+"s"), x) }
	value := func(v expr.Var) (code.Expr, error) {
		if name, ok := held[v]; ok {
			return code.V(name), nil
		}
		if o.Array(v) {
			return place(v), nil
		}
		return code.V(string(v)), nil
	}
	for i, set := range c.Sets {
		for _, v := range expr.Vars(set.Value) {
			if _, ok := held[v]; !ok && o.Array(v) && reads(c.Sets[i:], v) > 1 {
				held[v] = scalar(string(v), x)
				b.Let(held[v], place(v))
			}
		}
		e, err := o.pr.write(set.Value, value)
		if err != nil {
			return err
		}
		later := reads(c.Sets[i+1:], set.Name) > 0
		if !later {
			b.Set(place(set.Name), e)
			continue
		}
		name := scalar(string(set.Name), x)
		b.Let(name, e)
		held[set.Name] = name
		if o.Array(set.Name) {
			b.Set(place(set.Name), code.V(name))
		}
	}
	return nil
}

// reads counts how often assignments read a variable until one of them assigns to it.
func reads(sets []expr.Let, v expr.Var) int {
	n := 0
	for _, s := range sets {
		n += expr.Occurrences(s.Value, v)
		if s.Name == v {
			break
		}
	}
	return n
}

// reset emits Reset.
func (o optimizer) reset() {
	b := &code.Block{}
	doc := "Reset does nothing: there is no state. It is here for code that takes any optimizer."
	if len(o.Rule.State) > 0 {
		doc = "Reset forgets all updates, and keeps the hyperparameters."
	}
	if o.Rule.Counts {
		b.Set(own("T"), code.I(0))
	}
	for _, s := range o.Rule.State {
		o.pr.clear(b, own(s.Field))
	}
	o.pr.file.Add(&code.Func{Name: "Reset", Doc: doc, Recv: o.recv(), Body: b})
}
