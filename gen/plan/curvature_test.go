package plan

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/backpropgen/backpropgen/gen/plan/plantest"
	"github.com/backpropgen/backpropgen/spec"
)

// parameterBuffers are the buffers of kinds, in the order of the parameters.
func parameterBuffers(p *Program, matrix, vector Kind) (list []*Buffer) {
	for l := 1; l <= p.Network.Depth(); l++ {
		list = append(list, some(p.Find(matrix, l), p.Find(vector, l))...)
	}
	return list
}

// flat are the elements of buffers, one after another.
func flat(m *Memory[float64], bs []*Buffer) (all []float64) {
	for _, b := range bs {
		all = append(all, m.data[b]...)
	}
	return all
}

// TestHessianVector compares HessianVector with differences of Grad along v, and asks that uᵀ(Hv) = vᵀ(Hu).
func TestHessianVector(t *testing.T) {
	far, all := 0, 0
	plantest.Each(t, func(t *testing.T, r *rand.Rand, n spec.Network) {
		n = derivative(n)
		p := mustCompile(t, n)
		m := NewMemory[float64](p)
		fillRandom(r, p, m)
		if _, closed := closedForm(n); closed {
			sumToOne(m.Data("y"))
		}
		directions, results := parameterBuffers(p, WeightDirection, BiasDirection),
			parameterBuffers(p, WeightCurvature, BiasCurvature)
		params, grads := parameterBuffers(p, Weight, Bias), parameterBuffers(p, WeightGrad, BiasGrad)
		run := func(name string) {
			if err := m.Run(name); err != nil {
				t.Fatal(err)
			}
		}
		draw := func() []float64 {
			for _, b := range directions {
				for i := range m.data[b] {
					m.data[b][i] = r.NormFloat64()
				}
			}
			return flat(m, directions)
		}
		product := func() []float64 { run(HessianVector); return flat(m, results) }
		u := draw()
		hu := product()
		v := draw()
		hv := product()
		loss := m.Data("loss")[0]
		run(Grad)
		if got := m.Data("loss")[0]; got != loss {
			t.Errorf("the loss is %v, that of Grad %v", loss, got)
		}
		left, right, size := 0.0, 0.0, 0.0
		for i := range u {
			left, right = left+u[i]*hv[i], right+v[i]*hu[i]
			size += math.Abs(u[i]*hv[i]) + math.Abs(v[i]*hu[i])
		}
		if !(math.Abs(left-right) <= 1e-9*(1+size)) {
			t.Errorf("uᵀ(Hv) = %v, vᵀ(Hu) = %v", left, right)
		}
		gradient := func(step float64) []float64 {
			at := 0
			for _, b := range params {
				for i := range m.data[b] {
					m.data[b][i] += step * v[at]
					at++
				}
			}
			run(Grad)
			at = 0
			for _, b := range params {
				for i := range m.data[b] {
					m.data[b][i] -= step * v[at]
					at++
				}
			}
			return flat(m, grads)
		}
		const h = 1e-6
		up, down := gradient(h), gradient(-h)
		for i := range hv {
			largest := math.Max(math.Abs(up[i]), 1)
			// At a kink, and where a third derivative is large, quotients are far off: few are.
			if d := math.Abs((up[i]-down[i])/(2*h) - hv[i]); !(d <= 1e-4*(largest+math.Abs(hv[i]))) {
				far++
			}
			all++
		}
	})
	if far > all/100 {
		t.Errorf("%d of %d elements are far from quotients of differences", far, all)
	}
}

// closedForm says whether targets of a network must sum to 1.
func closedForm(n spec.Network) (string, bool) {
	last := n.Layers[n.Depth()-1].Activation.Name
	return last, last == "softmax" && n.Cost.Name == "cross-entropy"
}

func sumToOne(y []float64) {
	sum := 0.0
	for _, v := range y {
		sum += v
	}
	for i := range y {
		y[i] /= sum
	}
}

// TestHessianVectorByHand: L = (w2·tanh(w1·x) − y)²/2 with x = 1, w1 = 0, w2 = 2, y = 1 has a = 0, a' = 1, a″ = 0, so
// that ∂²L/∂w1² = w2², ∂²L/∂w1∂w2 = −y and ∂²L/∂w2² = 0.
func TestHessianVectorByHand(t *testing.T) {
	n := plantest.Network("half-squared-error", []int{1, 1, 1}, "tanh", "identity")
	n.Layers[0].NoBias, n.Layers[1].NoBias = true, true
	m := NewMemory[float64](mustCompile(t, derivative(n)))
	m.Data("x")[0], m.Data("y")[0], m.Data("W2")[0] = 1, 1, 2
	m.Data("vW1")[0], m.Data("vW2")[0] = 3, 5
	if err := m.Run(HessianVector); err != nil {
		t.Fatal(err)
	}
	if h1, h2, loss := m.Data("hW1")[0], m.Data("hW2")[0], m.Data("loss")[0]; h1 != 4*3-5 || h2 != -3 || loss != 0.5 {
		t.Errorf("Hv = %v, %v, loss %v; want 7, -3, 0.5", h1, h2, loss)
	}
}
