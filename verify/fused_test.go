package verify

import (
	"fmt"
	"math"
	"math/big"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/backpropgen/backpropgen/spec"
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
	r := newRounding(arithmetic64)
	for _, p := range pairs {
		pair := fusedOf(p.activation, p.cost)
		sigma, err := activationOf(spec.Function{Name: p.activation})
		if err != nil {
			t.Fatal(err)
		}
		for _, z := range logits {
			t.Run(fmt.Sprintf("%s-%s %v %v", p.activation, p.cost, z, p.y), func(t *testing.T) {
				zv, yv := mat.NewVecDense(3, z), mat.NewVecDense(3, p.y)
				zE, a := exact(zv), sigma.value(zv)
				aE := estimate{elements(a), sigma.valueBound(r, zE, elements(a))}
				loss, delta := p.big(z, p.y)

				wantLoss, _ := loss.Float64()
				within(t, "loss", []float64{pair.loss(zv, yv)}, []float64{wantLoss}, []float64{pair.lossBound(r, zE, yv)})
				wantDelta := make([]float64, 3)
				for i, d := range delta {
					wantDelta[i], _ = d.Float64()
				}
				within(t, "delta", elements(pair.delta(zv, yv)), wantDelta, pair.deltaBound(r, zE, aE, yv))
			})
		}
	}
}

// TestClosedFormsAreAccurate: where nothing cancels, the loss is right to a few last places, however small.
func TestClosedFormsAreAccurate(t *testing.T) {
	for _, z := range []float64{30, 100, 300} {
		for _, got := range []float64{
			fusedOf("sigmoid", "binary-cross-entropy").loss(vector([]float64{z}), vector([]float64{1})),
			fusedOf("sigmoid", "binary-cross-entropy").loss(vector([]float64{-z}), vector([]float64{0})),
			fusedOf("sigmoid", "cross-entropy").loss(vector([]float64{z}), vector([]float64{1})),
		} {
			// log1p(exp(-z)), and exp(-z) is below its last place.
			if want := math.Exp(-z); math.Abs(got-want) > 4*arithmetic64.ulp(want)+want*want {
				t.Errorf("loss %v at logit %v on the right side, want %v", got, z, want)
			}
		}
	}
}

// TestClosedFormsAreTheComposition: at ordinary logits, Jacᵀ·∇C and C(σ(z)) give the same within the bounds.
func TestClosedFormsAreTheComposition(t *testing.T) {
	r := newRounding(arithmetic64)
	for _, p := range pairs {
		sigma, err := activationOf(spec.Function{Name: p.activation})
		if err != nil {
			t.Fatal(err)
		}
		c, err := costOf(spec.Function{Name: p.cost})
		if err != nil {
			t.Fatal(err)
		}
		pair := fusedOf(p.activation, p.cost)
		z, y := vector([]float64{1, -2, 0.5}), vector(p.y)
		a := sigma.value(z)
		zE, aE := exact(z), estimate{elements(a), sigma.valueBound(r, exact(z), elements(a))}
		within(t, p.activation+" "+p.cost+" loss", []float64{c.value(a, y)}, []float64{pair.loss(z, y)},
			[]float64{pair.lossBound(r, zE, y) + c.valueBound(r, aE, y)})
		g := c.gradient(a, y)
		composed := mulTransposed(sigma.jacobian(z), g)
		slack := sigma.pullbackBound(r, zE, aE, estimate{elements(g), c.gradientBound(r, aE, y)})
		for i, e := range pair.deltaBound(r, zE, aE, y) {
			slack[i] += e
		}
		within(t, p.activation+" "+p.cost+" delta", elements(composed), elements(pair.delta(z, y)), slack)
	}
}

func bigSoftmax(z, y []float64) (*big.Float, []*big.Float) {
	sum := zero()
	var exps, delta []*big.Float
	for _, v := range z {
		exps = append(exps, bigExp(num(v)))
		sum.Add(sum, exps[len(exps)-1])
	}
	loss, lse := zero(), bigLog(sum)
	for i, e := range exps {
		// -log a_i = lse - z_i
		loss.Add(loss, zero().Mul(num(y[i]), zero().Sub(lse, num(z[i]))))
		delta = append(delta, zero().Sub(zero().Quo(e, sum), num(y[i])))
	}
	return loss, delta
}

func bigBinary(z, y []float64) (*big.Float, []*big.Float) {
	loss := zero()
	var delta []*big.Float
	for i, v := range z {
		// -log σ(z) = log(1 + exp(-z)), and 1 - σ(z) = σ(-z)
		loss.Add(loss, zero().Mul(num(y[i]), bigSoftplus(-v)))
		loss.Add(loss, zero().Mul(num(1-y[i]), bigSoftplus(v)))
		a := zero().Quo(num(1), zero().Add(num(1), bigExp(num(-v))))
		delta = append(delta, a.Sub(a, num(y[i])))
	}
	return loss, delta
}

func bigSigmoid(z, y []float64) (*big.Float, []*big.Float) {
	loss := zero()
	var delta []*big.Float
	for i, v := range z {
		loss.Add(loss, zero().Mul(num(y[i]), bigSoftplus(-v)))
		a := zero().Quo(num(1), zero().Add(num(1), bigExp(num(-v))))
		delta = append(delta, zero().Mul(num(y[i]), a.Sub(a, num(1))))
	}
	return loss, delta
}

func bigSoftplus(x float64) *big.Float { return bigLog(zero().Add(num(1), bigExp(num(x)))) }
