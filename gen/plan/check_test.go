package plan

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/plan/plantest"
	"github.com/backpropgen/backpropgen/spec"
)

// TestCheckAccepts checks that what Compile returns passes, so that a mutation below is what makes Check complain.
func TestCheckAccepts(t *testing.T) {
	plantest.Each(t, func(t *testing.T, _ *rand.Rand, n spec.Network) {
		if err := Check(drawnPlan(t, n)); err != nil {
			t.Error(err)
		}
	})
}

// every calls f with all operations of type O in a plan.
func every[O Op](p *Program, f func(O)) {
	for _, op := range p.Ops() {
		if o, ok := op.(O); ok {
			f(o)
		}
	}
}

// drop removes the operations of a function that match.
func drop(p *Program, name string, match func(Op) bool) {
	f := p.Func(name)
	f.Ops = slices.DeleteFunc(slices.Clone(f.Ops), match)
}

func appendOp(p *Program, name string, op Op) {
	f := p.Func(name)
	f.Ops = append(slices.Clone(f.Ops), op)
}

func is[O Op](layer func(O) int, l int) func(Op) bool {
	return func(op Op) bool {
		o, ok := op.(O)
		return ok && layer(o) == l
	}
}

func outerLayer(o *Outer) int     { return o.D.Layer }
func updateLayer(o *Update) int   { return o.W.Layer }
func backLayer(o *BackAffine) int { return o.W.Layer }
func affineLayer(o *Affine) int   { return o.W.Layer }
func mapLayer(m *Map) int         { return m.Layer }
func pick(p *Program, f string, match func(Op) bool) Op {
	ops := p.Func(f).Ops
	return ops[slices.IndexFunc(ops, match)]
}

// rebind gives a variable of a Vector another buffer.
func rebind(o *Vector, v expr.Var, b *Buffer) {
	for i := range o.Args {
		if o.Args[i].Var == v {
			o.Args[i].Buf = b
		}
	}
}

// strange is an operation that this package does not know.
type strange struct{}

func (*strange) Reads() []*Buffer  { return nil }
func (*strange) Writes() []*Buffer { return nil }
func (*strange) String() string    { return "strange" }

// TestCheckFinds plants one mistake after the other in a good plan; every one must be named.
func TestCheckFinds(t *testing.T) {
	// Small, with scratch of two layers alive at once: activations formed again, a softmax's v, and ∇x.
	deep := plantest.Network("mse", []int{3, 5, 4, 6, 2}, "tanh", "softmax", "sigmoid", "identity")
	deep.Cache, deep.InputGradient = spec.CachePre, true
	wide := plantest.Network("cross-entropy", []int{100, 90, 19}, "relu", "softmax")

	for _, c := range []struct {
		name  string
		n     spec.Network
		plant func(p *Program)
		want  string
	}{
		{"an input too long", deep, func(p *Program) { p.Buffer("x").Rows = 4 }, "x[4] should have 3 elements"},
		{"a bias too long", deep, func(p *Program) { p.Buffer("b2").Rows++ }, "b2[5] should have 4 elements"},
		{"a delta too short", deep, func(p *Program) { p.Buffer("d2").Rows-- }, "d2[3] should have 4 elements"},
		{"a matrix transposed", deep, func(p *Program) {
			w := p.Buffer("W1")
			w.Rows, w.Cols = w.Cols, w.Rows
		}, "x[3] should have 5 elements"},
		{"a rate that is a vector", deep, func(p *Program) { p.Buffer("rate").Rows = 2 },
			"rate[2] should have 1 elements"},
		{"a loss that is a vector", deep, func(p *Program) { p.Buffer("loss").Rows = 2 },
			"loss[2] should have 1 elements"},
		{"a target too long", deep, func(p *Program) { p.Buffer("y").Rows = 3 }, "y[3] should have 2 elements or one"},
		{"a softmax over something else", deep, func(p *Program) {
			every(p, func(o *Vector) {
				if last := &o.Stages[len(o.Stages)-1]; o.Out == p.Buffer("a2") {
					last.Sets[0].Buf = p.Buffer("d1")
				}
			})
		}, "d1[5] should have 4 elements"},
		{"a softmax Jacobian over something else", deep, func(p *Program) {
			every(p, func(o *Vector) { rebind(o, AccBackward, p.Buffer("d1")) })
		}, "d1[5] should have 4 elements or 1"},
		{"a gradient of another layer", deep, func(p *Program) {
			every(p, func(o *Outer) { o.GW = p.Buffer("gW1") })
		}, "should have 5 elements"},
		{"too few elements", deep, func(p *Program) {
			every(p, func(o *Affine) { o.Each.N-- })
		}, "elementwise part runs over 4 elements, not 5"},
		{"a variable that is not bound", deep, func(p *Program) {
			every(p, func(o *BackAffine) { o.Each.Args = nil })
		}, "variable a of v*(a*(1 - a)) is not bound"},
		{"a variable of the loss that is not bound", deep, func(p *Program) {
			every(p, func(m *Map) {
				if m.Sum != nil {
					m.Sum.Expr = expr.Var("q")
				}
			})
		}, "variable q of q is not bound"},
		{"another operation's variable", deep, func(p *Program) {
			every(p, func(o *Affine) { o.Each.Sets[0].Expr = AccBackward })
		}, "variable v of v is not bound"},
		{"a fused update of another layer", deep, func(p *Program) {
			every(p, func(o *BackAffine) {
				if o.Update != nil && o.W.Layer == 2 {
					o.Update.W = p.Buffer("W1")
				}
			})
		}, "a fused update must share W and δ"},
		{"an operation nobody knows", deep, func(p *Program) { appendOp(p, Forward, &strange{}) },
			"unexpected operation *plan.strange"},

		{"read before it is written", deep, func(p *Program) {
			f := p.Func(Forward)
			f.Ops[0], f.Ops[1] = f.Ops[1], f.Ops[0]
		}, "reads a1[5], which holds nothing yet"},
		{"a cache that Forward never writes", deep, func(p *Program) {
			every(p, func(o *Affine) {
				if o.W.Layer == 1 {
					o.Each.Sets = slices.DeleteFunc(slices.Clone(o.Each.Sets),
						func(s Set) bool { return s.Buf.Name == "z1" })
				}
			})
		}, "reads z1[5], which holds nothing yet"},
		{"scratch read across functions", deep, func(p *Program) { p.Buffer("z2").Kind = Scratch },
			"reads z2[4], which holds nothing yet"},
		{"an activation not formed again", deep, func(p *Program) {
			drop(p, Backward, is(mapLayer, 1))
		}, "reads a1[5], which holds nothing yet"},
		{"a delta missing", deep, func(p *Program) {
			drop(p, Grad, is(backLayer, 2))
		}, "reads d1[5], which holds nothing yet"},
		{"the gradient of the input missing", deep, func(p *Program) {
			drop(p, Grad, is(backLayer, 1))
		}, "nothing writes d0[3]"},
		{"a weight read after its update", deep, func(p *Program) {
			appendOp(p, Step, pick(p, Forward, is(affineLayer, 2)))
		}, "reads W2[4×5] after it was updated"},
		{"a weight updated too early", wide, func(p *Program) {
			f := p.Func(Step)
			update := pick(p, Step, is(updateLayer, 1))
			ops := slices.DeleteFunc(slices.Clone(f.Ops), is(updateLayer, 1))
			f.Ops = slices.Insert(ops, 0, update)
		}, "reads d1[90], which holds nothing yet"},
		{"a gradient written twice", deep, func(p *Program) {
			appendOp(p, Grad, pick(p, Grad, is(outerLayer, 1)))
		}, "writes gW1[5×3] a second time"},
		{"a gradient missing", deep, func(p *Program) {
			drop(p, Grad, is(outerLayer, 3))
		}, "nothing writes gW3[6×4]"},
		{"a bias gradient missing", deep, func(p *Program) {
			every(p, func(o *Outer) { o.GB = nil })
		}, "nothing writes gb1[5]"},
		{"a weight not updated", wide, func(p *Program) {
			drop(p, Step, is(updateLayer, 1))
		}, "Step: nothing writes W1[90×100]"},
		{"a loss missing", deep, func(p *Program) {
			drop(p, LossOnly, is(mapLayer, 4))
		}, "Loss: nothing writes loss[1]"},
		{"a loss formed twice", deep, func(p *Program) {
			appendOp(p, LossOnly, pick(p, LossOnly, is(mapLayer, 4)))
		}, "writes loss[1] a second time"},
		{"a weight written outside Step", wide, func(p *Program) {
			u := pick(p, Step, is(updateLayer, 1))
			appendOp(p, Grad, u)
		}, "writes W1[90×100] outside Step"},
		{"an argument written", deep, func(p *Program) {
			appendOp(p, Forward, &Map{N: 3, Sets: []Set{{p.Buffer("x"), expr.Number(0)}}})
		}, "writes the argument x[3]"},

		{"two living buffers in one slot", deep, func(p *Program) {
			for _, b := range p.Buffers {
				if b.Kind == Scratch {
					b.Slot = 0
					p.Slots[0] = max(p.Slots[0], b.Len())
				}
			}
		}, "writes a3[6] over a2[4], which it uses too"},
		{"two living buffers in one slot, used apart", deep, func(p *Program) {
			// v2 = W3ᵀ·d3 is written while a2 waits for the gradient of W3.
			p.Buffer("v2").Slot = p.Buffer("a2").Slot
		}, "reads a2[4], which holds nothing yet"},
		{"an operation over its own argument", deep, func(p *Program) {
			v := p.Buffer("v2")
			d := &Buffer{Name: "copy", Kind: Scratch, Layer: 2, Rows: 4, Cols: 1, Slot: v.Slot}
			appendOp(p, Forward, &Map{N: 4, Sets: []Set{{v, expr.Number(0)}}})
			appendOp(p, Forward, &Map{N: 4, Args: []Arg{{"q", v}}, Sets: []Set{{d, expr.Var("q")}}})
		}, "writes copy[4] over v2[4], which it uses too"},
		{"a slot too small", deep, func(p *Program) { p.Slots[0]-- }, "slot 0 does not hold"},
		{"a slot that is not there", deep, func(p *Program) { p.Slots = nil }, "slot 0 does not hold"},

		{"an order that has no halves", deep, func(p *Program) {
			every(p, func(o *Affine) { o.Lanes = 12 })
		}, "12 lanes cannot be added up by halves"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := mustCompile(t, c.n)
			c.plant(p)
			plantest.MustFail(t, func() error { return Check(p) }, c.want)
		})
	}
}
