package leastsquares_test

import (
	"context"
	"fmt"
	"math"

	"github.com/backpropgen/backpropgen/leastsquares"
)

// decay is a·exp(-b·x), with the methods that an emitted network has where its spec names derivatives:
// [parameter-jacobian].
type decay [2]float64

func (p *decay) Flat() *[2]float64 { return (*[2]float64)(p) }

func (p *decay) ForwardBatch(_ *struct{}, xs, out [][1]float64) {
	for i, x := range xs {
		out[i][0] = p[0] * math.Exp(-p[1]*x[0])
	}
}

func (p *decay) ParameterJacobianBatch(_ *struct{}, xs [][1]float64, js [][1]decay) {
	for i, x := range xs {
		e := math.Exp(-p[1] * x[0])
		js[i][0] = decay{e, -p[0] * x[0] * e}
	}
}

// Six measurements of a decay, and how well they determine its two parameters.
func Example() {
	xs := [][1]float64{{0}, {1}, {2}, {3}, {4}, {5}}
	ys := [][1]float64{{10.2}, {5.9}, {3.8}, {2.3}, {1.2}, {0.9}}

	net := decay{1, 1}
	f := leastsquares.New(&net)
	result, err := f.Fit(context.Background(), xs, ys, leastsquares.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	u, err := f.Uncertainty(context.Background(), xs, ys, leastsquares.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("converged: %v\n", result.Converged())
	fmt.Printf("a = %.2f ± %.2f, b = %.3f ± %.3f\n", net[0], u.Errors[0], net[1], u.Errors[1])
	fmt.Printf("at x = 2.5: ± %.2f\n", f.Predictions(u, [][1]float64{{2.5}})[0][0])
	// Output:
	// converged: true
	// a = 10.14 ± 0.15, b = 0.508 ± 0.014
	// at x = 2.5: ± 0.08
}
