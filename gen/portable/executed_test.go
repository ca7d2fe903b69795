package portable

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// TestProgramMeansThePlan executes the programs of random networks, and their plans by the interpreter of plans. With
// rounding: strict sums have one order, so that both give the same bits where elementary functions do, which the
// interpreter lends the program. Without, numbers are small integers, whose sums are exact in any order.
func TestProgramMeansThePlan(t *testing.T) {
	ran := map[spec.Rounding]int{}
	eachNetwork(t, func(t *testing.T, d *drawn) {
		n := d.network()
		if n.Params() > 1500 || n.Rounding == spec.RoundingFast && !exact(&n) {
			return
		}
		ran[n.Rounding]++
		if n.Precision == spec.Float32 {
			compareWithPlan[float32](t, n)
		} else {
			compareWithPlan[float64](t, n)
		}
	})
	if !testing.Short() && (ran[spec.RoundingFast] == 0 || ran[spec.RoundingStrict] == 0) {
		t.Errorf("executed by rounding: %v", ran)
	}
}

// exact makes a network one that computes with small integers exactly.
func exact(n *spec.Network) bool {
	for l := range n.Layers {
		n.Layers[l].Activation = spec.Function{Name: []string{"relu", "identity"}[l%2]}
	}
	n.Cost = spec.Function{Name: "squared-error"}
	return n.Depth() < 4 && n.Validate() == nil
}

// compareWithPlan compares what Grad and Step, and those of a batch, leave in memory.
func compareWithPlan[F expr.Float](t *testing.T, n spec.Network) {
	t.Helper()
	p, f := mustBuild(t, n)
	m, err := code.NewMachine(f)
	if err != nil {
		t.Fatal(err)
	}
	m.Elementary = interpreted[F]
	e := newExecution(m, p)
	r := rand.New(rand.NewPCG(*seed, 5))
	number := func() float64 {
		if n.Rounding == spec.RoundingFast {
			return float64(r.IntN(5) - 2)
		}
		return r.NormFloat64()
	}
	for _, function := range []string{plan.Grad, plan.Step} {
		mem := plan.NewMemory[F](p)
		rate := 0.5
		e.draw(number)
		e.copyTo(func(name string, i int, v float64) { mem.Data(name)[i] = F(v) })
		mem.Data("rate")[0] = F(rate)
		if err := mem.Run(function); err != nil {
			t.Fatal(err)
		}
		loss := e.run(t, function, rate)
		if want := float64(mem.Data("loss")[0]); !same(loss, want) {
			t.Errorf("%s: the program's loss is %v, the plan's %v", function, loss, want)
		}
		e.compare(t, function, func(name string, i int) float64 { return float64(mem.Data(name)[i]) })
	}
}

func same(a, b float64) bool {
	return math.Float64bits(a) == math.Float64bits(b) || math.IsNaN(a) && math.IsNaN(b)
}

// interpreted is an elementary function as plans are interpreted.
func interpreted[F expr.Float](op expr.Op, args []code.Value) code.Value {
	env, names := expr.Env[F]{}, []expr.Var{"a", "b", "c"}
	for i, v := range args {
		env[names[i]] = F(v.Float())
	}
	var e expr.Expr
	switch len(args) {
	case 1:
		e = expr.Unary{Op: op, X: names[0]}
	case 2:
		e = expr.Binary{Op: op, X: names[0], Y: names[1]}
	default:
		e = expr.Select{C: names[0], X: names[1], Y: names[2]}
	}
	v, err := expr.Eval(e, env)
	if err != nil {
		panic(err)
	}
	return code.FloatValue(args[0].Kind, float64(v))
}

// execution is a network in the memory of a machine.
type execution struct {
	m         *code.Machine
	p         *plan.Program
	net, grad *code.Object
	ws, x, y  *code.Object
	kind      code.Kind
}

func newExecution(m *code.Machine, p *plan.Program) *execution {
	n := p.Network
	e := &execution{m: m, p: p, kind: code.KindOf(string(n.Precision))}
	vector := func(n int) *code.Object { return m.New(code.ArrayOf(code.Of(e.kind), n)) }
	e.net, e.grad = m.New(code.StructType(n.Name)), m.New(code.StructType(n.Name+"Grad"))
	e.ws, e.x, e.y = m.New(code.StructType(n.Name+"Workspace")), vector(n.Input), vector(n.Width(n.Depth()))
	return e
}

// inputs are the buffers that a function reads, and where the machine has them.
func (e *execution) inputs() map[string]*code.Object {
	all := map[string]*code.Object{"x": e.x, "y": e.y}
	for _, b := range e.p.Buffers {
		if b.Kind == plan.Weight || b.Kind == plan.Bias {
			all[b.Name] = e.net.Field(field(b))
		}
	}
	return all
}

// outputs are the buffers that a function leaves for its caller.
func (e *execution) outputs(function string) map[string]*code.Object {
	all := map[string]*code.Object{}
	for _, b := range e.p.Buffers {
		switch b.Kind {
		case plan.Cache:
			all[b.Name] = e.ws.Field(field(b))
		case plan.Weight, plan.Bias:
			all[b.Name] = e.net.Field(field(b))
		case plan.WeightGrad, plan.BiasGrad:
			if function == plan.Grad {
				all[b.Name] = e.grad.Field(field(b))
			}
		case plan.Delta:
			if b.Layer == 0 {
				all[b.Name] = e.ws.Field(field(b))
			}
		}
	}
	return all
}

// draw gives everything that a function reads a value.
func (e *execution) draw(number func() float64) {
	for _, o := range []*code.Object{e.net, e.x, e.y} {
		for _, v := range o.Values() {
			v.Set(code.FloatValue(e.kind, number()))
		}
	}
}

// copyTo hands out what a function reads, element by element.
func (e *execution) copyTo(put func(name string, i int, v float64)) {
	for name, o := range e.inputs() {
		for i, v := range o.Values() {
			put(name, i, v.Value().Float())
		}
	}
}

// run calls a function of one sample and returns the loss.
func (e *execution) run(t *testing.T, function string, rate float64) float64 {
	t.Helper()
	args := []code.Value{e.ws.Pointer(), e.x.Pointer(), e.y.Pointer()}
	if function == plan.Step {
		args = append(args, code.FloatValue(e.kind, rate))
	} else {
		args = append(args, e.grad.Pointer())
	}
	results, err := e.m.Call(e.net, function, args...)
	if err != nil {
		t.Fatal(err)
	}
	return results[0].Float()
}

// compare compares what a function has left with what it should have.
func (e *execution) compare(t *testing.T, function string, want func(name string, i int) float64) {
	t.Helper()
	for name, o := range e.outputs(function) {
		for i, v := range o.Values() {
			if got, want := v.Value().Float(), want(name, i); !same(got, want) {
				t.Errorf("%s: element %d of %s is %v in the program, %v in the plan", function, i, name, got, want)
				return
			}
		}
	}
}
