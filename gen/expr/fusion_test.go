package expr

import (
	"math"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

func TestFusion(t *testing.T) {
	for _, c := range []struct{ activation, cost, term, delta string }{
		{"sigmoid", "binary-cross-entropy", "max(z, 0) - z*y + log1p(exp(-abs(z)))", "a - y"},
		{"sigmoid", "cross-entropy", "y*(max(-z, 0) + log1p(exp(-abs(z))))", "-y*(1 - a)"},
		{"softmax", "cross-entropy", "y*(lse - z)", "a - y"},
	} {
		row, ok := Fusion(c.activation, c.cost)
		if !ok {
			t.Errorf("no closed form of %s and %s", c.activation, c.cost)
			continue
		}
		if term, delta := row.Term.String(), row.Delta.String(); term != c.term || delta != c.delta {
			t.Errorf("%s and %s: %s, delta %s; want %s, %s", c.activation, c.cost, term, delta, c.term, c.delta)
		}
	}
	for _, row := range Fusions() {
		_, ok := spec.Lookup(spec.ActivationRole, row.Activation)
		if _, also := spec.Lookup(spec.CostRole, row.Cost); !ok || !also || row.Doc == "" {
			t.Errorf("%s and %s: a spec cannot name them, or there is no documentation", row.Activation, row.Cost)
		}
		if vector := Uses(row.Term, LSE); vector != row.Vector || Uses(row.Delta, Z) {
			t.Errorf("%s and %s: vector is %t, with %v and %v", row.Activation, row.Cost, row.Vector, row.Term,
				row.Delta)
		}
	}
	if row, ok := Fusion("tanh", "mse"); ok {
		t.Errorf("tanh and mse have the closed form %v", row.Term)
	}
}

// same checks that two expressions are equal within the rounding errors of computing them, and reports
// whether these are small enough for that to mean something.
func same(t *testing.T, got, want Expr, env Env[float64]) bool {
	t.Helper()
	g, eg := bounded(t, got, env, unit64)
	w, ew := bounded(t, want, env, unit64)
	if !(math.Abs(g-w) <= eg+ew) {
		t.Errorf("%v = %v\nshould be %v = %v ± %.1g at %v", got, g, want, w, eg+ew, env)
	}
	return eg+ew < 1e-9*(1+math.Abs(w))
}

// The closed forms over a pointwise activation are the cost of the value and the product of
// the derivatives.
func TestPointwiseFusions(t *testing.T) {
	for _, row := range Fusions() {
		if row.Vector {
			continue
		}
		t.Run(row.Activation+" "+row.Cost, func(t *testing.T) {
			activation, _ := ActivationOf(spec.Function{Name: row.Activation})
			cost, _ := CostOf(spec.Function{Name: row.Cost})
			value := func(e Expr) Expr { return Substitute(e, A, activation.Value) }
			for z := -12.0; z <= 12; z += 0x1p-4 {
				for _, y := range []float64{0, 0.25, 0.625, 1} {
					env := Env[float64]{Z: z, Y: y}
					if !same(t, row.Term, value(cost.Term), env) ||
						!same(t, value(row.Delta), Mul(activation.Deriv, value(cost.Grad)), env) {
						t.Errorf("too little is known at %v", env)
					}
					if math.Abs(z) < 0x1p-4 {
						continue // max and abs have their kinks here; those of the sum cancel
					}
					if !checkDerivative(t, row.Term, value(row.Delta), Z, env) {
						t.Errorf("slope at %v not known", env)
					}
				}
			}
		})
	}
}

// The closed forms of softmax, over a layer of three, are the cost of the values and its gradient.
func TestSoftmaxFusions(t *testing.T) {
	zs, ys := []Var{"z0", "z1", "z2"}, []Var{"y0", "y1", "y2"}
	var sum Expr = Exp(zs[0])
	for _, z := range zs[1:] {
		sum = Add(sum, Exp(z))
	}
	for _, row := range Fusions() {
		if !row.Vector {
			continue
		}
		cost, _ := CostOf(spec.Function{Name: row.Cost})
		var fused, plain Expr = Number(0), Number(0)
		for i, z := range zs {
			a := Div(Exp(z), sum)
			fused = Add(fused, Substitute(Substitute(Substitute(row.Term, Z, z), Y, ys[i]), LSE, Log(sum)))
			plain = Add(plain, Substitute(Substitute(cost.Term, A, a), Y, ys[i]))
		}
		m := newTreeMaker(7)
		for range 200 {
			env := make(Env[float64])
			for _, z := range zs {
				env[z] = math.Round(0x1p8*3*m.NormFloat64()) * 0x1p-8
			}
			env["y0"] = float64(m.IntN(9)) / 16
			env["y1"] = float64(m.IntN(8)) / 16
			env["y2"] = 1 - env["y0"] - env["y1"]
			if !same(t, fused, plain, env) {
				t.Errorf("too little is known at %v", env)
			}
			for i, z := range zs {
				delta := Substitute(Substitute(row.Delta, A, Div(Exp(z), sum)), Y, ys[i])
				if !same(t, delta, D(plain, z), env) || !checkDerivative(t, fused, delta, z, env) {
					t.Errorf("too little is known at %v", env)
				}
			}
		}
	}
}

// From logits far out the loss in float32 is still right to its own rounding, where the cost of the
// rounded activation would be cut off.
func TestFusionsAreStable(t *testing.T) {
	for _, row := range Fusions() {
		for _, z := range []float64{100, -100, 89, -89, 17, -17, 0} {
			for _, y := range []float64{0, 1, 0.5} {
				env := Env[float64]{Z: z, Y: y, LSE: max(z, 40)}
				env32 := make(Env[float32])
				for _, v := range []Var{Z, Y, LSE} {
					env32[v] = float32(env[v])
				}
				want, bound := bounded(t, row.Term, env, unit32)
				got := float64(mustEval(t, row.Term, env32))
				if !(math.Abs(got-want) <= bound && bound <= 0x1p-20*(1+math.Abs(z)+env[LSE])) {
					t.Errorf("%v is %v at %v, should be %v ± %.1g", row.Term, got, env, want, bound)
				}
				if got < 0 {
					t.Errorf("%v is negative, %v, at %v", row.Term, got, env)
				}
			}
		}
	}
}
