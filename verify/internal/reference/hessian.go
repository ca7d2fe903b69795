package reference

import (
	"math"
	"slices"

	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"gonum.org/v1/gonum/mat"
)

// HessianVector returns ∇²L·v, of all parameters, in the layout of New's params, and bounds on its errors. It
// differentiates Algorithm 4 along v = (V_1, v_1, V_2, v_2, …), a dot being the derivative (Pearlmutter 1994):
//
//	ȧ_0 = 0
//	ż_ℓ = W_ℓ ȧ_{ℓ-1} + V_ℓ a_{ℓ-1} + v_ℓ,   ȧ_ℓ = Jac_ℓ ż_ℓ
//	g_L = ∇C(-, y) at a_L,   ġ_L = ∇²C(-, y) ȧ_L
//	ḋ_ℓ = Jac_ℓᵀ ġ_ℓ + J̇ac_ℓᵀ g_ℓ             d_ℓ = ∇z_ℓ, g_ℓ = ∇a_ℓ
//	ġ_{ℓ-1} = W_ℓᵀ ḋ_ℓ + V_ℓᵀ d_ℓ
//	rows of W_ℓ: ḋ_ℓ a_{ℓ-1}ᵀ + d_ℓ ȧ_{ℓ-1}ᵀ,   of b_ℓ: ḋ_ℓ
//
// A last activation and cost with a closed form have d_L linear in a_L, and ḋ_L in ȧ_L.
func (m *Linearisation) HessianVector(v []float64) (value, bound []float64) {
	n := m.network
	depth := len(n.layers)
	along := n.split(v)
	dotZ, dotA := make([]rounding.Estimate, depth+1), make([]rounding.Estimate, depth+1)
	dotA[0] = rounding.Exact(mat.NewVecDense(len(m.a[0].Value), nil))
	for l := 1; l <= depth; l++ {
		dotZ[l] = affineOf(m.pair, n.layers[l-1].w, along[l-1].w, dotA[l-1], m.a[l-1], along[l-1].b)
		dotA[l] = m.activated(l, dotZ[l])
	}

	d, dot := m.lastDelta(dotZ[depth], dotA[depth])
	values, bounds := make([][]float64, depth), make([][]float64, depth)
	for l := depth; l >= 1; l-- {
		layer, v := n.layers[l-1], along[l-1]
		values[l-1], bounds[l-1] = m.rates(d, dot, m.a[l-1], dotA[l-1], layer.b != nil)
		if l == 1 {
			break
		}
		g := rounding.Estimate{
			Value: linear.Elements(m.trace.GradA[l-1]), Bound: rounding.AffineBound(m.pair, layer.w.T(), d, nil),
		}
		dotG := affineOf(m.pair, mat.DenseCopyOf(layer.w.T()), mat.DenseCopyOf(v.w.T()), dot, d, nil)
		dot = m.pulled(l-1, rounding.Second{
			Z: m.z[l-1], A: m.a[l-1], V: g, DotZ: dotZ[l-1], DotA: dotA[l-1], DotV: dotG,
		})
		d = rounding.Estimate{
			Value: linear.Elements(m.trace.GradZ[l-1]),
			Bound: n.pulledBound(m.pair, l-1, m.z[l-1], m.a[l-1], g, d),
		}
	}
	return slices.Concat(values...), slices.Concat(bounds...)
}

// split are parts of a vector laid out like the parameters.
func (n *Network) split(v []float64) (list []layer) {
	for _, l := range n.layers {
		rows, cols := l.w.Dims()
		part := layer{w: mat.NewDense(rows, cols, slices.Clone(v[:rows*cols]))}
		v = v[rows*cols:]
		if l.b != nil {
			part.b = mat.NewVecDense(rows, slices.Clone(v[:rows]))
			v = v[rows:]
		}
		list = append(list, part)
	}
	return list
}

// affineOf is W·x + V·y + b, b nil for none, all terms summed in any order.
func affineOf(r rounding.Pair, w, v *mat.Dense, x, y rounding.Estimate, b *mat.VecDense) rounding.Estimate {
	both, joined := new(mat.Dense), rounding.Estimate{
		Value: slices.Concat(x.Value, y.Value), Bound: slices.Concat(x.Bound, y.Bound),
	}
	both.Augment(w, v)
	sum := layer{w: both, b: b}.affine(linear.Vector(joined.Value))
	return rounding.Estimate{Value: linear.Elements(sum), Bound: rounding.AffineBound(r, both, joined, b)}
}

// lastDelta is ∇z_L and its derivative.
func (m *Linearisation) lastDelta(dotZ, dotA rounding.Estimate) (d, dot rounding.Estimate) {
	n, y := m.network, m.trace.Target
	depth := len(n.layers)
	z, a := m.z[depth], m.a[depth]
	d = rounding.Estimate{
		Value: linear.Elements(m.trace.GradZ[depth]), Bound: n.gradZLBound(m.pair, z, a, m.trace),
	}
	if n.fused != nil {
		return d, m.scaled(rounding.Exact(n.fused.DeltaSlope(y)), dotA)
	}
	g := rounding.Estimate{
		Value: linear.Elements(m.trace.GradA[depth]), Bound: n.cost.GradientBound(m.pair, a, y),
	}
	dotG := m.scaled(rounding.Estimate{
		Value: linear.Elements(n.cost.Curvature(m.trace.A[depth], y)), Bound: n.cost.CurvatureBound(m.pair, a, y),
	}, dotA)
	return d, m.pulled(depth, rounding.Second{Z: z, A: a, V: g, DotZ: dotZ, DotA: dotA, DotV: dotG})
}

// scaled is c ⊙ x. Where c may overflow it has no bound, not even for an x of 0.
func (m *Linearisation) scaled(c, x rounding.Estimate) rounding.Estimate {
	s := rounding.Estimate{Value: make([]float64, len(x.Value)), Bound: make([]float64, len(x.Value))}
	for i, xi := range x.Value {
		s.Value[i] = c.Value[i] * xi
		terms := rounding.Times(c.Magnitude(i), x.Magnitude(i))
		s.Bound[i] = rounding.Product(c.Value[i], c.Bound[i], xi, x.Bound[i]) +
			m.pair.Local(rounding.Work{Roundings: 2}, terms, terms)
		if math.IsInf(c.Bound[i], 1) {
			s.Bound[i] = c.Bound[i]
		}
	}
	return s
}

// pulled is Jac_ℓᵀ·v̇ + J̇ac_ℓᵀ·v.
func (m *Linearisation) pulled(l int, s rounding.Second) rounding.Estimate {
	sigma := m.network.layers[l-1].sigma
	dot := linear.MulTransposed(m.jac[l], linear.Vector(s.DotV.Value))
	dot.AddVec(dot, linear.MulTransposed(sigma.Curvature(m.trace.Z[l], linear.Vector(s.DotZ.Value)),
		linear.Vector(s.V.Value)))
	return rounding.Estimate{Value: linear.Elements(dot), Bound: sigma.SecondPullbackBound(m.pair, s)}
}

// rates are those of a layer's parameters: ḋ aᵀ + d ȧᵀ row by row, and ḋ where there is a bias.
func (m *Linearisation) rates(d, dot, a, dotA rounding.Estimate, bias bool) (value, bound []float64) {
	one, other := rounding.OuterBound(m.pair, dot, a), rounding.OuterBound(m.pair, d, dotA)
	loss := m.pair.Loss(rounding.Work{Roundings: 2})
	for i, di := range dot.Value {
		for j, aj := range a.Value {
			at := len(value)
			value = append(value, di*aj+d.Value[i]*dotA.Value[j])
			terms := rounding.Up(rounding.Times(dot.Magnitude(i), a.Magnitude(j))+
				rounding.Times(d.Magnitude(i), dotA.Magnitude(j)), 3)
			bound = append(bound, rounding.Up(one[at]+other[at], 2)+loss.Local(terms, terms))
		}
	}
	if bias {
		value, bound = append(value, dot.Value...), append(bound, dot.Bound...)
	}
	for i, e := range bound {
		if math.IsNaN(e) {
			bound[i] = math.Inf(1)
		}
	}
	return value, bound
}
