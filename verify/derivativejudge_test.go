package verify

import (
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
	"github.com/backpropgen/backpropgen/verify/internal/verifytest"
)

// TestRightDerivatives: the judge accepts derivatives that are right, of any part of the functions.
func TestRightDerivatives(t *testing.T) {
	TestDerivatives(t, string(plainNet(spec.Float32).JSON()), plainDerivatives[float32](none))
	TestDerivatives(t, string(plainNet(spec.Float64).JSON()), plainDerivatives[float64](none))
	r := CheckDerivatives(plainNet(spec.Float32), plainDerivatives[float32](none), Options{Short: testing.Short()})
	if r.Unbounded > 0 {
		t.Errorf("%d numbers without a bound", r.Unbounded)
	}
}

// contractMistakes are mistakes in plainDerivatives: what they are found in, and what is said of it.
var contractMistakes = []mutant{
	{flaw: "transposed", call: "Jacobian", quantity: "∂ŷ/∂x[", says: "off by"},
	{flaw: "last row not written", call: "Jacobian", quantity: "∂ŷ/∂x[1]", says: "got NaN"},
	{flaw: "adds to the matrix", call: "Jacobian", quantity: "∂ŷ/∂x[", says: "got NaN"},
	{flaw: "kept from the last call", call: "Jacobian", quantity: "∂ŷ/∂x[", says: "NaN"},
	{flaw: "NaN sticks", call: "Jacobian", quantity: "∂ŷ/∂x[", says: "NaN"},
	{flaw: "writes x", call: "Jacobian", quantity: "x[1]", says: "written", innocent: "Tangent HessianVector"},
	{flaw: "allocates", call: "Jacobian", quantity: "allocations", says: "1 per call", innocent: "Tangent"},
	{flaw: "ŷ outside the workspace", call: "Jacobian", quantity: "ŷ", says: "does not point into the workspace"},
	{flaw: "nil ŷ", call: "Jacobian", quantity: "ŷ", says: "nil", innocent: "Tangent"},
	{flaw: "ŷ before the activation", call: "Jacobian", quantity: "ŷ[", says: "want", innocent: "Tangent"},
	{flaw: "writes dx", call: "Tangent", quantity: "dx[0]", says: "written", innocent: "Jacobian"},
	{flaw: "bias in the tangent", call: "Tangent", quantity: "dy[", says: "want", innocent: "Jacobian HessianVector"},
	{flaw: "derivative at a instead of z", call: "Tangent", quantity: "dy[", says: "want", innocent: "Jacobian"},
	{
		flaw: "off-diagonal block not cleared", call: "ParameterJacobian", quantity: "∂ŷ/∂W2[", says: "got NaN",
		innocent: "Jacobian",
	},
	{
		flaw: "row of the other output", call: "ParameterJacobianBatch", quantity: "∂ŷ/∂W1[", says: "want",
		innocent: "Jacobian",
	},
	{flaw: "loss of the next step", call: "HessianVector", quantity: "loss", says: "want", innocent: "Tangent"},
	{flaw: "writes v", call: "HessianVector", quantity: "v[", says: "written"},
	{flaw: "writes y", call: "HessianVector", quantity: "y[0]", says: "written"},
	{
		flaw: "lengths not compared", call: "JacobianBatch", quantity: "lengths that differ", says: "panic",
		innocent: "Jacobian",
	},
	{
		flaw: "remainder forgotten", call: "JacobianBatch", quantity: "∂ŷ/∂x[", says: "got NaN",
		innocent: "Jacobian ParameterJacobianBatch",
	},
	{flaw: "sample before in the batch", call: "JacobianBatch", quantity: "∂ŷ/∂x[", says: "want", innocent: "Jacobian"},
	{flaw: "samples see each other", call: "JacobianBatch", quantity: "∂ŷ/∂x[", says: "in another one"},
	{flaw: "one matrix too many", call: "JacobianBatch", quantity: "js[", says: "written"},
}

// TestDerivativeMistakes: the judge finds each, names it, and blames no function that is right.
func TestDerivativeMistakes(t *testing.T) {
	o := Options{Trials: 2 * len(trial.Kinds)}
	for i, m := range contractMistakes {
		t.Run(string(m.flaw), func(t *testing.T) {
			single, double := precisionsOf(i)
			if single || !double && !testing.Short() {
				m.judged(t, CheckDerivatives(plainNet(spec.Float32), plainDerivatives[float32](m.flaw), o))
			}
			if double {
				m.judged(t, CheckDerivatives(plainNet(spec.Float64), plainDerivatives[float64](m.flaw), o))
			}
		})
	}
}

// TestDerivativesShare: workspaces that share memory show in one function or another, as they meet.
func TestDerivativesShare(t *testing.T) {
	r := CheckDerivatives(plainNet(spec.Float32), plainDerivatives[float32]("workspaces share"), Options{Trials: 13})
	if !slices.ContainsFunc(r.Failures, func(f Failure) bool { return f.Quantity == "two goroutines at once" }) {
		t.Errorf("not found: %v", r.Err())
	}
}

// curvedNet has layers that see one another whole: 3-5-4-3, log-softmax, tanh and softmax, with mse, no closed form.
func curvedNet(p spec.Precision) spec.Network {
	n := verifytest.Build("mse", p, []int{3, 5, 4, 3}, "log-softmax", "tanh", "softmax")
	return withDerivatives(n)
}

// withDerivatives is a network that emits those of single samples.
func withDerivatives(n spec.Network) spec.Network {
	n.Emit, n.Derivatives = []spec.Part{spec.EmitForward, spec.EmitGrad, spec.EmitStep, spec.EmitTest},
		everyDerivative()
	return n
}

// TestDerivativesFit: the judge refuses derivatives with a function too few or too many, or of another network.
func TestDerivativesFit(t *testing.T) {
	refused := func(n spec.Network, says string, edit func(d *Derivatives[
		plainNetwork[float32], plainNetwork[float32], plainWork[float32], plainBatch[float32], [3]float32, [2]float32,
		[2][3]float32, [2]plainNetwork[float32], float32,
	])) {
		t.Helper()
		d := plainDerivatives[float32](none)
		edit(&d)
		if err := CheckDerivatives(n, d, Options{Trials: 1}).Err(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("said %v, want %q", err, says)
		}
	}
	type all = Derivatives[
		plainNetwork[float32], plainNetwork[float32], plainWork[float32], plainBatch[float32], [3]float32, [2]float32,
		[2][3]float32, [2]plainNetwork[float32], float32,
	]
	n := plainNet(spec.Float32)
	refused(n, "Jacobian is nil", func(d *all) { d.Jacobian = nil })
	refused(n, "JacobianBatch is nil", func(d *all) { d.JacobianBatch = nil })
	fewer := n
	fewer.Derivatives = []spec.Derivative{spec.DeriveJacobian}
	refused(fewer, "Tangent is set", func(*all) {})
	without := withDerivatives(n)
	refused(without, "JacobianBatch is set", func(*all) {})
	other := n
	other.Input = 4
	refused(other, "generate it again", func(*all) {})
	other = n
	other.Precision = spec.Float64
	refused(other, "the spec says float64", func(*all) {})
}

// naiveDerivatives are those of a naive evaluator for a network of one of two sizes, for the judge: they allocate,
// which is all that it may find.
func naiveDerivatives[F Float, P, X, Y, J, K any](
	n spec.Network, e naive[F], flaw flaw, view func(*P, *X, *Y, *J, *K) [5][]F,
) Derivatives[P, P, Y, Y, X, Y, J, K, F] {
	wide := func(v []F) []float64 {
		to := make([]float64, len(v))
		for i := range v {
			to[i] = float64(v[i])
		}
		return to
	}
	derive := func(p *P, ws *Y, x, dx *X, y *Y, v *P) derived[F] {
		s := trial.Sample{
			Params: wide(view(p, nil, nil, nil, nil)[0]), X: wide(view(nil, x, nil, nil, nil)[1]),
			Y: make([]float64, n.Width(n.Depth())),
		}
		d := trial.Direction{X: make([]float64, len(s.X)), V: make([]float64, len(s.Params))}
		if dx != nil {
			d.X = wide(view(nil, dx, nil, nil, nil)[1])
		}
		if y != nil {
			s.Y, d.V = wide(view(nil, nil, y, nil, nil)[2]), wide(view(v, nil, nil, nil, nil)[0])
		}
		r := e.derive(n, s, d, false, flaw)
		copy(view(nil, nil, ws, nil, nil)[2], r.output)
		return r
	}
	return Derivatives[P, P, Y, Y, X, Y, J, K, F]{
		Jacobian: func(p *P, ws *Y, x *X, j *J) *Y {
			copy(view(nil, nil, nil, j, nil)[3], derive(p, ws, x, nil, nil, nil).jacobian)
			return ws
		},
		Tangent: func(p *P, ws *Y, x, dx *X, dy *Y) *Y {
			copy(view(nil, nil, dy, nil, nil)[2], derive(p, ws, x, dx, nil, nil).tangent)
			return ws
		},
		ParameterJacobian: func(p *P, ws *Y, x *X, j *K) *Y {
			copy(view(nil, nil, nil, nil, j)[4], derive(p, ws, x, nil, nil, nil).parameters)
			return ws
		},
		HessianVector: func(p *P, ws *Y, x *X, y *Y, v, hv *P) F {
			r := derive(p, ws, x, nil, y, v)
			copy(view(hv, nil, nil, nil, nil)[0], r.hessian)
			return r.loss
		},
	}
}

// curved are those of curvedNet, and pooled those of pooledNet.
func curved[F Float](flaw flaw) func(n spec.Network) *Report {
	return func(n spec.Network) *Report {
		e := naive[F]{sum: pairwise[F], fromPost: true}
		return CheckDerivatives(n, naiveDerivatives(n, e, flaw,
			func(p *[59]F, x *[3]F, y *[3]F, j *[9]F, k *[177]F) (v [5][]F) {
				if p != nil {
					v[0] = p[:]
				}
				if x != nil {
					v[1] = x[:]
				}
				if y != nil {
					v[2] = y[:]
				}
				if j != nil {
					v[3] = j[:]
				}
				if k != nil {
					v[4] = k[:]
				}
				return v
			}), Options{Trials: 2 * len(trial.Kinds)})
	}
}

func pooled[F Float](flaw flaw) func(n spec.Network) *Report {
	return func(n spec.Network) *Report {
		e := naive[F]{sum: pairwise[F], fromPost: true}
		return CheckDerivatives(n, naiveDerivatives(n, e, flaw,
			func(p *[66]F, x *[4]F, y *[2]F, j *[8]F, k *[132]F) (v [5][]F) {
				if p != nil {
					v[0] = p[:]
				}
				if x != nil {
					v[1] = x[:]
				}
				if y != nil {
					v[2] = y[:]
				}
				if j != nil {
					v[3] = j[:]
				}
				if k != nil {
					v[4] = k[:]
				}
				return v
			}), Options{Trials: 2 * len(trial.Kinds)})
	}
}

// derivativeFlaws are mistakes in the mathematics, and the function that has them.
var derivativeFlaws = []struct {
	flaw   flaw
	call   string
	pooled bool
}{
	{"last Jacobian left out", "Jacobian", false},
	{"hidden Jacobian left out", "Jacobian", false},
	{"hidden Jacobian left out", "ParameterJacobian", false},
	{"activations of the layer above", "ParameterJacobian", false},
	{"bias derivative of the wrong unit", "ParameterJacobian", false},
	{"dx rounded to half", "Tangent", false},
	{"log-softmax pulls for pushes", "Tangent", false},
	{"maximum of the tangents", "Tangent", true},
	{"W·ȧ left out", "HessianVector", false},
	{"v of biases left out", "HessianVector", false},
	{"curvature of the cost left out", "HessianVector", true},
	{"sum for the mean in the second derivative", "HessianVector", false},
	{"Gauss-Newton for Hessian", "HessianVector", false},
	{"last σ″ left out", "HessianVector", false},
	{"hidden σ″ left out", "HessianVector", false},
	{"d·ȧ left out", "HessianVector", false},
	{"Vᵀ·d left out", "HessianVector", true},
	{"softmax: ṡ without ȧ", "HessianVector", false},
	{"σ″ of the wrong sign", "HessianVector", false},
	{"σ″ twice", "HessianVector", false},
}

// TestDerivativeFlaws: without one nothing is found but allocations, and each is found in its function.
func TestDerivativeFlaws(t *testing.T) {
	judge := func(i int, flaw flaw, ofPools bool) *Report {
		switch {
		case ofPools && i%2 == 0:
			return pooled[float32](flaw)(withDerivatives(pooledNet(spec.Float32, spec.CacheAuto)))
		case ofPools:
			return pooled[float64](flaw)(withDerivatives(pooledNet(spec.Float64, spec.CacheAuto)))
		case i%2 == 0:
			return curved[float32](flaw)(curvedNet(spec.Float32))
		}
		return curved[float64](flaw)(curvedNet(spec.Float64))
	}
	for i := range 4 {
		if testing.Short() && i%2 == 1 {
			continue // -short has one precision
		}
		for _, f := range judge(i, none, i >= 2).Failures {
			if f.Quantity != "allocations" {
				t.Errorf("%d: %s", i, f.Message)
			}
		}
	}
	for i, m := range derivativeFlaws {
		if testing.Short() && i%16 != 0 {
			continue // -short has one in sixteen
		}
		t.Run(string(m.flaw)+" in "+m.call, func(t *testing.T) {
			found := func(f Failure) bool {
				return f.Call == m.call && f.Quantity != "allocations" && strings.Contains(f.Message, "want")
			}
			if r := judge(i, m.flaw, m.pooled); !slices.ContainsFunc(r.Failures, found) {
				t.Errorf("not found: %v", r.Err())
			}
		})
	}
}
