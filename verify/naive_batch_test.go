package verify

import (
	"math"

	"github.com/backpropgen/backpropgen/verify/internal/memory"
)

// naiveBatch is what batched works in: one workspace for all samples, and sums.
type naiveBatch[W, G any] struct {
	ws     W
	g, sum G
	left   float32
	spoilt bool
}

// batched gives a kernel batch functions, sample by sample and block by block, with one mistake at a place where people
// make them; with none they are right, and the judge must accept them.
func batched[P, G, W, X, Y any, F Float](
	k Kernel[P, G, W, naiveBatch[W, G], X, Y, F], block int, flaw flaw,
) Kernel[P, G, W, naiveBatch[W, G], X, Y, F] {
	type B = naiveBatch[W, G]
	fits := func(call, names string, n, m int) {
		if n != m {
			panic("Net." + call + ": " + names + " differ in length")
		}
	}
	forward := func(p *P, b *B, x *X, out *Y) {
		if y := k.Forward(p, &b.ws, x); y != nil {
			*out = *y
		}
	}
	// each calls f for the samples of all blocks, and end after each block.
	each := func(n int, f func(i int), end func()) {
		for i := range n {
			if flaw == "remainder forgotten" && i >= n/block*block {
				return
			}
			f(i)
			if flaw == "first of the second block twice" && i == block {
				f(i)
			}
			if (i+1)%block == 0 {
				end()
			}
		}
		if n%block != 0 {
			end()
		}
	}
	done := func() {
		if flaw == "allocates" {
			sink = make([]float64, 3+len(sink)%2)
		}
	}
	// add adds the gradients of all samples to sum and returns the loss.
	add := func(p *P, b *B, xs []X, ys []Y, sum *G, end func()) (loss F) {
		g, s := memory.View[F](&b.g), memory.View[F](sum)
		each(len(xs), func(i int) {
			l := k.Grad(p, &b.ws, &xs[i], &ys[i], &b.g)
			if flaw == "loss of the last block" && i > 0 && i%block == 0 {
				loss = 0
			}
			loss += l
			for j, v := range g {
				if flaw == "one gradient off by 1e-3" && i == 1 && j == 2 {
					v *= 1.001
				}
				s[j] += v
			}
		}, end)
		if flaw == "depends on the call before" {
			if b.left == 1 {
				loss += 1
			}
			b.left = 1
		}
		return loss
	}
	k.ForwardBatch = func(p *P, b *B, xs []X, out []Y) {
		if flaw == "results written first" && len(out) > 0 && len(xs) > 0 {
			forward(p, b, &xs[0], &out[0])
		}
		fits("ForwardBatch", "xs and out", len(xs), len(out))
		each(len(xs), func(i int) { forward(p, b, &xs[i], &out[i]) }, done)
		switch n := len(xs); {
		case flaw == "a sample too many" && n > 0:
			all := out[:n+1]
			all[n] = all[n-1]
		case flaw == "whole blocks" && n > 0:
			xs, out = xs[:(n+block-1)/block*block], out[:(n+block-1)/block*block]
			for i := n; i < len(xs); i++ {
				forward(p, b, &xs[i], &out[i])
			}
		case flaw == "last two swapped" && n > 1:
			out[n-1], out[n-2] = out[n-2], out[n-1]
		case flaw == "NaN hides":
			for i := range n {
				for c, v := range memory.View[F](&out[i]) {
					if v != v {
						memory.View[F](&out[i])[c] = 0
					}
				}
			}
		case flaw == "NaN spreads":
			for i := range n {
				if x := memory.View[F](&xs[i]); x[0] != x[0] {
					out[(i+1)%n] = out[i]
				}
			}
		}
	}
	k.LossBatch = func(p *P, b *B, xs []X, ys []Y) (loss F) {
		if flaw != "lengths unchecked" {
			fits("LossBatch", "xs and ys", len(xs), len(ys))
		}
		each(len(xs), func(i int) { loss += k.Loss(p, &b.ws, &xs[i], &ys[i]) }, done)
		if flaw == "NaN sticks" {
			b.spoilt = b.spoilt || loss != loss
			if b.spoilt {
				loss = F(math.NaN())
			}
		}
		if flaw == "loss without NaN" && loss != loss {
			loss = 0
		}
		if flaw == "writes xs" && len(xs) > 0 {
			memory.View[F](&xs[len(xs)-1])[0] = 7
		}
		if flaw == "loss of nothing" && len(xs) == 0 {
			loss = 1
		}
		return loss
	}
	k.GradBatch = func(p *P, b *B, xs []X, ys []Y, g *G) F {
		if flaw == "shorter of two" {
			xs = xs[:min(len(xs), len(ys))]
			ys = ys[:len(xs)]
		}
		fits("GradBatch", "xs and ys", len(xs), len(ys))
		if flaw == "gradient of nothing" && len(xs) == 0 {
			return 0
		}
		if flaw != "accumulates" {
			clear(memory.View[F](g))
		}
		loss := add(p, b, xs, ys, g, done)
		if flaw == "mean for sum" {
			for i := range memory.View[F](g) {
				memory.View[F](g)[i] /= F(len(xs))
			}
		}
		if flaw == "writes p" {
			memory.View[F](p)[1] *= 2
		}
		return loss
	}
	k.StepBatch = func(p *P, b *B, xs []X, ys []Y, rate F) F {
		fits("StepBatch", "xs and ys", len(xs), len(ys))
		if flaw != "sum of calls" {
			clear(memory.View[F](&b.sum))
		}
		update := func() {
			for i, v := range memory.View[F](&b.sum) {
				memory.View[F](p)[i] -= rate * v
			}
		}
		if flaw == "steps block by block" {
			return add(p, b, xs, ys, &b.sum, func() { update(); clear(memory.View[F](&b.sum)) })
		}
		loss := add(p, b, xs, ys, &b.sum, done)
		if flaw == "rate over samples" {
			rate /= F(max(len(xs), 1))
		}
		update()
		return loss
	}
	if k.InputGrad != nil {
		k.InputGradBatch = func(p *P, b *B, xs []X, ys []Y, gxs []X) (loss F) {
			fits("InputGradBatch", "xs and ys", len(xs), len(ys))
			if flaw != "gxs unchecked" {
				fits("InputGradBatch", "xs and gxs", len(xs), len(gxs))
			}
			each(len(xs), func(i int) {
				loss += k.Grad(p, &b.ws, &xs[i], &ys[i], &b.g)
				if i < len(gxs) {
					gxs[i] = *k.InputGrad(&b.ws)
				}
				if flaw == "input gradients summed" && i > 0 {
					for c, v := range memory.View[F](&gxs[i-1]) {
						memory.View[F](&gxs[i])[c] += v
					}
				}
			}, done)
			return loss
		}
	}
	return k
}

// whole gives a kernel of single samples what else there is, without mistakes.
func whole[P, G, W, X, Y any, F Float](
	k Kernel[P, G, W, naiveBatch[W, G], X, Y, F],
) Kernel[P, G, W, naiveBatch[W, G], X, Y, F] {
	return clipped(batched(k, 32, none), none)
}
