package portable

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/templates"
)

// optimizers emits, for every optimizer of the network, its type, its constructor, Update, StepBatch and Reset.
func (pr *printer) optimizers() error {
	descents, err := plan.Descents(pr.p.Network)
	if err != nil {
		return err
	}
	for _, d := range descents {
		o := optimizer{pr, d, pr.name + d.Type}
		o.declare()
		o.constructor()
		if err := o.update(); err != nil {
			return fmt.Errorf("%s: %w", o.name, err)
		}
		o.batch()
		o.reset()
	}
	return nil
}

// optimizer prints one optimizer.
type optimizer struct {
	pr *printer
	plan.Descent
	name string // of the emitted type
}

func (o optimizer) recv() *templates.Param {
	return &templates.Param{Name: "o", Type: o.name, Ptr: true}
}

// hasDefaults says whether any hyperparameter has a default but 0, so that the zero value needs them.
func (o optimizer) hasDefaults() bool { return len(o.Defaults()) > 0 }

// countsIn finds the number of the update in a formula.
var countsIn = regexp.MustCompile(`\bt\b`)

// declare emits the type.
func (o optimizer) declare() {
	doc := fmt.Sprintf("%s is the optimizer %s. Update moves each parameter p with gradient g by\n\n\t%s\n\n", o.name, o.Descent.Name, strings.ReplaceAll(o.Formula, "; ", "\n\t"))
	if countsIn.MatchString(o.Formula) {
		doc += "where t is the number of the update. "
	}
	if o.hasDefaults() {
		doc += fmt.Sprintf("The zero value is ready: its first Update sets the hyperparameters of New%[1]s.\nTo have others, start from New%[1]s and set fields, to 0 too. A literal must set every field whose default is\nnot 0: %[2]s; else the first Update panics.", o.name, strings.Join(o.Defaults(), ", "))
	} else {
		doc += "The zero value is ready."
	}
	doc += " One optimizer belongs to one network and one goroutine at a time."
	o.pr.file.Doc(doc)
	o.pr.file.Struct(o.name, o.fields())
}

// constructor emits New… and, where a zero value has to take the defaults too, what sets them.
func (o optimizer) constructor() {
	var values []string
	for _, p := range o.Params {
		values = append(values, fmt.Sprintf("%s %v", p.Name, p.Default))
	}
	body := &templates.Block{}
	if o.hasDefaults() {
		body.Define("o", templates.New(o.name))
		body.Do(templates.Method("o", "defaults"))
		body.Return(templates.Name("o"))
	} else {
		body.Return(templates.New(o.name))
	}
	o.pr.file.Doc(fmt.Sprintf("New%s returns the optimizer with PyTorch's defaults: %s.", o.name, strings.Join(values, ", ")))
	if o.spaced() { // in memory of its own, which begins a page, and not on a stack
		o.pr.file.NotInline()
	}
	o.pr.file.Func(templates.Function{Name: "New" + o.name, Result: &templates.Param{Type: o.name, Ptr: true}, Body: body})
	if !o.hasDefaults() {
		return
	}
	body = &templates.Block{}
	for _, p := range o.Params {
		body.Assign(templates.Name("o."+p.Name), templates.Number(p.Default))
	}
	body.Set("o.set")
	o.pr.file.Doc("defaults sets the hyperparameters to PyTorch's defaults.")
	o.pr.file.Func(templates.Function{Name: "defaults", Recv: o.recv(), Body: body})
	o.begin()
}

// begin emits what the first update of a value does that no constructor has made: it gives a zero value the defaults,
// and refuses a literal that sets some fields and forgets others, whose 0 would train badly or give NaN.
func (o optimizer) begin() {
	field := func(name string) string { return "o." + name }
	all := []string{field("T")}
	for _, p := range o.Params {
		all = append(all, field(p.Name))
	}
	var needed []string
	for _, name := range o.Defaults() {
		needed = append(needed, field(name))
	}
	body := &templates.Block{}
	body.IfZero(all...).Do(templates.Method("o", "defaults"))
	message := fmt.Sprintf("%[1]s.Update: a literal sets some hyperparameters and leaves %[2]s at 0; start from New%[1]s() and set fields, to 0 too", o.name, strings.Join(o.Defaults(), " or "))
	body.PanicIfZero(field("T"), needed, message)
	body.Set("o.set")
	o.pr.file.Doc(fmt.Sprintf("begin is for the first Update of what New%s has not made: a zero value takes the defaults, a literal that forgets\nfields is refused.", o.name))
	o.pr.file.Func(templates.Function{Name: "begin", Recv: o.recv(), Body: body})
}

// update emits Update: the defaults of a zero value, the count, and the move of all parameters.
func (o optimizer) update() error {
	b := &templates.Block{}
	b.Dereference("p", "g")
	if o.pr.p.Spreads() {
		b.Do(templates.CallMethod("o", "count"))
		b.Do(templates.CallMethod("o", "update", templates.Name("p"), templates.Name("g"), templates.Name("rate"), templates.Number(0), templates.Number(float64(o.Len))))
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
	doc := "Update moves p against the gradient g, which is only read, at a learning rate. g is the gradient of one sample, or a sum or\n" +
		"mean over many; the rate belongs to it."
	if len(o.Rule.State) > 0 {
		doc += " NaN or an infinity in g stays in the state: where g may hold one, look at its Norm first."
	}
	o.pr.file.Doc(doc)
	o.pr.file.Func(templates.Function{Name: "Update", Recv: o.recv(), Params: o.updateParams(), Body: b})
	return nil
}

func (o optimizer) updateParams() []templates.Param {
	return []templates.Param{
		{Name: "p", Type: o.pr.name, Ptr: true}, {Name: "g", Type: o.pr.name + "Grad", Ptr: true}, {Name: "rate", Type: o.pr.typ},
	}
}

// parts emits what Update consists of where the workers of a team share it: the count, once, and the move of a range of
// the parameters.
func (o optimizer) parts() error {
	count, move := &templates.Block{}, &templates.Block{}
	o.count(count)
	o.pr.file.Doc("count begins an update.")
	o.pr.file.Func(templates.Function{Name: "count", Recv: o.recv(), Body: count})
	move.StopUnlessWithin("lo", "hi", o.Len)
	if err := o.move(move); err != nil {
		return err
	}
	o.pr.file.Doc("update moves parameters lo to hi, in the update that count has begun.")
	o.pr.file.Func(templates.Function{Name: "update", Recv: o.recv(), Params: append(o.updateParams(),
		templates.Param{Name: "lo", Type: "int"}, templates.Param{Name: "hi", Type: "int"}), Body: move})
	return nil
}

// count prints what is done once an update.
func (o optimizer) count(b *templates.Block) {
	if o.hasDefaults() {
		b.IfUnset("o.set").Do(templates.Method("o", "begin"))
	}
	if o.Rule.Counts {
		b.Increment("o.T")
	}
}

// move prints the scalars, and the loop of the case in force.
func (o optimizer) move(b *templates.Block) error {
	if err := o.scalars(b); err != nil {
		return err
	}
	var names []string
	values := []templates.Value{}
	for _, p := range o.Params {
		if v := expr.HyperVar(p.Name); o.inSets(v) {
			names, values = append(names, string(v)), append(values, templates.Name("o."+p.Name))
		}
	}
	b.DefineAll(names, values)
	names, values = []string{"ps", "gs"}, []templates.Value{templates.Method("p", "Flat"), templates.Method("g", "Flat")}
	for _, s := range o.Rule.State {
		names, values = append(names, string(s.Var)+"s"), append(values, templates.Method("o."+s.Field, "Flat"))
	}
	b.DefineAll(names, values)
	for i, c := range o.Cases {
		into := b
		if c.When != "" {
			into = b.IfNotZero(string(c.When))
		}
		o.pr.dispatchSweep(o.Sweep(i), "o", into)
		if err := o.loops(c, into); err != nil {
			return err
		}
		if c.When != "" {
			into.Stop()
		}
	}
	return nil
}

// inSets says whether the assignments read a variable, or choose by it.
func (o optimizer) inSets(v expr.Var) bool {
	for _, c := range o.Cases {
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

// scalars prints what is formed once an update, in float64.
func (o optimizer) scalars(b *templates.Block) error {
	value := func(v expr.Var) (templates.Value, error) {
		switch v {
		case expr.Time:
			return templates.Convert("float64", templates.Name("o.T")), nil
		case expr.Rate:
			return o.double(templates.Name("rate")), nil
		}
		for _, p := range o.Params {
			if expr.HyperVar(p.Name) == v {
				return o.double(templates.Name("o." + p.Name)), nil
			}
		}
		return templates.Value{}, fmt.Errorf("a scalar reads %s, which is no hyperparameter", v)
	}
	for _, s := range o.Rule.Scalars {
		v, err := o.scalar(s.Value, value)
		if err != nil {
			return err
		}
		b.Comment(s.String())
		if o.pr.typ != "float64" {
			v = templates.Convert(o.pr.typ, v)
		}
		b.Define(string(s.Name), v)
		if s.First != nil {
			first, err := o.scalar(s.First, value)
			if err != nil {
				return err
			}
			b.IfOne("o.T").Assign(templates.Name(string(s.Name)), first)
		}
	}
	return nil
}

// scalar prints an expression in float64: by the functions of package math or, where every machine is to have the same
// bits, by our own.
func (o optimizer) scalar(e expr.Expr, value func(expr.Var) (templates.Value, error)) (templates.Value, error) {
	switch {
	case !o.pr.strict():
		return templates.Double(e, value)
	case o.pr.typ == "float64":
		use(o.pr.used, e)
		return templates.Unfused(e, o.pr.prefix, "float64", value)
	}
	use(o.pr.doubles, e)
	return templates.Unfused(e, DoublePrefix(o.pr.prefix), "float64", value)
}

// double is a number of the network's precision in float64.
func (o optimizer) double(v templates.Value) templates.Value {
	if o.pr.typ == "float64" {
		return v
	}
	return templates.Convert("float64", v)
}

// loops prints the assignments of a case for all parameters.
func (o optimizer) loops(c plan.DescentCase, b *templates.Block) error {
	for _, set := range c.Sets {
		b.Comment(fmt.Sprintf("%s = %s", set.Name, set.Value))
	}
	if o.pr.p.Spreads() {
		return o.element(c, b.ForBetween("i", "lo", "hi"), templates.Index{Var: "i"})
	}
	root := newScope(b)
	for _, seg := range c.Outer {
		s, first := root.enter(seg, "i")
		for k := range seg.Size {
			if err := o.element(c, s.b, plus(first, k)); err != nil {
				return err
			}
		}
	}
	return nil
}

// element prints the assignments for one parameter. What is needed more than once is read into a scalar; what is
// assigned is stored at once and read from its scalar after that.
func (o optimizer) element(c plan.DescentCase, b *templates.Block, x templates.Index) error {
	held := map[expr.Var]string{}
	place := func(v expr.Var) templates.Value { return templates.Elem(string(v)+"s", x) }
	value := func(v expr.Var) (templates.Value, error) {
		if name, ok := held[v]; ok {
			return templates.Name(name), nil
		}
		if o.Array(v) {
			return place(v), nil
		}
		return templates.Name(string(v)), nil
	}
	for i, set := range c.Sets {
		for _, v := range expr.Vars(set.Value) {
			if _, ok := held[v]; !ok && o.Array(v) && reads(c.Sets[i:], v) > 1 {
				held[v] = scalar(string(v), x)
				b.Define(held[v], place(v))
			}
		}
		e, err := o.pr.write(set.Value, value)
		if err != nil {
			return err
		}
		later := reads(c.Sets[i+1:], set.Name) > 0
		if !later {
			b.Assign(place(set.Name), e)
			continue
		}
		name := scalar(string(set.Name), x)
		b.Define(name, e)
		held[set.Name] = name
		if o.Array(set.Name) {
			b.Assign(place(set.Name), templates.Name(name))
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
	b := &templates.Block{}
	doc := "Reset does nothing: there is no state. It is here for code that takes any optimizer."
	if len(o.Rule.State) > 0 {
		doc = "Reset forgets all updates: what follows is as if o were new. The hyperparameters stay."
	}
	if o.Rule.Counts {
		b.Assign(templates.Name("o.T"), templates.Number(0))
	}
	for _, s := range o.Rule.State {
		b.Assign(templates.Name("o."+s.Field), templates.Zeroed(o.pr.name+"Grad"))
	}
	o.pr.file.Doc(doc)
	o.pr.file.Func(templates.Function{Name: "Reset", Recv: o.recv(), Body: b})
}
