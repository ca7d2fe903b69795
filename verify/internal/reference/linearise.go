package reference

import (
	"math"
	"slices"

	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"gonum.org/v1/gonum/mat"
)

// Linearisation is the network about one sample: what its derivatives are made of, with bounds on the errors of a
// kernel.
type Linearisation struct {
	network *Network
	trace   *Trace
	pair    rounding.Pair
	// z, a and jac are z_ℓ, a_ℓ and Jac_ℓ, for layer ℓ at index ℓ.
	z, a []rounding.Estimate
	jac  []mat.Matrix
}

// Linearise is the network about the sample of a trace, for kernels of such a format.
func (n *Network) Linearise(t *Trace, r rounding.Pair) *Linearisation {
	_, between := n.Estimates(t, r)
	m := &Linearisation{network: n, trace: t, pair: r, z: between.Z, a: between.A}
	m.jac = make([]mat.Matrix, len(n.layers)+1)
	for l, layer := range n.layers {
		m.jac[l+1] = layer.sigma.Jacobian(t.Z[l+1])
	}
	return m
}

// Jacobian returns ∂ŷ/∂x, row-major, and bounds on its errors:
//
//	∂ŷ/∂x = Jac_L W_L Jac_{L-1} W_{L-1} … Jac_1 W_1
//
// A kernel may multiply from either end. Each way has running bounds, column by column from the input or row by row
// from the output, and the larger one holds for both.
func (m *Linearisation) Jacobian() (value, bound []float64) {
	forward, bound := m.columns()
	value = slices.Clone(forward.RawMatrix().Data)
	rows := m.rows()[0]
	width := len(rows[0].Value)
	for i, row := range rows {
		for j, v := range row.Value {
			at := i*width + j
			bound[at] = max(bound[at], rounding.Up(row.Bound[j]+math.Abs(v-value[at]), 2))
		}
	}
	return value, bound
}

// columns multiplies from the input.
func (m *Linearisation) columns() (value *mat.Dense, bound []float64) {
	n := m.network
	value = mat.DenseCopyOf(n.layers[0].w)
	columns := columnsOf(value, nil) // W_1 itself
	for l := 1; l <= len(n.layers); l++ {
		layer := n.layers[l-1]
		if l > 1 {
			next := new(mat.Dense)
			next.Mul(layer.w, value)
			value, columns = next, columnsOf(next, func(j int) []float64 {
				return rounding.AffineBound(m.pair, layer.w, columns[j], nil)
			})
		}
		next := linear.Product(m.jac[l], value)
		value, columns = next, columnsOf(next, func(j int) []float64 {
			return layer.sigma.TangentBound(m.pair, m.z[l], m.a[l], columns[j])
		})
	}
	bound = make([]float64, len(value.RawMatrix().Data))
	for j, c := range columns {
		for i, e := range c.Bound {
			bound[i*len(columns)+j] = e
		}
	}
	return value, bound
}

// columnsOf are the columns of a matrix with their bounds, which are 0 where there is no function.
func columnsOf(m *mat.Dense, bound func(j int) []float64) []rounding.Estimate {
	_, cols := m.Dims()
	list := make([]rounding.Estimate, cols)
	for j := range list {
		list[j] = rounding.Exact(linear.Vector(mat.Col(nil, j, m)))
		if bound != nil {
			list[j].Bound = bound(j)
		}
	}
	return list
}

// rows multiplies from the output: for each layer ℓ, at index ℓ, the rows of ∂ŷ/∂z_ℓ, and at index 0 those of ∂ŷ/∂x.
func (m *Linearisation) rows() [][]rounding.Estimate {
	n := m.network
	depth := len(n.layers)
	list := make([][]rounding.Estimate, depth+1)
	width := m.trace.Output.Len()
	unit := func(i int) rounding.Estimate {
		e := rounding.Estimate{Value: make([]float64, width), Bound: make([]float64, width)}
		e.Value[i] = 1
		return e
	}
	value := mat.DenseCopyOf(m.jac[depth])
	list[depth] = rowsOf(value, func(i int) []float64 {
		return n.last().sigma.PullbackBound(m.pair, m.z[depth], m.a[depth], unit(i))
	})
	for l := depth; l >= 1; l-- {
		layer := n.layers[l-1]
		next := new(mat.Dense)
		next.Mul(value, layer.w)
		back := rowsOf(next, func(i int) []float64 {
			return rounding.AffineBound(m.pair, layer.w.T(), list[l][i], nil)
		})
		if l == 1 {
			list[0] = back
			break
		}
		value = linear.Product(next, m.jac[l-1])
		list[l-1] = rowsOf(value, func(i int) []float64 {
			return n.pulledBound(m.pair, l-1, m.z[l-1], m.a[l-1], back[i], list[l][i])
		})
	}
	return list
}

func rowsOf(m *mat.Dense, bound func(i int) []float64) []rounding.Estimate {
	rows, _ := m.Dims()
	list := make([]rounding.Estimate, rows)
	for i := range list {
		list[i] = rounding.Estimate{Value: linear.Elements(linear.Row(m, i)), Bound: bound(i)}
	}
	return list
}

// ParameterJacobian returns ∂ŷ/∂θ, a row for each output in the layout of the parameters, and bounds on its errors:
//
//	∂ŷ_i/∂W_ℓ = d aᵀ,  ∂ŷ_i/∂b_ℓ = d,  d the row i of ∂ŷ/∂z_ℓ and a = a_{ℓ-1}
func (m *Linearisation) ParameterJacobian() (value, bound []float64) {
	rows := m.rows()
	for i := range m.trace.Output.Len() {
		for l, layer := range m.network.layers {
			d, a := rows[l+1][i], m.a[l]
			for _, di := range d.Value {
				for _, aj := range a.Value {
					value = append(value, di*aj)
				}
			}
			bound = append(bound, rounding.OuterBound(m.pair, d, a)...)
			if layer.b != nil {
				value, bound = append(value, d.Value...), append(bound, d.Bound...)
			}
		}
	}
	return value, bound
}

// Tangent returns (∂ŷ/∂x)·dx, from the input on, and bounds on its errors.
func (m *Linearisation) Tangent(dx []float64) (value, bound []float64) {
	t := rounding.Exact(linear.Vector(slices.Clone(dx)))
	for l, layer := range m.network.layers {
		t = m.along(layer, t)
		t = m.activated(l+1, t)
	}
	return t.Value, t.Bound
}

// along is W·t.
func (m *Linearisation) along(l layer, t rounding.Estimate) rounding.Estimate {
	rows, _ := l.w.Dims()
	z := mat.NewVecDense(rows, nil)
	z.MulVec(l.w, linear.Vector(t.Value))
	return rounding.Estimate{Value: linear.Elements(z), Bound: rounding.AffineBound(m.pair, l.w, t, nil)}
}

// activated is Jac_ℓ·t.
func (m *Linearisation) activated(l int, t rounding.Estimate) rounding.Estimate {
	a := linear.Mul(m.jac[l], linear.Vector(t.Value))
	return rounding.Estimate{
		Value: linear.Elements(a),
		Bound: m.network.layers[l-1].sigma.TangentBound(m.pair, m.z[l], m.a[l], t),
	}
}
