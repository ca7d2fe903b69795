package verify

import (
	"math"

	"github.com/backpropgen/backpropgen/verify/internal/function"
	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"github.com/backpropgen/backpropgen/verify/internal/scalar"
	"gonum.org/v1/gonum/mat"
)

// gonumNet is a network as one writes it with gonum/mat: a loop over layers, every intermediate a new
// vector or matrix. It knows tanh, relu, identity and softmax, mse, and softmax with cross-entropy.
type gonumNet struct {
	w           []*mat.Dense
	b           []*mat.VecDense
	activations []string
}

type gonumGrad struct {
	w []*mat.Dense
	b []*mat.VecDense
}

func (n *gonumNet) forward(x *mat.VecDense) (a []*mat.VecDense) {
	a = append(a, x)
	for l, w := range n.w {
		var z mat.VecDense
		z.MulVec(w, a[l])
		z.AddVec(&z, n.b[l])
		a = append(a, activateGonum(n.activations[l], &z))
	}
	return a
}

func activateGonum(name string, z *mat.VecDense) *mat.VecDense {
	var a mat.Dense
	switch name {
	case "tanh":
		a.Apply(func(_, _ int, v float64) float64 { return math.Tanh(v) }, z)
	case "relu":
		a.Apply(func(_, _ int, v float64) float64 { return max(v, 0) }, z)
	case "softmax":
		m := mat.Max(z)
		a.Apply(func(_, _ int, v float64) float64 { return math.Exp(v - m) }, z)
		a.Scale(1/mat.Sum(&a), &a)
	default:
		return z
	}
	return mat.NewVecDense(z.Len(), a.RawMatrix().Data)
}

func (n *gonumNet) grad(x, y *mat.VecDense) (loss float64, g gonumGrad) {
	depth := len(n.w)
	a := n.forward(x)
	g = gonumGrad{make([]*mat.Dense, depth), make([]*mat.VecDense, depth)}

	d := new(mat.VecDense)
	d.SubVec(a[depth], y)
	if n.activations[depth-1] == "softmax" {
		for i := range y.Len() {
			loss -= y.AtVec(i) * math.Log(max(a[depth].AtVec(i), function.ProbabilityFloor))
		}
	} else {
		loss = mat.Dot(d, d) / float64(y.Len())
		d.ScaleVec(2/float64(y.Len()), d)
	}
	for l := depth - 1; l >= 0; l-- {
		g.w[l] = new(mat.Dense)
		g.w[l].Outer(1, d, a[l])
		g.b[l] = d
		if l == 0 {
			break
		}
		v := new(mat.VecDense)
		v.MulVec(n.w[l].T(), d)
		var slope mat.Dense
		switch n.activations[l-1] {
		case "tanh":
			slope.Apply(func(_, _ int, v float64) float64 { return 1 - v*v }, a[l])
		case "relu":
			slope.Apply(func(_, _ int, v float64) float64 { return scalar.Step(v) }, a[l])
		}
		d = new(mat.VecDense)
		d.MulElemVec(v, slope.ColView(0))
	}
	return loss, g
}

func (n *gonumNet) step(x, y *mat.VecDense, rate float64) float64 {
	loss, g := n.grad(x, y)
	for l := range n.w {
		var update mat.Dense
		update.Scale(rate, g.w[l])
		n.w[l].Sub(n.w[l], &update)
		n.b[l].AddScaledVec(n.b[l], -rate, g.b[l])
	}
	return loss
}

// flat returns a gradient in the layout of parameters.
func (g gonumGrad) flat() []float64 {
	var v []float64
	for l := range g.w {
		v = append(v, g.w[l].RawMatrix().Data...)
		v = append(v, linear.Elements(g.b[l])...)
	}
	return v
}

// newGonumNet lays out flat parameters.
func newGonumNet(params []float64, widths []int, activations ...string) *gonumNet {
	n := &gonumNet{activations: activations}
	params = append([]float64{}, params...)
	for l := 1; l < len(widths); l++ {
		rows, cols := widths[l], widths[l-1]
		n.w = append(n.w, mat.NewDense(rows, cols, params[:rows*cols]))
		n.b = append(n.b, mat.NewVecDense(rows, params[rows*cols:rows*cols+rows]))
		params = params[rows*cols+rows:]
	}
	return n
}
