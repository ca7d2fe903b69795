package optimizer

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// gradient is what every gradient can do.
type gradient[G any, F float] interface {
	*G
	Norm() F
	Clip(limit F) F
	Scale(k F)
}

// clipping compares Norm, Clip and Scale with the same in many digits, for gradients of every size down to the smallest numbers and
// up to those whose squares overflow.
func clipping[G any, F float, PG gradient[G, F]](t *testing.T, network string) {
	a := arithmeticOf[F]()
	r := rand.New(rand.NewPCG(1, 1))
	greatest := math.MaxFloat64
	if a.unit > 0x1p-30 {
		greatest = math.MaxFloat32
	}
	for _, size := range []float64{1, 1e-3, 1e3, a.least, 64 * a.least, math.Sqrt(a.least), math.Sqrt(greatest), greatest / 4, greatest} {
		for range 20 {
			var g G
			gs := flat[F](&g)
			for i := range gs {
				gs[i] = F(size * (2*r.Float64() - 1) * []float64{1, 1, 0, 0x1p-60}[r.IntN(4)])
			}
			was := clone(gs)
			norm := normOf(was)
			got := PG(&g).Norm()
			want, _ := norm.Float64()
			if want = float64(F(want)); !near(float64(got), want, 4*a.unit*want+a.least) {
				t.Fatalf("%s: the norm of %v is %v, want %v", network, was, got, want)
			}
			limit := F(size * r.Float64())
			if again := PG(&g).Clip(limit); again != got {
				t.Fatalf("%s: Clip returns %v, Norm %v", network, again, got)
			}
			factor := big.NewFloat(1).SetPrec(200)
			if norm.Cmp(big.NewFloat(float64(limit))) > 0 {
				factor.Quo(big.NewFloat(float64(limit)).SetPrec(200), norm)
			}
			for i, x := range gs {
				want, _ := new(big.Float).SetPrec(200).Mul(factor, big.NewFloat(float64(was[i])).SetPrec(200)).Float64()
				// The factor is within a few roundings, and a norm that close to the limit may be on either side of it.
				if !near(float64(x), want, 8*a.unit*math.Abs(want)+a.least) {
					t.Fatalf("%s: clipped to %v, element %d of %v becomes %v, want %v", network, limit, i, was, x, want)
				}
			}
			copy(gs, was)
			PG(&g).Scale(-0.5)
			for i, x := range gs {
				if x != was[i]*-0.5 {
					t.Fatalf("%s: %v times -0.5 is %v", network, was[i], x)
				}
			}
		}
	}
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct{ x, limit, norm, first, other float64 }{
		{nan, 1, nan, nan, nan}, {inf, 1, inf, nan, 0}, {-inf, 1, inf, nan, 0}, {inf, inf, inf, inf, 0.25}, {0, 0, -1, 0, 0}, {3, inf, -1, 3, 0.25}, {3, 0, -1, 0, 0},
	} {
		var g G
		gs := flat[F](&g)
		for i := range gs {
			gs[i] = 0.25
		}
		gs[0] = F(c.x)
		if c.x == 0 {
			clear(gs)
		}
		norm := float64(PG(&g).Clip(F(c.limit)))
		if c.norm >= 0 && norm != c.norm || math.IsNaN(c.norm) && !math.IsNaN(norm) {
			t.Errorf("%s: the norm with %v is %v, want %v", network, c.x, norm, c.norm)
		}
		for i, x := range gs {
			want := c.other
			if i == 0 {
				want = c.first
			}
			if float64(x) != want && !(math.IsNaN(want) && x != x) {
				t.Errorf("%s: with %v clipped to %v, element %d becomes %v, want %v", network, c.x, c.limit, i, x, want)
			}
		}
	}
}

// normOf is the Euclidean norm in 200 bits.
func normOf[F float](xs []F) *big.Float {
	sum := new(big.Float).SetPrec(200)
	for _, x := range xs {
		b := big.NewFloat(float64(x)).SetPrec(200)
		sum.Add(sum, b.Mul(b, b))
	}
	return sum.Sqrt(sum)
}

// near says whether two numbers differ by no more than the tolerance, or are the same infinity.
func near(x, y, tolerance float64) bool { return x == y || math.Abs(x-y) <= tolerance }
