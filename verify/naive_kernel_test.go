package verify

import (
	"math"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
	"github.com/backpropgen/backpropgen/verify/internal/verifytest"
)

// pooledNet is 4-6-4-4, layers that pool and one that is radial, each with parameters of its own size, to be run
// through the whole of the judge.
func pooledNet(p spec.Precision, cache spec.Cache) spec.Network {
	n := verifytest.Build("mse", p, []int{4, 6, 4, 4}, "max-pool", "radial-sigmoid", "avg-pool")
	n.Layers[0].Activation.Params = map[string]float64{spec.Window: 2}
	n.Layers[2].Activation.Params = map[string]float64{spec.Window: 2}
	n.Cost = spec.Function{Name: "huber", Params: map[string]float64{"delta": 0.3}}
	n.InputGradient, n.Cache = true, cache
	return n
}

type pooledWork[F Float] struct {
	Z1, D1     [6]F
	A1         [3]F
	Z2, A2, D2 [4]F
	Z3, D3     [4]F
	A3         [2]F
	dx         [4]F
}

// pooledKernel is a naive evaluator dressed up as a kernel of pooledNet. It allocates, which is all that the judge may
// find.
func pooledKernel[F Float](
	n spec.Network, e naive[F],
) Kernel[[66]F, [66]F, pooledWork[F], naiveBatch[pooledWork[F], [66]F], [4]F, [2]F, F] {
	type (
		P = [66]F
		W = pooledWork[F]
	)
	run := func(p *P, ws *W, x *[4]F, y *[2]F, rate F) results[F] {
		widened := func(v []F) []float64 {
			wide := make([]float64, len(v))
			for i := range v {
				wide[i] = float64(v[i])
			}
			return wide
		}
		r := e.run(n, trial.Sample{Params: widened(p[:]), X: widened(x[:]), Y: widened(y[:]), Rate: float64(rate)})
		ws.Z1, ws.Z2, ws.Z3 = [6]F(r.z[1]), [4]F(r.z[2]), [4]F(r.z[3])
		ws.A1, ws.A2, ws.A3 = [3]F(r.a[1]), [4]F(r.a[2]), [2]F(r.a[3])
		ws.D1, ws.D2, ws.D3 = [6]F(r.d[1]), [4]F(r.d[2]), [4]F(r.d[3])
		ws.dx = [4]F(r.x)
		return r
	}
	gradient := func(p *P, ws *W, x *[4]F, y *[2]F, g *P) F {
		r := run(p, ws, x, y, 0)
		*g = P(r.grad)
		return r.loss
	}
	return whole(Kernel[P, P, W, naiveBatch[W, P], [4]F, [2]F, F]{
		Init: func(p *P, norm func() float64) {
			at := 0
			for _, l := range [][2]int{{6, 4}, {4, 3}, {4, 4}} {
				for range l[0] * l[1] {
					p[at] = F(math.Sqrt(2/float64(l[0]+l[1])) * norm())
					at++
				}
				clear(p[at : at+l[0]])
				at += l[0]
			}
		},
		Forward:  func(p *P, ws *W, x *[4]F) *[2]F { run(p, ws, x, new([2]F), 0); return &ws.A3 },
		Loss:     func(p *P, ws *W, x *[4]F, y *[2]F) F { return run(p, ws, x, y, 0).loss },
		Backward: gradient,
		Grad:     gradient,
		Step: func(p *P, ws *W, x *[4]F, y *[2]F, rate F) F {
			r := run(p, ws, x, y, rate)
			*p = P(r.step)
			return r.loss
		},
		InputGrad: func(ws *W) *[4]F { return &ws.dx },
	})
}

// TestPooledKernels: the judge finds its way through networks whose layers are wider before their activation than
// after, with any cache mode, and finds a maximum that takes the last of equals.
func TestPooledKernels(t *testing.T) {
	for _, cache := range []spec.Cache{spec.CacheAuto, spec.CachePre, spec.CachePost, spec.CacheBoth} {
		judgePooled[float32](t, spec.Float32, cache)
		if testing.Short() {
			return // -short has one of the eight
		}
		judgePooled[float64](t, spec.Float64, cache)
	}
}

func judgePooled[F Float](t *testing.T, p spec.Precision, cache spec.Cache) {
	t.Helper()
	n := pooledNet(p, cache)
	e := naive[F]{sum: pairwise[F], fromPost: true}
	report := Check(n, pooledKernel(n, e), Options{Short: true})
	for _, f := range report.Failures {
		if f.Quantity != "allocations" {
			t.Errorf("%s, cache %s: %s", p, cache, f.Message)
		}
	}
	if report.Omitted > 0 {
		t.Errorf("%s, cache %s: %d failures more", p, cache, report.Omitted)
	}

	if testing.Short() || cache != spec.CacheAuto && p == spec.Float64 {
		return // a mistake shows in one precision of each cache mode, and in both of one
	}
	e.twist = &twist[F]{activation: "max-pool", pullback: func(z, a, v, d []F) {
		for g := range v {
			if z[2*g] == z[2*g+1] {
				d[2*g], d[2*g+1] = 0, v[g]
			}
		}
	}}
	err := Check(n, pooledKernel(n, e), Options{Short: true}).Err()
	if err == nil || !strings.Contains(err.Error(), "Grad: D1[") || !strings.Contains(err.Error(), "Grad: ∂L/∂b1[") {
		t.Errorf("%s, cache %s: the last maximum instead of the first: %v", p, cache, err)
	}
}
