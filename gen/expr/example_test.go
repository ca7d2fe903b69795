package expr_test

import (
	"fmt"

	"github.com/backpropgen/backpropgen/gen/expr"
)

// From the formula of an activation to the few operations that compute it and its derivative.
func Example() {
	value := expr.Mul(expr.Z, expr.Sigmoid(expr.Z))
	deriv := expr.D(value, expr.Z)
	fmt.Println(deriv)

	program := expr.Share("t", value, deriv)
	fmt.Println(program)

	results, err := expr.EvalProgram(program, expr.Env[float32]{expr.Z: 0})
	fmt.Println(results, err)
	// Output:
	// sigmoid(z) + z*(sigmoid(z)*(1 - sigmoid(z)))
	// t0 = sigmoid(z)
	// -> z*t0, t0 + z*(t0*(1 - t0))
	// [0 0.5] <nil>
}
