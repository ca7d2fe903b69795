package plan

import (
	"fmt"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/spec"
)

// The derivatives of ŷ by x. With ż_ℓ = W_ℓ ȧ_{ℓ-1} and ȧ_ℓ = Jac_ℓ ż_ℓ a direction ẋ = ȧ_0 is pushed forward to ŷ̇ =
// ȧ_L (forward mode); with v_{ℓ-1} = W_ℓᵀ δ_ℓ and δ_ℓ = Jac_ℓᵀ v_ℓ a covector is pulled back from ŷ to x (reverse
// mode). The Jacobian matrix is what comes of all n_0 unit directions, a column each, or of all n_L unit covectors, a
// row each: by what the shape of the network makes cheaper. The factors σ'(z) of pointwise layers are formed once for
// all rows.

// Rows are operations that a function repeats for every row or column k of what it computes, in order, after all
// others. Those of their buffers that are views are parts of others that k tells.
type Rows struct {
	N int
	// Over is the argument that has as many elements.
	Over string
	Ops  []Op
}

// View makes a buffer a part of another one, which k of Rows tells.
type View struct {
	Of   *Buffer
	Part ViewPart
}

// ViewPart says which part of a buffer a view is.
type ViewPart int

// The parts.
const (
	RowView     ViewPart = iota // row k of a matrix
	ColumnView                  // column k
	ElementView                 // element k of a vector
)

// withViewed are buffers and those that some of them are views of.
func withViewed(bs []*Buffer) []*Buffer {
	for _, b := range bs {
		if b.View != nil {
			bs = append(bs, b.View.Of)
		}
	}
	return bs
}

// Unit forms s_k·e_k, the vector whose element k alone is not 0; where S is nil, By·e_k for a constant, and where that
// is nil as well, e_k.
type Unit struct {
	Out, S *Buffer
	By     expr.Expr
}

// Factor is the constant.
func (o *Unit) Factor() expr.Expr {
	if o.By == nil {
		return expr.Number(1)
	}
	return o.By
}

// Reads lists s.
func (o *Unit) Reads() []*Buffer { return some(o.S) }

// Writes lists the vector.
func (o *Unit) Writes() []*Buffer { return []*Buffer{o.Out} }

func (o *Unit) String() string {
	if o.S != nil {
		return fmt.Sprintf("%s = %s[k]·e_k", o.Out.Name, o.S.Name)
	}
	if o.By != nil {
		return fmt.Sprintf("%s = %s·e_k", o.Out.Name, o.By)
	}
	return fmt.Sprintf("%s = e_k", o.Out.Name)
}

// All are the operations of a function, those of its rows last.
func (f *Func) All() []Op {
	if f.Rows == nil {
		return f.Ops
	}
	return join(f.Ops, f.Rows.Ops)
}

// The variables of what is pushed forward and pulled back beside what activations read.
const (
	pushed    = expr.Var("zt") // an element of ż where a whole layer is pushed forward
	preVar    = expr.Var("zs") // z where AccForward is ż
	slopeVar  = expr.Var("f")  // σ'(z)
	weightVar = expr.Var("w")  // an element of a row or column of W
	seedVar   = expr.Var("fk") // σ'(z) of unit k
)

// derive adds the functions of the derivatives that the network names. forward and cost are the operations of
// its forward pass, and of the cost with its gradient.
func (b *builder) derive(forward, cost []Op) {
	n := b.p.Network
	if len(n.Derivatives) == 0 {
		return
	}
	depth := n.Depth()
	for l := 1; l <= depth; l++ {
		b.mean(TangentPre, Scratch, l, n.Layers[l-1].Dense)
		b.mean(TangentPost, Scratch, l, n.Width(l))
		b.mean(RowIncoming, Scratch, l, n.Width(l))
		b.mean(RowDelta, Scratch, l, n.Layers[l-1].Dense)
		b.mean(Slope, Scratch, l, n.Layers[l-1].Dense)
	}
	if n.Derives(spec.DeriveTangent) {
		b.add(Direction, 0, "dx", n.Input, 1)
		b.add(Derived, depth, "dy", n.Width(depth), 1).Means = TangentPost
		b.p.Funcs = append(b.p.Funcs, &Func{Name: Tangent, Ops: join(forward, b.tangent())})
	}
	if n.Derives(spec.DeriveJacobian) {
		b.add(Derived, depth, "j", n.Width(depth), n.Input).Means = OutputJacobian
		b.p.Funcs = append(b.p.Funcs, b.jacobianMatrix(forward),
			&Func{Name: JacobianBatch, Batch: true, Each: Jacobian})
	}
	if n.Derives(spec.DeriveHessianVector) {
		b.curvatureBuffers()
		b.p.Funcs = append(b.p.Funcs, b.hessianVector(forward, cost))
	}
	if n.Derives(spec.DeriveParameterJacobian) {
		b.p.Funcs = append(b.p.Funcs, b.parameterJacobian(forward),
			&Func{Name: ParameterJacobianBatch, Batch: true, Each: ParameterJacobian})
	}
}

// view adds a view.
func (b *builder) view(name string, part ViewPart, of *Buffer) *Buffer {
	n := 1
	switch part {
	case RowView:
		n = of.Cols
	case ColumnView:
		n = of.Rows
	}
	if known := b.p.Buffer(name); known != nil {
		return known
	}
	v := b.add(Viewed, of.Layer, name, n, 1)
	v.View = &View{of, part}
	return v
}

// slope is σ'(z) of a pointwise layer as an expression of what it reads: of a where that tells it, else of z, whose
// variable is then preVar.
func (b *builder) slope(l int) (expr.Expr, Arg) {
	act := b.p.Activations[l-1]
	if act.DerivPost != nil {
		return act.DerivPost, Arg{expr.A, b.p.Meant(PostActivation, l)}
	}
	return expr.Substitute(act.Deriv, expr.Z, preVar), Arg{preVar, b.p.Meant(PreActivation, l)}
}

// pointwise says whether the activation of a layer is.
func (b *builder) pointwise(l int) bool { return b.p.Activations[l-1].Vector == expr.NotVector }

// constantSlope says whether σ' of a layer is the same everywhere.
func (b *builder) constantSlope(l int) bool {
	slope, _ := b.slope(l)
	return expr.Constant(slope)
}

// tangent pushes dx forward.
func (b *builder) tangent() []Op {
	n := b.p.Network
	var ops []Op
	in := b.get("dx")
	for l := 1; l <= n.Depth(); l++ {
		out := b.p.Meant(TangentPost, l)
		if l == n.Depth() {
			out = b.get("dy")
		}
		ops = append(ops, b.forwardTangent(l, in), b.push(l, out, false))
		in = out
	}
	return ops
}

// forwardTangent is ż_l = W_l·ȧ_{l-1}.
func (b *builder) forwardTangent(l int, in *Buffer) Op {
	z := b.p.Meant(TangentPre, l)
	return &Affine{W: b.get("W%d", l), In: in, Sums: TangentPre,
		Each: Map{N: z.Rows, Sets: []Set{{z, AccForward}}, Layer: l}}
}

// push is ȧ_l = Jac_l·ż_l. Slopes that are formed already are read, else formed here.
func (b *builder) push(l int, out *Buffer, formed bool) Op {
	z := b.p.Meant(TangentPre, l)
	if !b.pointwise(l) {
		bufs := layerBuffersOf(b.p, l)
		bufs.zt, bufs.at = z, out
		text, stages := vectorActivations[b.p.Activations[l-1].Vector].push(bufs)
		o := vectorOp(bufs, l, out, text, stages)
		o.Scalars = "t"
		return o
	}
	m := &Map{N: z.Rows, Args: []Arg{{AccForward, z}}, Role: Push, Layer: l}
	m.Sets = []Set{{out, b.sloped(m, l, AccForward, formed)}}
	return m
}

// sloped is σ'(z)·e, of which the Map takes what it reads as arguments.
func (b *builder) sloped(m *Map, l int, e expr.Expr, formed bool) expr.Expr {
	slope, arg := b.slope(l)
	switch {
	case expr.Constant(slope):
	case formed:
		slope = slopeVar
		m.Args = append(m.Args, Arg{slopeVar, b.p.Meant(Slope, l)})
	default:
		m.Args = append(m.Args, arg)
	}
	return expr.Mul(e, slope)
}

// slopes form σ'(z) of layers, those that are the same everywhere left out.
func (b *builder) slopes(from, to int) (ops []Op) {
	for l := from; l <= to; l++ {
		if !b.pointwise(l) || b.constantSlope(l) {
			continue
		}
		if b.slopeOps[l] == nil {
			b.slopeOps[l] = b.slopeOp(l)
		}
		ops = append(ops, b.slopeOps[l])
	}
	return ops
}

// slopeOp forms σ'(z) of a layer. Functions share it.
func (b *builder) slopeOp(l int) Op {
	slope, arg := b.slope(l)
	out := b.p.Meant(Slope, l)
	return &Map{N: out.Rows, Args: []Arg{arg}, Sets: []Set{{out, slope}}, Layer: l}
}

// columnsPay is how many times fewer multiply-adds forward mode must take. Columns lie apart in memory, and of rows
// several are multiplied with a matrix at once.
const columnsPay = 2

// jacobianMatrix is the function of ∂ŷ/∂x, in the mode that takes fewer multiply-adds, or rather backward where they
// are about as many.
func (b *builder) jacobianMatrix(forward []Op) *Func {
	n := b.p.Network
	ahead, back := b.jacobianCosts()
	f := &Func{Name: Jacobian, Ops: join(forward, b.slopes(1, n.Depth()))}
	mode, rows, other, cost := "backward, a row at a time", n.Width(n.Depth()), ahead, back
	if columnsPay*ahead < back {
		mode, rows, other, cost = "forward, a column at a time", n.Input, back, ahead
		f.Rows = &Rows{N: rows, Over: InputArg, Ops: b.columns()}
	} else {
		f.Rows = &Rows{N: rows, Over: JacobianArg, Ops: b.rows()}
	}
	b.p.Choices = append(b.p.Choices,
		fmt.Sprintf("Jacobian goes %s: %d multiply-adds beside those of Forward; the other "+
			"way takes %d", mode, cost, other))
	return f
}

// jacobianCosts are the multiply-adds of the matrix in forward and in reverse mode.
func (b *builder) jacobianCosts() (ahead, back int64) {
	n := b.p.Network
	for l := 1; l <= n.Depth(); l++ {
		w := b.get("W%d", l)
		size := int64(w.Rows) * int64(w.Cols)
		if l > 1 {
			ahead += int64(n.Input) * size
		} else {
			ahead += size
		}
		if l < n.Depth() || !b.pointwise(l) {
			back += int64(n.Width(n.Depth())) * size
		} else {
			back += size
		}
	}
	return ahead, back
}

// columns push the unit direction e_k forward to column k of the matrix: W_1·e_k is column k of W_1.
func (b *builder) columns() []Op {
	n := b.p.Network
	depth := n.Depth()
	first, column := b.view("wc", ColumnView, b.get("W1")), b.view("jc", ColumnView, b.get("j"))
	var ops []Op
	var in *Buffer
	for l := 1; l <= depth; l++ {
		z, out := b.p.Meant(TangentPre, l), b.p.Meant(TangentPost, l)
		if l == depth && b.pointwise(l) {
			out = column
		}
		if l > 1 {
			ops = append(ops, b.forwardTangent(l, in))
		} else {
			ops = append(ops, &Map{N: z.Rows, Args: []Arg{{weightVar, first}}, Sets: []Set{{z, weightVar}},
				Role: Seed, Layer: l})
		}
		ops = append(ops, b.push(l, out, true))
		in = out
	}
	if in != column {
		ops = append(ops, b.deliver(in, column))
	}
	return ops
}

// rows pull the unit covector e_k back to row k of the matrix. A pointwise last layer makes σ'(z_k)·e_k of it, and so
// W_Lᵀ·δ_L is a row of W_L.
func (b *builder) rows() []Op {
	depth := b.p.Network.Depth()
	row := b.view("jr", RowView, b.get("j"))
	var ops []Op
	below := func(l int) *Buffer {
		if l == 1 {
			return row
		}
		return b.p.Meant(RowIncoming, l-1)
	}
	if !b.pointwise(depth) {
		ops = b.lastDelta()
	}
	ops = append(ops, b.below(depth, below(depth)))
	for l := depth - 1; l >= 1; l-- {
		ops = append(ops, b.pull(l), b.rowBack(l, below(l)))
	}
	return ops
}

// seed is σ'(z_k) of the last layer: a constant, or element k of its slopes.
func (b *builder) seed() (expr.Expr, *Arg) {
	depth := b.p.Network.Depth()
	if slope, _ := b.slope(depth); expr.Constant(slope) {
		return slope, nil
	}
	return seedVar, &Arg{seedVar, b.view("fk", ElementView, b.p.Meant(Slope, depth))}
}

// rowOfLast is row k of W_L.
func (b *builder) rowOfLast() *Buffer {
	return b.view("wr", RowView, b.get("W%d", b.p.Network.Depth()))
}

// pull is δ_l = Jac_lᵀ·v_l of a row.
func (b *builder) pull(l int) Op {
	v, d := b.p.Meant(RowIncoming, l), b.p.Meant(RowDelta, l)
	if !b.pointwise(l) {
		bufs := layerBuffersOf(b.p, l)
		bufs.v, bufs.d = v, d
		text, stages := vectorActivations[b.p.Activations[l-1].Vector].pullback(bufs)
		return vectorOp(bufs, l, d, text, stages)
	}
	m := &Map{N: v.Rows, Args: []Arg{{AccBackward, v}}, Role: Pull, Layer: l}
	m.Sets = []Set{{d, b.sloped(m, l, AccBackward, true)}}
	return m
}

// rowBack is v_{l-1} = W_lᵀ·δ_l of a row.
func (b *builder) rowBack(l int, out *Buffer) Op {
	return &BackAffine{W: b.get("W%d", l), D: b.p.Meant(RowDelta, l), Sums: RowIncoming,
		Each: Map{N: out.Len(), Sets: []Set{{out, AccBackward}}, Layer: l - 1}}
}

// parameterJacobian is the function of ∂ŷ/∂θ: for every output k the gradient of ŷ_k, by n_L ways back that share the
// way forward.
func (b *builder) parameterJacobian(forward []Op) *Func {
	n := b.p.Network
	depth := n.Depth()
	ops := b.lastDelta()
	for l := depth; l >= 1; l-- {
		ops = append(ops, &Outer{GW: b.get("gW%d", l), GB: b.p.Find(BiasGrad, l), D: b.p.Meant(RowDelta, l),
			A: b.activation(l - 1)})
		if l > 1 {
			ops = append(ops, b.below(l, b.p.Meant(RowIncoming, l-1)), b.pull(l-1))
		}
	}
	return &Func{Name: ParameterJacobian, Ops: join(forward, b.slopes(1, depth)),
		Rows: &Rows{N: n.Width(depth), Over: JacobianArg, Ops: ops}}
}

// lastDelta is δ_L = Jac_Lᵀ·e_k, which of a pointwise layer is σ'(z_k)·e_k.
func (b *builder) lastDelta() []Op {
	depth := b.p.Network.Depth()
	if !b.pointwise(depth) {
		return []Op{&Unit{Out: b.p.Meant(RowIncoming, depth)}, b.pull(depth)}
	}
	unit := &Unit{Out: b.p.Meant(RowDelta, depth)}
	if slope, _ := b.slope(depth); expr.Constant(slope) {
		unit.By = slope
	} else {
		unit.S = b.p.Meant(Slope, depth)
	}
	return []Op{unit}
}

// below is v_{l-1} = W_lᵀ·δ_l of a row. Under a pointwise last layer it is a multiple of a row of W_L.
func (b *builder) below(l int, out *Buffer) Op {
	if l < b.p.Network.Depth() || !b.pointwise(l) {
		return b.rowBack(l, out)
	}
	w := b.rowOfLast()
	seed, arg := b.seed()
	m := &Map{N: w.Rows, Args: []Arg{{weightVar, w}}, Sets: []Set{{out, expr.Mul(seed, weightVar)}},
		Role: Seed, Layer: l - 1}
	if arg != nil {
		m.Args = append(m.Args, *arg)
	}
	return m
}
