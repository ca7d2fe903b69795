package reference

import (
	"runtime"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"gonum.org/v1/gonum/mat"
)

// A wide pointwise layer takes memory as its width does, and not as its square: its Jacobian is diagonal. The emitted
// test of a network with 2,048 units took tens of gigabytes.
func TestWideLayers(t *testing.T) {
	const width, samples = 4096, 8
	const square = width * width * 8 // bytes of a full matrix
	for _, activation := range []spec.Function{{Name: "tanh"}, {Expr: "z/(1 + abs(z))"}} {
		wide := spec.Network{
			Name: "Wide", Input: 1, Cost: spec.Function{Name: "mse"},
			Layers: []spec.Layer{{Dense: width, Activation: activation}, {Dense: 1}},
		}.WithDefaults()
		params := make([]float64, wide.Params())
		for i := range params {
			params[i] = float64(i%7-3) / 64
		}
		n, err := New(wide, params)
		if err != nil {
			t.Fatal(err)
		}
		x, y := []float64{0.5}, []float64{1}
		xs, ys := mat.NewDense(samples, 1, nil), mat.NewDense(samples, 1, nil)
		linearised := n.Linearise(n.Algorithm4(x, y), rounding.PairOf(rounding.Float64))
		for name, run := range map[string]func(){
			"Algorithm1":    func() { n.Algorithm1(x, y) },
			"Algorithm2":    func() { n.Algorithm2(xs, ys) },
			"Algorithm3":    func() { n.Algorithm3(x, y) },
			"Algorithm4":    func() { n.Algorithm4(x, y) },
			"Algorithm5":    func() { n.Algorithm5(xs, ys) },
			"Jacobian":      func() { linearised.Jacobian() },
			"Tangent":       func() { linearised.Tangent(x) },
			"HessianVector": func() { linearised.HessianVector(params) },
		} {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			run()
			runtime.ReadMemStats(&after)
			if took := after.TotalAlloc - before.TotalAlloc; took > square/4 {
				t.Errorf("%s with %s takes %d MB", name, activation.Brief(), took>>20)
			}
		}
	}
}
