package plan

import (
	"fmt"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/spec"
)

// Build writes a valid network down as the equations stand, one operation an equation and nothing
// fused: forward propagation (z = W·a + b, a = σ(z)), the cost and its gradient, and for every layer, last
// first, the gradients of the parameters and of the layer below. Every z and every a is kept.
func Build(n spec.Network) (*Program, error) {
	n = n.WithDefaults()
	b := &builder{p: &Program{Network: n, Cache: n.Cache}, jacobians: map[int]Op{}, backs: map[int]Op{}}
	b.buffers()
	forward := b.forward()
	value, err := b.cost(false)
	if err != nil {
		return nil, err
	}
	cost, err := b.cost(true)
	if err != nil {
		return nil, err
	}
	gradient, err := b.backward(b.outer)
	if err != nil {
		return nil, err
	}
	descent, err := b.backward(b.update)
	if err != nil {
		return nil, err
	}
	if b.err != nil {
		return nil, b.err
	}
	b.p.Funcs = []*Func{
		{Name: Forward, Ops: forward},
		{Name: LossOnly, Ops: join(forward, value)},
		{Name: Backward, Ops: join(cost, gradient)},
		{Name: Grad, Ops: join(forward, cost, gradient)},
		{Name: Step, Ops: join(forward, cost, descent)},
	}
	return b.p, nil
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
	jacobians, backs map[int]Op
}

func (b *builder) add(k Kind, layer int, name string, rows, cols int) *Buffer {
	buf := &Buffer{Name: name, Kind: k, Layer: layer, Rows: rows, Cols: cols, Slot: -1}
	b.p.Buffers = append(b.p.Buffers, buf)
	return buf
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
	for l := 1; l <= depth; l++ {
		layer := n.Layers[l-1]
		rows, cols := layer.Dense, n.Width(l-1)
		b.add(Weight, l, fmt.Sprintf("W%d", l), rows, cols)
		b.add(WeightGrad, l, fmt.Sprintf("gW%d", l), rows, cols)
		if !layer.NoBias {
			b.add(Bias, l, fmt.Sprintf("b%d", l), rows, 1)
			b.add(BiasGrad, l, fmt.Sprintf("gb%d", l), rows, 1)
		}
		b.add(Cache, l, fmt.Sprintf("z%d", l), rows, 1)
		b.add(Cache, l, fmt.Sprintf("a%d", l), n.Width(l), 1)
		if vectorKind(layer) == expr.Softmax {
			b.add(Cache, l, fmt.Sprintf("m%d", l), 1, 1)
			b.add(Cache, l, fmt.Sprintf("s%d", l), 1, 1)
		}
		b.add(Scratch, l, fmt.Sprintf("v%d", l), n.Width(l), 1)
		b.add(Delta, l, fmt.Sprintf("d%d", l), rows, 1)
	}
	b.add(Scratch, depth, "t", 1, 1)
	if n.InputGradient {
		b.add(Delta, 0, "d0", n.Input, 1)
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
		}, applyOp(b.p, l, z, b.get("a%d", l)))
	}
	return ops
}

// applyOp is a = σ(z) of layer l, from buffer z to buffer a.
func applyOp(p *Program, l int, z, a *Buffer) Op {
	layer := p.Network.Layers[l-1]
	if vectorKind(layer) == expr.Softmax {
		return &Softmax{In: z, Out: a, Max: p.Buffer(fmt.Sprintf("m%d", l)), Total: p.Buffer(fmt.Sprintf("s%d", l))}
	}
	act, _ := expr.Pointwise(layer.Activation.Name)
	return &Map{N: z.Rows, Args: []Arg{{expr.Z, z}}, Sets: []Set{{a, act.Value}}, Role: Apply, Layer: l}
}

// cost is loss = C(ŷ, y) and, when gradient is set, v_L = ∇C with respect to ŷ.
func (b *builder) cost(gradient bool) ([]Op, error) {
	n := b.p.Network
	depth := n.Depth()
	c, ok := expr.LookupCost(n.Cost.Name)
	if !ok {
		return nil, fmt.Errorf("cost %q has no formula", n.Cost.Name)
	}
	width := n.Width(depth)
	scale := 1.0
	if c.Mean {
		scale = 1 / float64(width)
	}
	m := &Map{
		N: width, Args: []Arg{{expr.A, b.get("a%d", depth)}, {expr.Y, b.get("y")}}, Role: CostTerm, Layer: depth,
		Sum: &Sum{b.get("loss"), c.Term, scale},
	}
	if gradient {
		// Differentiating the scaled term gathers its constants into one.
		m.Sets = []Set{{b.get("v%d", depth), expr.D(expr.Mul(expr.Number(scale), c.Term), expr.A)}}
	}
	return []Op{m}, nil
}

// jacobian is δ_l = Jacᵀ·v_l.
func (b *builder) jacobian(l int) (Op, error) {
	if b.jacobians[l] == nil {
		op, err := b.newJacobian(l)
		if err != nil {
			return nil, err
		}
		b.jacobians[l] = op
	}
	return b.jacobians[l], nil
}

func (b *builder) newJacobian(l int) (Op, error) {
	layer := b.p.Network.Layers[l-1]
	v, d := b.get("v%d", l), b.get("d%d", l)
	if vectorKind(layer) == expr.Softmax {
		return &SoftmaxJacobian{A: b.get("a%d", l), V: v, D: d}, nil
	}
	act, ok := expr.Pointwise(layer.Activation.Name)
	if !ok {
		return nil, fmt.Errorf("layers[%d].activation: %q has no formula", l-1, layer.Activation.Name)
	}
	z := b.get("z%d", l)
	return &Map{
		N: z.Rows, Args: []Arg{{AccBackward, v}, {expr.Z, z}},
		Sets: []Set{{d, expr.Mul(AccBackward, act.Deriv)}}, Role: Jacobian, Layer: l,
	}, nil
}

// backward is δ_L = Jac_Lᵀ·v_L and then, for every layer from the last, what params makes of δ_l and a_{l-1}, and
// δ_{l-1} = Jacᵀ·W_lᵀ·δ_l. W_l is read for δ_{l-1} before params writes it.
func (b *builder) backward(params func(l int) Op) ([]Op, error) {
	n := b.p.Network
	j, err := b.jacobian(n.Depth())
	if err != nil {
		return nil, err
	}
	ops := []Op{j}
	for l := n.Depth(); l >= 1; l-- {
		if l > 1 || n.InputGradient {
			ops = append(ops, b.back(l))
		}
		ops = append(ops, params(l))
		if l > 1 {
			j, err := b.jacobian(l - 1)
			if err != nil {
				return nil, err
			}
			ops = append(ops, j)
		}
	}
	return ops, nil
}

// back is v_{l-1} = W_lᵀ·δ_l; below the first layer that is the gradient with respect to x.
func (b *builder) back(l int) Op {
	if b.backs[l] == nil {
		v := b.p.Buffer("d0")
		if l > 1 {
			v = b.get("v%d", l-1)
		}
		b.backs[l] = &BackAffine{W: b.get("W%d", l), D: b.get("d%d", l), Each: Map{N: v.Rows, Sets: []Set{{v, AccBackward}}, Layer: l - 1}}
	}
	return b.backs[l]
}

func (b *builder) outer(l int) Op {
	return &Outer{GW: b.get("gW%d", l), GB: b.p.Find(BiasGrad, l), D: b.get("d%d", l), A: b.activation(l - 1)}
}

func (b *builder) update(l int) Op {
	return &Update{W: b.get("W%d", l), B: b.p.Find(Bias, l), D: b.get("d%d", l), A: b.activation(l - 1), Rate: b.get("rate")}
}

// vectorKind is the kind of a layer's activation that is not pointwise, zero for a pointwise one.
func vectorKind(l spec.Layer) expr.VectorKind {
	act, _ := expr.LookupActivation(l.Activation.Name)
	return act.Vector
}
