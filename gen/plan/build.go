package plan

import (
	"errors"
	"fmt"
	"slices"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/spec/formula"
)

// Build writes a valid network down as the equations stand, one operation an equation and nothing fused: forward
// propagation (z = W·a + b, a = σ(z)), the cost and its gradient, and for every layer, last first, the gradients of the
// parameters and of the layer below. Every z and every a is kept. The batch functions are made of the same operations,
// but that gradients of parameters are summed over the samples.
func Build(n spec.Network) (*Program, error) {
	n = n.WithDefaults()
	rows, err := functionsOf(n)
	if err != nil {
		return nil, err
	}
	return buildWith(n, rows)
}

// buildWith is Build with the network's functions.
func buildWith(n spec.Network, rows functions) (*Program, error) {
	b := &builder{
		p: &Program{Network: n, Cache: n.Cache, Block: n.Batch, Activations: slices.Clone(rows.activations),
			Cost: rows.cost},
		jacobians: map[int]Op{}, backs: map[int]Op{}, sums: map[int]Op{}, slopeOps: map[int]Op{},
	}
	b.buffers()
	forward := b.forward()
	value, cost := b.cost(false, nil), b.cost(true, nil)
	below := b.lowest()
	gradient, descent := b.backward(below, b.outer), b.backward(below, b.update)
	b.p.Funcs = []*Func{
		{Name: Forward, Ops: forward},
		{Name: LossOnly, Ops: join(forward, value)},
		{Name: Backward, Ops: join(cost, gradient)},
		{Name: Grad, Ops: join(forward, cost, gradient)},
		{Name: Step, Ops: join(forward, cost, descent)},
	}
	b.batch(forward, value, cost)
	b.derive(forward, cost)
	b.p.Funcs = slices.DeleteFunc(b.p.Funcs, func(f *Func) bool { return !SignatureOf(f.Name).of(n) })
	return b.p, b.err
}

func join(lists ...[]Op) []Op {
	var ops []Op
	for _, l := range lists {
		ops = append(ops, l...)
	}
	return ops
}

type builder struct {
	p   *Program
	err error
	// What the gradient and the descent share, by layer.
	jacobians, backs, sums, slopeOps map[int]Op
}

func (b *builder) add(k Kind, layer int, name string, rows, cols int) *Buffer {
	buf := &Buffer{Name: name, Kind: k, Layer: layer, Rows: rows, Cols: cols, Slot: -1}
	b.p.Buffers = append(b.p.Buffers, buf)
	return buf
}

// mean adds a vector of a layer with a meaning.
func (b *builder) mean(m *Meaning, k Kind, layer, rows int) {
	b.add(k, layer, m.Name(layer), rows, 1).Means = m
}

// get returns the buffer of that name; Build creates every buffer before it asks for one.
func (b *builder) get(format string, args ...any) *Buffer {
	name := fmt.Sprintf(format, args...)
	buf := b.p.Buffer(name)
	if buf == nil && b.err == nil {
		b.err = fmt.Errorf("plan: no buffer %s", name)
	}
	return buf
}

func (b *builder) buffers() {
	n := b.p.Network
	depth := n.Depth()
	b.add(Input, 0, "x", n.Input, 1)
	b.add(Target, depth, "y", n.Width(depth), 1)
	b.add(Rate, 0, "rate", 1, 1)
	b.add(Loss, depth, "loss", 1, 1)
	if n.SampleWeights {
		b.add(SampleWeight, depth, string(WeightVar), 1, 1)
	}
	for l := 1; l <= depth; l++ {
		layer := n.Layers[l-1]
		rows, cols := layer.Dense, n.Width(l-1)
		b.add(Weight, l, fmt.Sprintf("W%d", l), rows, cols)
		b.add(WeightGrad, l, fmt.Sprintf("gW%d", l), rows, cols)
		if !layer.NoBias {
			b.add(Bias, l, fmt.Sprintf("b%d", l), rows, 1)
			b.add(BiasGrad, l, fmt.Sprintf("gb%d", l), rows, 1)
		}
		b.mean(PreActivation, Cache, l, rows)
		b.mean(PostActivation, Cache, l, n.Width(l))
		for _, m := range vectorActivations[b.p.Activations[l-1].Vector].kept {
			b.mean(m, Cache, l, layer.Dense/window(b.p, l))
		}
		b.mean(Incoming, Scratch, l, n.Width(l))
		b.mean(LayerDelta, Delta, l, rows)
	}
	b.add(Scratch, depth, "t", 1, 1)
	b.add(Result, depth, "o", n.Width(depth), 1)
	if n.InputGradient {
		b.add(Delta, 0, "d0", n.Input, 1)
		b.add(Result, 0, "gx", n.Input, 1)
	}
}

// activation returns the buffer that holds a of layer l; a₀ is x.
func (b *builder) activation(l int) *Buffer {
	if l == 0 {
		return b.get("x")
	}
	return b.get("a%d", l)
}

func (b *builder) forward() []Op {
	n := b.p.Network
	var ops []Op
	for l := 1; l <= n.Depth(); l++ {
		z := b.get("z%d", l)
		ops = append(ops, &Affine{
			W: b.get("W%d", l), B: b.p.Find(Bias, l), In: b.activation(l - 1),
			Each: Map{N: z.Rows, Sets: []Set{{z, AccForward}}, Layer: l},
		}, applyOp(b.p, l))
	}
	return ops
}

// applyOp is a = σ(z) of layer l.
func applyOp(p *Program, l int) Op {
	act, bufs := p.Activations[l-1], layerBuffersOf(p, l)
	if act.Vector != expr.NotVector {
		text, stages := vectorActivations[act.Vector].value(bufs)
		return vectorOp(bufs, l, bufs.a, text, stages)
	}
	return &Map{N: bufs.z.Rows, Args: []Arg{{expr.Z, bufs.z}}, Sets: []Set{{bufs.a, act.Value}}, Role: Apply, Layer: l}
}

// WeightVar is the weight of a sample in the expressions of a cost.
const WeightVar = expr.Var("weight")

// cost is loss = C(ŷ, y) and, when gradient is set, v_L = ∇C with respect to ŷ. Both are multiplied by the weight of
// the sample, where there is one: all gradients are linear in v_L.
func (b *builder) cost(gradient bool, weight *Buffer) []Op {
	n := b.p.Network
	depth := n.Depth()
	width := n.Width(depth)
	c := b.p.Cost
	m := &Map{
		N: width, Args: []Arg{{expr.A, b.get("a%d", depth)}, {expr.Y, b.get("y")}}, Role: CostTerm, Layer: depth,
		Sum: &Sum{Buf: b.get("loss"), Expr: c.Term, Scale: c.Scale(width), Weight: weight},
	}
	if gradient {
		m.Sets = []Set{{b.get("v%d", depth), m.weighed(c.Gradient(width))}}
	}
	return []Op{m}
}

// weighed is a gradient of the cost times the weight of the sample, which becomes an argument; itself where there is
// none.
func (m *Map) weighed(gradient expr.Expr) expr.Expr {
	if m.Sum.Weight == nil {
		return gradient
	}
	if m.Bind(WeightVar) == nil {
		m.Args = append(m.Args, Arg{WeightVar, m.Sum.Weight})
	}
	return expr.Mul(WeightVar, gradient)
}

// jacobian is δ_l = Jacᵀ·v_l.
func (b *builder) jacobian(l int) Op {
	if b.jacobians[l] == nil {
		b.jacobians[l] = b.newJacobian(l)
	}
	return b.jacobians[l]
}

func (b *builder) newJacobian(l int) Op {
	act, bufs := b.p.Activations[l-1], layerBuffersOf(b.p, l)
	if act.Vector != expr.NotVector {
		text, stages := vectorActivations[act.Vector].pullback(bufs)
		return vectorOp(bufs, l, bufs.d, text, stages)
	}
	return &Map{
		N: bufs.z.Rows, Args: []Arg{{AccBackward, bufs.v}, {expr.Z, bufs.z}},
		Sets: []Set{{bufs.d, expr.Mul(AccBackward, act.Deriv)}}, Role: Pullback, Layer: l,
	}
}

// lowest is the layer down to which the gradients of vectors go: 0 where that with respect to x is asked for.
func (b *builder) lowest() int {
	if b.p.Network.InputGradient {
		return 0
	}
	return 1
}

// backward is δ_L = Jac_Lᵀ·v_L and then, for every layer from the last, what params makes of δ_l and a_{l-1}, nil for
// nothing, and δ_{l-1} = Jacᵀ·W_lᵀ·δ_l, down to layer below. W_l is read for δ_{l-1} before params writes it.
func (b *builder) backward(below int, params func(l int) Op) []Op {
	n := b.p.Network
	ops := []Op{b.jacobian(n.Depth())}
	for l := n.Depth(); l >= 1; l-- {
		if l > below {
			ops = append(ops, b.back(l))
		}
		if params != nil {
			ops = append(ops, params(l))
		}
		if l > 1 {
			ops = append(ops, b.jacobian(l-1))
		}
	}
	return ops
}

// back is v_{l-1} = W_lᵀ·δ_l; below the first layer that is the gradient with respect to x.
func (b *builder) back(l int) Op {
	if b.backs[l] == nil {
		v := b.p.Buffer("d0")
		if l > 1 {
			v = b.get("v%d", l-1)
		}
		b.backs[l] = &BackAffine{W: b.get("W%d", l), D: b.get("d%d", l),
			Each: Map{N: v.Rows, Sets: []Set{{v, AccBackward}}, Layer: l - 1}}
	}
	return b.backs[l]
}

func (b *builder) outer(l int) Op {
	return &Outer{GW: b.get("gW%d", l), GB: b.p.Find(BiasGrad, l), D: b.get("d%d", l), A: b.activation(l - 1)}
}

func (b *builder) update(l int) Op {
	return &Update{W: b.get("W%d", l), B: b.p.Find(Bias, l), D: b.get("d%d", l), A: b.activation(l - 1),
		Rate: b.get("rate")}
}

// functions are the formulas of every activation and of the cost.
type functions struct {
	activations []expr.Activation
	cost        expr.Cost
}

// functionsOf looks the formulas of a network up, or differentiates what its spec gives: a formula that several layers
// have once, for some take a tenth of a second.
// The error is a spec.ErrorList where formulas are at fault.
func functionsOf(n spec.Network) (functions, error) {
	var rows functions
	var mistakes spec.ErrorList
	refuse := func(path string, err error) error {
		var mistake *formula.Error
		if !errors.As(err, &mistake) {
			return fmt.Errorf("%s: %w", path, err)
		}
		mistakes = append(mistakes, spec.Error{Path: path + ".expr", Offset: mistake.At, Message: mistake.Message})
		return nil
	}
	given := map[string]expr.Activation{}
	for i, layer := range n.Layers {
		text := layer.Activation.Expr
		act, known := given[text]
		if !known || text == "" {
			var err error
			if act, err = expr.ActivationOf(layer.Activation); err != nil {
				if err := refuse(fmt.Sprintf("layers[%d].activation", i), err); err != nil {
					return rows, err
				}
			}
			if text != "" && err == nil && n.Derives(spec.DeriveHessianVector) {
				if err := act.CheckSecond(); err != nil {
					if err := refuse(fmt.Sprintf("layers[%d].activation", i), err); err != nil {
						return rows, err
					}
				}
			}
			given[text] = act
		}
		rows.activations = append(rows.activations, act)
	}
	var err error
	if rows.cost, err = expr.CostOf(n.Cost); err != nil {
		if err := refuse("cost", err); err != nil {
			return rows, err
		}
	}
	if n.Cost.Expr != "" && err == nil && n.Derives(spec.DeriveHessianVector) {
		if err := rows.cost.CheckSecond(); err != nil {
			if err := refuse("cost", err); err != nil {
				return rows, err
			}
		}
	}
	if len(mistakes) > 0 {
		return rows, mistakes
	}
	return rows, nil
}

// layerBuffersOf returns the buffers of layer l.
func layerBuffersOf(p *Program, l int) layerBuffers {
	b := layerBuffers{z: p.Meant(PreActivation, l), a: p.Meant(PostActivation, l), v: p.Meant(Incoming, l),
		d: p.Meant(LayerDelta, l), window: window(p, l)}
	for _, m := range vectorActivations[p.Activations[l-1].Vector].kept {
		b.kept = append(b.kept, p.Meant(m, l))
	}
	return b
}

// window is how many units of layer l the activation takes together: a pool's window, or all of them.
func window(p *Program, l int) int {
	if vectorActivations[p.Activations[l-1].Vector].pools {
		return p.Network.Layers[l-1].Window()
	}
	return p.Network.Layers[l-1].Dense
}
