package generated_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/backpropgen/backpropgen/generated/control"
	"github.com/backpropgen/backpropgen/generated/digits"
	"github.com/backpropgen/backpropgen/generated/iris"
	"github.com/backpropgen/backpropgen/generated/pixels"
	"github.com/backpropgen/backpropgen/generated/xor"
)

// team is what the emitted teams have in common.
type team[P, G, X, Y any] interface {
	GradBatch(p *P, xs []X, ys []Y, g *G) float32
	StepBatch(p *P, xs []X, ys []Y, rate float32) float32
	Close()
}

// batched is a network with samples, seen the same for all networks.
type batched[P, G, W, B, X, Y any] struct {
	p         *P
	xs        []X
	ys        []Y
	flat      func(*P) []float32
	gradient  func(*G) []float32
	grad      func(p *P, ws *W, x *X, y *Y, g *G) float32
	step      func(p *P, ws *W, x *X, y *Y, rate float32) float32
	gradBatch func(p *P, b *B, xs []X, ys []Y, g *G) float32
	newTeam   func(workers int) team[P, G, X, Y]
}

// fill draws parameters and samples; targets are classes.
func (n *batched[P, G, W, B, X, Y]) fill(init func(*P, func() float64), samples int, x func(*X) []float32,
	y func(*Y) []float32) {
	r := rand.New(rand.NewPCG(1, 2))
	n.p, n.xs, n.ys = new(P), make([]X, samples), make([]Y, samples)
	init(n.p, r.NormFloat64)
	for i := range n.xs {
		for j, v := 0, x(&n.xs[i]); j < len(v); j++ {
			v[j] = float32(r.NormFloat64())
		}
		v := y(&n.ys[i])
		v[r.IntN(len(v))] = 1
	}
}

// eachBatched calls f with the committed networks and so many samples.
func eachBatched(samples int, f func(name string, run, measure func(t testing.TB))) {
	x := batched[xor.Xor, xor.XorGrad, xor.XorWorkspace, xor.XorBatch, [2]float32, [1]float32]{
		flat: func(p *xor.Xor) []float32 {
			return p.Flat()[:]
		}, gradient: func(g *xor.XorGrad) []float32 { return g.Flat()[:] },
		grad: (*xor.Xor).Grad, step: (*xor.Xor).Step, gradBatch: (*xor.Xor).GradBatch,
		newTeam: func(w int) team[xor.Xor, xor.XorGrad, [2]float32, [1]float32] { return xor.NewXorTeam(w) },
	}
	x.fill((*xor.Xor).Init, samples, func(v *[2]float32) []float32 { return v[:] },
		func(v *[1]float32) []float32 { return v[:] })
	f("xor", x.workers, x.measure)
	i := batched[iris.Iris, iris.IrisGrad, iris.IrisWorkspace, iris.IrisBatch, [4]float32, [3]float32]{
		flat: func(p *iris.Iris) []float32 {
			return p.Flat()[:]
		}, gradient: func(g *iris.IrisGrad) []float32 { return g.Flat()[:] },
		grad: (*iris.Iris).Grad, step: (*iris.Iris).Step, gradBatch: (*iris.Iris).GradBatch,
		newTeam: func(w int) team[iris.Iris, iris.IrisGrad, [4]float32, [3]float32] { return iris.NewIrisTeam(w) },
	}
	i.fill((*iris.Iris).Init, samples, func(v *[4]float32) []float32 { return v[:] },
		func(v *[3]float32) []float32 { return v[:] })
	f("iris", i.workers, i.measure)
	c := batched[control.Control, control.ControlGrad, control.ControlWorkspace, control.ControlBatch, [16]float32,
		[4]float32]{
		flat: func(p *control.Control) []float32 {
			return p.Flat()[:]
		}, gradient: func(g *control.ControlGrad) []float32 { return g.Flat()[:] },
		grad: (*control.Control).Grad, step: (*control.Control).Step, gradBatch: (*control.Control).GradBatch,
		newTeam: func(w int) team[control.Control, control.ControlGrad, [16]float32, [4]float32] {
			return control.NewControlTeam(w)
		},
	}
	c.fill((*control.Control).Init, samples, func(v *[16]float32) []float32 { return v[:] },
		func(v *[4]float32) []float32 { return v[:] })
	f("control", c.workers, c.measure)
	d := batched[digits.Digits, digits.DigitsGrad, digits.DigitsWorkspace, digits.DigitsBatch, [64]float32,
		[10]float32]{
		flat: func(p *digits.Digits) []float32 {
			return p.Flat()[:]
		}, gradient: func(g *digits.DigitsGrad) []float32 { return g.Flat()[:] },
		grad: (*digits.Digits).Grad, step: (*digits.Digits).Step, gradBatch: (*digits.Digits).GradBatch,
		newTeam: func(w int) team[digits.Digits, digits.DigitsGrad, [64]float32, [10]float32] {
			return digits.NewDigitsTeam(w)
		},
	}
	d.fill((*digits.Digits).Init, samples, func(v *[64]float32) []float32 { return v[:] },
		func(v *[10]float32) []float32 { return v[:] })
	f("digits", d.workers, d.measure)
	p := batched[pixels.Pixels, pixels.PixelsGrad, pixels.PixelsWorkspace, pixels.PixelsBatch, [784]float32,
		[10]float32]{
		flat: func(p *pixels.Pixels) []float32 {
			return p.Flat()[:]
		}, gradient: func(g *pixels.PixelsGrad) []float32 { return g.Flat()[:] },
		grad: (*pixels.Pixels).Grad, step: (*pixels.Pixels).Step, gradBatch: (*pixels.Pixels).GradBatch,
		newTeam: func(w int) team[pixels.Pixels, pixels.PixelsGrad, [784]float32, [10]float32] {
			return pixels.NewPixelsTeam(w)
		},
	}
	p.fill((*pixels.Pixels).Init, samples, func(v *[784]float32) []float32 { return v[:] },
		func(v *[10]float32) []float32 { return v[:] })
	f("pixels", p.workers, p.measure)
}

// TestTeams checks that emitted teams of any size give the same bits, and allocate nothing.
func TestTeams(t *testing.T) {
	for _, samples := range []int{1, 100, 161} {
		eachBatched(samples, func(name string, run, _ func(testing.TB)) {
			t.Run(fmt.Sprintf("%s/%d", name, samples), func(t *testing.T) { run(t) })
		})
	}
}

// workers compares teams of several sizes.
func (n batched[P, G, W, B, X, Y]) workers(t testing.TB) {
	var first, stepped []float32
	var loss float32
	for _, workers := range []int{1, 2, 3, 5, 40} {
		team := n.newTeam(workers)
		p, g := *n.p, new(G)
		l := team.GradBatch(&p, n.xs, n.ys, g)
		team.StepBatch(&p, n.xs, n.ys, 0x1p-12)
		if allocs := testing.AllocsPerRun(2, func() { team.GradBatch(&p, n.xs, n.ys, g) }); allocs != 0 {
			t.Errorf("%d workers: %v allocations", workers, allocs)
		}
		team.GradBatch(n.p, n.xs, n.ys, g)
		team.Close()
		if workers == 1 {
			first, stepped, loss = n.gradient(g), n.flat(&p), l
			continue
		}
		if l != loss {
			t.Errorf("%d workers: loss %v, one has %v", workers, l, loss)
		}
		for i, v := range n.gradient(g) {
			if v != first[i] || n.flat(&p)[i] != stepped[i] {
				t.Fatalf("%d workers: gradient and parameter %d are %v and %v, one worker has %v and %v", workers, i, v,
					n.flat(&p)[i], first[i], stepped[i])
			}
		}
	}
}

// BenchmarkBatches measures, for a sample each, what a batch is compared with in one run: Grad with its gradients
// summed up, GradBatch, Grad followed by a plain loop that takes the step, Step, Step of four networks in turn, and
// teams of one and two.
func BenchmarkBatches(b *testing.B) {
	eachBatched(256, func(name string, _, measure func(testing.TB)) {
		b.Run(name, func(b *testing.B) { measure(b) })
	})
}

// measure runs the benchmarks of a network.
func (n batched[P, G, W, B, X, Y]) measure(t testing.TB) {
	b := t.(*testing.B)
	ws, batch, g, sum := new(W), new(B), new(G), new(G)
	each := func(name string, f func()) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				f()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(n.xs)), "ns/sample")
		})
	}
	each("Grad+sum", func() {
		*sum = *new(G)
		total, one := n.gradient(sum), n.gradient(g)
		for i := range n.xs {
			n.grad(n.p, ws, &n.xs[i], &n.ys[i], g)
			for k, v := range one {
				total[k] += v
			}
		}
	})
	each("GradBatch", func() { n.gradBatch(n.p, batch, n.xs, n.ys, g) })
	const rate = 0x1p-20
	each("Grad", func() {
		for i := range n.xs {
			n.grad(n.p, ws, &n.xs[i], &n.ys[i], g)
		}
	})
	each("Grad+loop", func() {
		params, one := n.flat(n.p), n.gradient(g)
		for i := range n.xs {
			n.grad(n.p, ws, &n.xs[i], &n.ys[i], g)
			for k, v := range one {
				params[k] -= rate * v
			}
		}
	})
	each("Step", func() {
		for i := range n.xs {
			n.step(n.p, ws, &n.xs[i], &n.ys[i], rate)
		}
	})
	// Four networks in turn: a step need not wait for the weights that the step before it wrote.
	nets := [4]P{*n.p, *n.p, *n.p, *n.p}
	each("Step-of-4", func() {
		for i := range n.xs {
			n.step(&nets[i%len(nets)], ws, &n.xs[i], &n.ys[i], rate)
		}
	})
	for _, workers := range []int{1, 2} {
		team := n.newTeam(workers)
		each(fmt.Sprintf("GradBatch-of-%d", workers), func() { team.GradBatch(n.p, n.xs, n.ys, g) })
		team.Close()
	}
}
