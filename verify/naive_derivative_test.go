package verify

import (
	"math"
	"slices"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/function"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/scalar"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// derived are derivatives in precision F, matrices row by row.
type derived[F Float] struct {
	output, jacobian, tangent, parameters, hessian []F
	loss                                           F
}

// derive evaluates the derivatives of a sample in precision F, element by element, the matrices from the input or from
// the output on: what the bounds must hold for. flaw is a mistake, or none.
func (e naive[F]) derive(n spec.Network, s trial.Sample, d trial.Direction, fromInput bool, flaw flaw) (r derived[F]) {
	numbers := func(v []float64) []F {
		to := make([]F, len(v))
		memory.Narrow(to, v)
		return to
	}
	depth, base := n.Depth(), e.run(n, s)
	z, a := base.z, base.a
	r.output, r.loss = base.output, base.loss
	layers := naiveLayers(n, numbers(s.Params))
	unit := func(n, i int) []F { u := make([]F, n); u[i] = 1; return u }
	push := func(dx []F) []F { // Jac_L W_L … Jac_1 W_1 dx
		for l, w := range layers {
			dx = e.push(n.Layers[l], z[l+1], a[l+1], e.times(w, dx, false), flaw)
		}
		return dx
	}
	pull := func(i int) (deltas [][]F, x []F) {
		v := unit(n.Width(depth), i)
		deltas = make([][]F, depth)
		for l := depth; l >= 1; l-- {
			deltas[l-1] = e.pullback(n.Layers[l-1], z[l], a[l], v)
			if flaw == "last Jacobian left out" && l == depth {
				deltas[l-1] = slices.Clone(v)
			}
			if flaw == "hidden Jacobian left out" && l < depth {
				deltas[l-1] = slices.Clone(v)
			}
			v = e.times(layers[l-1], deltas[l-1], true)
		}
		return deltas, v
	}

	in, out := n.Width(0), n.Width(depth)
	r.jacobian = make([]F, in*out)
	for i := range out {
		deltas, row := pull(i)
		copy(r.jacobian[i*in:], row)
		for l, delta := range deltas {
			below := a[l]
			if flaw == "activations of the layer above" {
				below = a[min(l+1, depth-1)]
			}
			for _, di := range delta {
				for j := range n.Width(l) {
					r.parameters = append(r.parameters, di*below[j%len(below)])
				}
			}
			if n.Layers[l].NoBias {
				continue
			}
			for k, di := range delta {
				if flaw == "bias derivative of the wrong unit" && l == 0 {
					di = delta[(k+1)%len(delta)]
				}
				r.parameters = append(r.parameters, di)
			}
		}
	}
	if fromInput {
		for k := range in {
			for i, v := range push(unit(in, k)) {
				r.jacobian[i*in+k] = v
			}
		}
	}
	dx := numbers(d.X)
	if flaw == "dx rounded to half" {
		for i := range dx {
			dx[i] = F(float32(dx[i])) * (1 + 0x1p-11)
		}
	}
	r.tangent = push(dx)
	r.hessian = e.hessian(n, layers, base, numbers(s.Y), numbers(d.V), flaw)
	return r
}

// naiveLayer is W and b of a layer; b is nil where there is none.
type naiveLayer[F Float] struct {
	w, b       []F
	rows, cols int
}

func naiveLayers[F Float](n spec.Network, params []F) (list []naiveLayer[F]) {
	for l, layer := range n.Layers {
		w := naiveLayer[F]{rows: layer.Dense, cols: n.Width(l)}
		w.w, params = params[:w.rows*w.cols], params[w.rows*w.cols:]
		if !layer.NoBias {
			w.b, params = params[:w.rows], params[w.rows:]
		}
		list = append(list, w)
	}
	return list
}

// times is W·v, or Wᵀ·v.
func (e naive[F]) times(w naiveLayer[F], v []F, transposed bool) []F {
	if transposed {
		r := make([]F, w.cols)
		for j := range r {
			terms := make([]F, w.rows)
			for i := range terms {
				terms[i] = w.w[i*w.cols+j] * v[i]
			}
			r[j] = e.sum(terms)
		}
		return r
	}
	r := make([]F, w.rows)
	for i := range r {
		r[i] = e.dot(w.w[i*w.cols:(i+1)*w.cols], v)
	}
	return r
}

// push is Jac·t in the closed forms that kernels have.
func (e naive[F]) push(l spec.Layer, z, a, t []F, flaw flaw) []F {
	switch l.Activation.Name {
	case "log-softmax":
		p := slices.Clone(z)
		s := e.exponentials(p)
		for i := range p {
			p[i] /= s
			if e.fromPost {
				p[i] = elementary(math.Exp, a[i])
			}
		}
		dot := e.dot(p, t)
		r := slices.Clone(t)
		for i := range r {
			r[i] -= dot
		}
		if flaw == "log-softmax pulls for pushes" {
			return e.pullback(l, z, a, t)
		}
		return r
	case "max-pool":
		r := make([]F, l.Width())
		for g := range r {
			cell := z[g*l.Window() : (g+1)*l.Window()]
			r[g] = t[g*l.Window()+slices.IndexFunc(cell, func(zi F) bool { return zi == a[g] || zi != zi })]
			if flaw == "maximum of the tangents" {
				r[g] = slices.Max(t[g*l.Window() : (g+1)*l.Window()])
			}
		}
		return r
	case "avg-pool":
		r := make([]F, l.Width())
		for g := range r {
			r[g] = e.sum(slices.Clone(t[g*l.Window():(g+1)*l.Window()])) / F(l.Window())
		}
		return r
	}
	return e.pullback(l, z, a, t) // all other Jacobians are symmetric
}

// hessian is ∇²L·v, by differentiating the gradient.
func (e naive[F]) hessian(n spec.Network, layers []naiveLayer[F], base results[F], y, v []F, flaw flaw) []F {
	depth, along := n.Depth(), naiveLayers(n, v)
	z, a := base.z, base.a
	dotZ, dotA := make([][]F, depth+1), make([][]F, depth+1)
	dotA[0] = make([]F, n.Width(0))
	for l := 1; l <= depth; l++ {
		dotZ[l] = e.times(layers[l-1], dotA[l-1], false)
		for i, t := range e.times(along[l-1], a[l-1], false) {
			dotZ[l][i] += t
		}
		if flaw == "W·ȧ left out" {
			dotZ[l] = e.times(along[l-1], a[l-1], false)
		}
		for i, b := range along[l-1].b {
			if flaw != "v of biases left out" {
				dotZ[l][i] += b
			}
		}
		dotA[l] = e.push(n.Layers[l-1], z[l], a[l], dotZ[l], "")
	}

	dot := make([]F, len(y))
	g := make([]F, len(y))
	for i := range y {
		rate := F(1)
		switch {
		case fusedWith(n) == "sigmoid" && n.Cost.Name == "cross-entropy":
			rate = y[i]
		case fusedWith(n) == "":
			rate, g[i] = naiveTermBend(n.Cost, a[depth][i], y[i]), naiveTermSlope(n.Cost, a[depth][i], y[i])
			if mean(n.Cost.Name) {
				rate, g[i] = rate/F(len(y)), g[i]/F(len(y))
			}
			if flaw == "sum for the mean in the second derivative" {
				rate *= F(len(y))
			}
		}
		if flaw == "curvature of the cost left out" {
			rate = 1
		}
		dot[i] = rate * dotA[depth][i]
	}
	if fusedWith(n) == "" {
		last := n.Layers[depth-1]
		if flaw == "Gauss-Newton for Hessian" || flaw == "last σ″ left out" {
			g = make([]F, len(y))
		}
		dot = e.secondPullback(last, z[depth], a[depth], dotZ[depth], dotA[depth], g, dot, flaw)
	}
	parts := make([][]F, depth)
	for l := depth; l >= 1; l-- {
		w, d := layers[l-1], base.d[l]
		rows := make([]F, 0, w.rows*w.cols+w.rows)
		for i := range w.rows {
			for j := range w.cols {
				h := dot[i] * a[l-1][j]
				switch {
				case flaw == "d·ȧ left out":
				case flaw == "Gauss-Newton for Hessian":
				default:
					h += d[i] * dotA[l-1][j]
				}
				rows = append(rows, h)
			}
		}
		if w.b != nil {
			rows = append(rows, dot...)
		}
		parts[l-1] = rows
		if l == 1 {
			break
		}
		incoming := e.times(w, d, true)
		dotIncoming := e.times(w, dot, true)
		for j, t := range e.times(along[l-1], d, true) {
			switch flaw {
			case "Vᵀ·d left out", "Gauss-Newton for Hessian":
			default:
				dotIncoming[j] += t
			}
		}
		if flaw == "Gauss-Newton for Hessian" || flaw == "hidden σ″ left out" {
			clear(incoming)
		}
		dot = e.secondPullback(n.Layers[l-2], z[l-1], a[l-1], dotZ[l-1], dotA[l-1], incoming, dotIncoming, flaw)
	}
	return slices.Concat(parts...)
}

// secondPullback is the derivative of Jacᵀ·v.
func (e naive[F]) secondPullback(l spec.Layer, z, a, dotZ, dotA, v, dotV []F, flaw flaw) []F {
	d := e.pullback(l, z, a, dotV)
	switch l.Activation.Name {
	case "softmax":
		s, t := e.dot(a, v), e.dot(dotA, v)+e.dot(a, dotV)
		for i := range d {
			d[i] = dotA[i]*(v[i]-s) + a[i]*(dotV[i]-t)
			if flaw == "softmax: ṡ without ȧ" {
				d[i] = dotA[i]*(v[i]-s) + a[i]*(dotV[i]-e.dot(a, dotV))
			}
		}
	case "log-softmax":
		total := e.sum(slices.Clone(v))
		for i := range d {
			d[i] -= elementary(math.Exp, a[i]) * dotA[i] * total
		}
	case "radial-sigmoid":
		r := e.norm(z)
		if r == 0 {
			break
		}
		s := elementary(scalar.Sigmoid, r)
		q, slope := s/r, s*(1-s)
		rate := e.dot(z, dotZ) / r
		dotQ := (slope - q) / r * rate
		k := (slope - q) / (s * s)
		dotK := (slope*(1-2*s)*rate-dotQ)/(s*s) - 2*k*slope/s*rate
		inner, dotInner := e.dot(a, v), e.dot(dotA, v)+e.dot(a, dotV)
		for i := range d {
			d[i] = dotQ*v[i] + q*dotV[i] + (dotK*inner+k*dotInner)*a[i] + k*inner*dotA[i]
		}
	case "max-pool", "avg-pool":
	default:
		for i := range d {
			bend := naiveBend(l.Activation, z[i], a[i], e.fromPost)
			switch flaw {
			case "σ″ of the wrong sign":
				bend = -bend
			case "σ″ twice":
				bend *= 2
			}
			d[i] += bend * dotZ[i] * v[i]
		}
	}
	return d
}

// naiveBend is σ″ of a pointwise activation, from z or, where kernels do that, from a.
func naiveBend[F Float](f spec.Function, z, a F, fromPost bool) F {
	size := max(z, -z)
	exponential := func(scale, alpha F) F {
		switch {
		case z > 0:
			return 0
		case fromPost:
			return a + scale*alpha
		}
		return scale * alpha * elementary(math.Exp, z)
	}
	switch f.Name {
	case "sigmoid":
		return naiveSlope(f, z, a, fromPost) * (1 - 2*a)
	case "tanh":
		return -2 * a * naiveSlope(f, z, a, fromPost)
	case "arctan":
		slope := 1 / (1 + z*z)
		return -slope * (2 * z) / (1 + z*z)
	case "softplus":
		s := elementary(scalar.Sigmoid, z)
		return s * (1 - s)
	case "elu":
		return exponential(1, parameter[F](f, "alpha"))
	case "selu":
		return exponential(function.SeluScale, function.SeluAlpha)
	case "gelu":
		density := 0.3989422804014327 * elementary(math.Exp, -0.5*z*z)
		if density == 0 {
			return 0
		}
		return density + density - z*z*density
	case "silu":
		s := elementary(scalar.Sigmoid, z)
		slope := s * (1 - s)
		return slope + (slope + z*(slope*(1-s)-s*slope))
	case "softsign":
		return -2 * F(scalar.Step(float64(z))-scalar.Step(float64(-z))) / ((1 + size) * (1 + size) * (1 + size))
	}
	return 0
}

// naiveTermBend is the second derivative of the term of one output.
func naiveTermBend[F Float](cost spec.Function, a, y F) F {
	d := a - y
	// y/a/a, for 1/a² may overflow where y is 0.
	curve := func(y, a F) F { r := elementary(function.ReciprocalFloored, a); return y * r * r }
	switch cost.Name {
	case "mse", "squared-error":
		return 2
	case "half-squared-error":
		return 1
	case "huber":
		return F(scalar.Step(float64(F(cost.Param(spec.CostRole, "delta")) - max(d, -d))))
	case "log-cosh":
		t := elementary(math.Tanh, d)
		return 1 - t*t
	case "cross-entropy":
		return curve(y, a)
	case "binary-cross-entropy":
		return curve(y, a) + curve(1-y, 1-a)
	}
	return 0 // mae
}
