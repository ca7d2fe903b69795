package function

import (
	"fmt"
	"math"
	"math/big"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"github.com/backpropgen/backpropgen/verify/internal/verifytest"
)

// pairs are the closed forms, by name, each with its composition computed with hundreds of digits.
var pairs = []struct {
	activation, cost string
	y                []float64
	big              func(z, y []float64) (loss *big.Float, delta []*big.Float)
}{
	{"softmax", "cross-entropy", []float64{0, 1, 0}, bigSoftmax},
	{"softmax", "cross-entropy", []float64{1, 0, 0}, bigSoftmax},
	{"softmax", "cross-entropy", []float64{0.25, 0.25, 0.5}, bigSoftmax},
	{"sigmoid", "binary-cross-entropy", []float64{0, 1, 0.25}, bigBinary},
	{"sigmoid", "binary-cross-entropy", []float64{1, 0, 1}, bigBinary},
	{"sigmoid", "cross-entropy", []float64{0, 1, 0.25}, bigSigmoid},
	{"sigmoid", "cross-entropy", []float64{1, 0.5, 1}, bigSigmoid},
}

var logits = [][]float64{
	{0, 0, 0}, {1, -2, 0.5}, {100, -100, 0}, {-100, 100, 100}, {100, 100, 100}, {-100, -100, -100},
	{1e4, -1e4, 0}, {-1e4, 1e4, 1e4}, {-1e4, -1e4, -1e4}, {1e4, 9999, 9998}, {1e-30, -1e-30, 0},
}

// TestClosedForms compares loss and gradient of the fused pairs at logits up to ±1e4 with the composition
// as it is defined, in arithmetic long enough for that. The tolerance is the bound for a float64 kernel.
func TestClosedForms(t *testing.T) {
	r := rounding.PairOf(rounding.Float64)
	for _, p := range pairs {
		pair := FusedOf(p.activation, p.cost)
		sigma, err := ActivationOf(spec.Function{Name: p.activation})
		if err != nil {
			t.Fatal(err)
		}
		for _, z := range logits {
			t.Run(fmt.Sprintf("%s-%s %v %v", p.activation, p.cost, z, p.y), func(t *testing.T) {
				zv, yv := mat.NewVecDense(3, z), mat.NewVecDense(3, p.y)
				zE, a := rounding.Exact(zv), sigma.Value(zv)
				aE := rounding.Estimate{Value: linear.Elements(a), Bound: sigma.ValueBound(r, zE, linear.Elements(a))}
				loss, delta := p.big(z, p.y)

				wantLoss, _ := loss.Float64()
				verifytest.Within(t, "loss", []float64{pair.Loss(zv, yv)}, []float64{wantLoss},
					[]float64{pair.LossBound(r, zE, yv)})
				wantDelta := make([]float64, 3)
				for i, d := range delta {
					wantDelta[i], _ = d.Float64()
				}
				verifytest.Within(t, "delta", linear.Elements(pair.Delta(zv, yv)), wantDelta,
					pair.DeltaBound(r, zE, aE, yv))
			})
		}
	}
}

// TestClosedFormsAreAccurate: where nothing cancels, the loss is right to a few last places, however small.
func TestClosedFormsAreAccurate(t *testing.T) {
	for _, z := range []float64{30, 100, 300} {
		for _, got := range []float64{
			FusedOf("sigmoid", "binary-cross-entropy").Loss(linear.Vector([]float64{z}), linear.Vector([]float64{1})),
			FusedOf("sigmoid", "binary-cross-entropy").Loss(linear.Vector([]float64{-z}), linear.Vector([]float64{0})),
			FusedOf("sigmoid", "cross-entropy").Loss(linear.Vector([]float64{z}), linear.Vector([]float64{1})),
		} {
			// log1p(exp(-z)), and exp(-z) is below its last place.
			if want := math.Exp(-z); math.Abs(got-want) > 4*rounding.Float64.ULP(want)+want*want {
				t.Errorf("loss %v at logit %v on the right side, want %v", got, z, want)
			}
		}
	}
}

// TestClosedFormsAreTheComposition: at ordinary logits, Jacᵀ·∇C and C(σ(z)) give the same within the bounds.
func TestClosedFormsAreTheComposition(t *testing.T) {
	r := rounding.PairOf(rounding.Float64)
	for _, p := range pairs {
		sigma, err := ActivationOf(spec.Function{Name: p.activation})
		if err != nil {
			t.Fatal(err)
		}
		c, err := CostOf(spec.Function{Name: p.cost})
		if err != nil {
			t.Fatal(err)
		}
		pair := FusedOf(p.activation, p.cost)
		z, y := linear.Vector([]float64{1, -2, 0.5}), linear.Vector(p.y)
		a := sigma.Value(z)
		zE, aE := rounding.Exact(z), rounding.Estimate{
			Value: linear.Elements(a), Bound: sigma.ValueBound(r, rounding.Exact(z), linear.Elements(a)),
		}
		verifytest.Within(t, p.activation+" "+p.cost+" loss", []float64{c.Value(a, y)}, []float64{pair.Loss(z, y)},
			[]float64{pair.LossBound(r, zE, y) + c.ValueBound(r, aE, y)})
		g := c.Gradient(a, y)
		composed := linear.MulTransposed(sigma.Jacobian(z), g)
		slack := sigma.PullbackBound(r, zE, aE, rounding.Estimate{
			Value: linear.Elements(g), Bound: c.GradientBound(r, aE, y),
		})
		for i, e := range pair.DeltaBound(r, zE, aE, y) {
			slack[i] += e
		}
		verifytest.Within(t, p.activation+" "+p.cost+" delta", linear.Elements(composed),
			linear.Elements(pair.Delta(z, y)), slack)
	}
}

func bigSoftmax(z, y []float64) (*big.Float, []*big.Float) {
	sum := verifytest.Zero()
	var exps, delta []*big.Float
	for _, v := range z {
		exps = append(exps, verifytest.BigExp(verifytest.Num(v)))
		sum.Add(sum, exps[len(exps)-1])
	}
	loss, lse := verifytest.Zero(), verifytest.BigLog(sum)
	for i, e := range exps {
		// -log a_i = lse - z_i
		loss.Add(loss, verifytest.Zero().Mul(verifytest.Num(y[i]), verifytest.Zero().Sub(lse, verifytest.Num(z[i]))))
		delta = append(delta, verifytest.Zero().Sub(verifytest.Zero().Quo(e, sum), verifytest.Num(y[i])))
	}
	return loss, delta
}

func bigBinary(z, y []float64) (*big.Float, []*big.Float) {
	loss := verifytest.Zero()
	var delta []*big.Float
	for i, v := range z {
		// -log σ(z) = log(1 + exp(-z)), and 1 - σ(z) = σ(-z)
		loss.Add(loss, verifytest.Zero().Mul(verifytest.Num(y[i]), bigSoftplus(-v)))
		loss.Add(loss, verifytest.Zero().Mul(verifytest.Num(1-y[i]), bigSoftplus(v)))
		a := verifytest.Zero().Quo(verifytest.Num(1),
			verifytest.Zero().Add(verifytest.Num(1), verifytest.BigExp(verifytest.Num(-v))))
		delta = append(delta, a.Sub(a, verifytest.Num(y[i])))
	}
	return loss, delta
}

func bigSigmoid(z, y []float64) (*big.Float, []*big.Float) {
	loss := verifytest.Zero()
	var delta []*big.Float
	for i, v := range z {
		loss.Add(loss, verifytest.Zero().Mul(verifytest.Num(y[i]), bigSoftplus(-v)))
		a := verifytest.Zero().Quo(verifytest.Num(1),
			verifytest.Zero().Add(verifytest.Num(1), verifytest.BigExp(verifytest.Num(-v))))
		delta = append(delta, verifytest.Zero().Mul(verifytest.Num(y[i]), a.Sub(a, verifytest.Num(1))))
	}
	return loss, delta
}

func bigSoftplus(x float64) *big.Float {
	return verifytest.BigLog(verifytest.Zero().Add(verifytest.Num(1), verifytest.BigExp(verifytest.Num(x))))
}
