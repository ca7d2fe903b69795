package plan

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/plan/plantest"
	"github.com/backpropgen/backpropgen/spec"
)

// derivative is a network that names all derivatives.
func derivative(n spec.Network) spec.Network {
	n.Derivatives = nil
	for _, d := range spec.Derivatives() {
		n.Derivatives = append(n.Derivatives, d.Name)
	}
	return n
}

// fillRandom fills parameters, x, y and the directions of a plan's memory.
func fillRandom(r *rand.Rand, p *Program, m *Memory[float64]) {
	for _, b := range p.Buffers {
		switch b.Kind {
		case Weight:
			for i := range m.data[b] {
				m.data[b][i] = r.NormFloat64() / math.Sqrt(float64(b.Cols))
			}
		case Bias, Input, Direction:
			for i := range m.data[b] {
				m.data[b][i] = r.NormFloat64()
			}
		case Target:
			for i := range m.data[b] {
				m.data[b][i] = r.Float64()
			}
		}
	}
}

// TestJacobianByDifferences compares Jacobian and Tangent with quotients of differences of Forward, and with one
// another.
func TestJacobianByDifferences(t *testing.T) {
	modes, far := map[string]int{}, 0
	plantest.Each(t, func(t *testing.T, r *rand.Rand, n spec.Network) {
		n = derivative(n)
		p := mustCompile(t, n)
		m := NewMemory[float64](p)
		fillRandom(r, p, m)
		run := func(name string) {
			if err := m.Run(name); err != nil {
				t.Fatal(err)
			}
		}
		out, in := n.Width(n.Depth()), n.Input
		run(Tangent)
		run(Jacobian)
		modes[p.Func(Jacobian).Rows.Over]++
		j, dx, dy := m.Data("j"), m.Data("dx"), m.Data("dy")
		for i := range out {
			sum, size := 0.0, 0.0
			for k := range in {
				sum += j[i*in+k] * dx[k]
				size += math.Abs(j[i*in+k] * dx[k])
			}
			if d := math.Abs(sum - dy[i]); !(d <= 1e-11*(1+size)) {
				t.Errorf("dy[%d] = %v, j·dx = %v", i, dy[i], sum)
			}
		}
		y := p.Meant(PostActivation, n.Depth()).Name
		at := func(step float64) []float64 {
			x := append([]float64{}, m.Data("x")...)
			for k := range in {
				m.Data("x")[k] += step * dx[k]
			}
			run(Forward)
			copy(m.Data("x"), x)
			return append([]float64{}, m.Data(y)...)
		}
		const h = 1e-6
		up, down := at(h), at(-h)
		for i := range out {
			// At a kink, and where curvature is large, quotients are far off: few are.
			if d := math.Abs((up[i]-down[i])/(2*h) - dy[i]); !(d <= 1e-4*(1+math.Abs(dy[i]))) {
				far++
			}
		}
	})
	if far > 3 {
		t.Errorf("%d elements are far from quotients of differences", far)
	}
	if modes[InputArg] == 0 || modes[JacobianArg] == 0 {
		t.Errorf("modes tried: %v", modes)
	}
}

// TestParameterJacobian: under half the sum of squares the gradient is that of every output times its error.
func TestParameterJacobian(t *testing.T) {
	plantest.Each(t, func(t *testing.T, r *rand.Rand, n spec.Network) {
		n = derivative(n)
		n.Cost = spec.Function{Name: "half-squared-error"}
		if n.Validate() != nil {
			return
		}
		p := mustCompile(t, n)
		m := NewMemory[float64](p)
		fillRandom(r, p, m)
		if err := m.Run(Grad); err != nil {
			t.Fatal(err)
		}
		want, sum, size := map[*Buffer][]float64{}, map[*Buffer][]float64{}, map[*Buffer][]float64{}
		var grads []*Buffer
		for _, b := range p.Buffers {
			if b.Kind == WeightGrad || b.Kind == BiasGrad {
				grads = append(grads, b)
				want[b] = append([]float64{}, m.data[b]...)
				sum[b], size[b] = make([]float64, b.Len()), make([]float64, b.Len())
			}
		}
		y := m.data[p.Meant(PostActivation, n.Depth())]
		rows := 0
		m.EachRow = func(k int) {
			rows++
			for _, b := range grads {
				for i, g := range m.data[b] {
					term := (y[k] - m.Data("y")[k]) * g
					sum[b][i] += term
					size[b][i] += math.Abs(term)
				}
			}
		}
		if err := m.Run(ParameterJacobian); err != nil {
			t.Fatal(err)
		}
		if rows != len(y) {
			t.Errorf("%d rows, want %d", rows, len(y))
		}
		for _, b := range grads {
			for i := range sum[b] {
				if d := math.Abs(sum[b][i] - want[b][i]); !(d <= 1e-10*(1+size[b][i])) {
					t.Errorf("%s[%d] is %v, that of the outputs %v", b.Name, i, want[b][i], sum[b][i])
				}
			}
		}
	})
}

// TestJacobianByHand: σ' of tanh and weights that are known.
func TestJacobianByHand(t *testing.T) {
	n := derivative(plantest.Network("mse", []int{2, 1, 1}, "relu", "identity"))
	m := NewMemory[float32](mustCompile(t, n))
	copy(m.Data("W1"), []float32{2, -1})
	copy(m.Data("W2"), []float32{3})
	copy(m.Data("x"), []float32{1, 1})
	copy(m.Data("dx"), []float32{1, 10})
	for _, c := range []struct {
		x  float32
		j  []float32
		dy float32
		// at z = 0 the slope of relu is 0
	}{{1, []float32{6, -3}, -24}, {0.5, []float32{0, 0}, 0}, {0, []float32{0, 0}, 0}} {
		m.Data("x")[0] = c.x
		for _, f := range []string{Jacobian, Tangent} {
			if err := m.Run(f); err != nil {
				t.Fatal(err)
			}
		}
		if j, dy := m.Data("j"), m.Data("dy"); j[0] != c.j[0] || j[1] != c.j[1] || dy[0] != c.dy {
			t.Errorf("x = %v: j %v and dy %v, want %v and %v", c.x, j, dy, c.j, c.dy)
		}
	}
}

// TestJacobianMode: a network with few inputs goes forward, one with few outputs backward, and explain says so.
func TestJacobianMode(t *testing.T) {
	for _, c := range []struct {
		widths []int
		over   string
		says   string
	}{
		{[]int{16, 32, 16, 4}, JacobianArg,
			"Jacobian goes backward, a row at a time: 4160 multiply-adds beside those of " +
				"Forward; the other way takes 9728"},
		{[]int{2, 8, 8, 9}, InputArg, "Jacobian goes forward, a column at a time: 288 multiply-adds"},
	} {
		n := derivative(plantest.Network("mse", c.widths, "tanh", "tanh", "identity"))
		p := mustCompile(t, n)
		if got := p.Func(Jacobian).Rows.Over; got != c.over ||
			!strings.Contains(strings.Join(p.Choices, "\n"), c.says) {
			t.Errorf("%v: over %s; choices %q", c.widths, got, p.Choices)
		}
	}
}
