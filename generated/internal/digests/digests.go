// Package digests forms digests of the bits that every function of a network gives, so that they can be compared with
// those of other machines.
package digests

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/backpropgen/backpropgen/train"
)

// network is what every emitted network has.
type network[A, P, G, W, B, X, Y any, F train.Float] interface {
	*P
	Flat() *A
	Forward(ws *W, x *X) *Y
	Loss(ws *W, x *X, y *Y) F
	Backward(ws *W, x *X, y *Y, g *G) F
	Grad(ws *W, x *X, y *Y, g *G) F
	Step(ws *W, x *X, y *Y, rate F) F
	ForwardBatch(b *B, xs []X, out []Y)
	LossBatch(b *B, xs []X, ys []Y) F
	GradBatch(b *B, xs []X, ys []Y, g *G) F
	StepBatch(b *B, xs []X, ys []Y, rate F) F
}

// team is a team of workers.
type team[P, G, X, Y any, F train.Float] interface {
	train.Team[P, G, X, Y, F]
	Close()
}

// optimizer is an optimizer.
type optimizer[P, G any, F train.Float] interface {
	train.Optimizer[P, G, F]
	Reset()
}

// Digest is that of the bits that a function of a network gave.
type Digest struct {
	network, of string
	sum         uint64
}

// rate is that of everything that learns.
const rate = 0x1p-6

// Of runs every function of a network on the same data.
func Of[
	N network[A, P, G, W, B, X, Y, F], D train.Gradient[G, F], T team[P, G, X, Y, F], A, P, G, W, B, X, Y any,
	F train.Float,
](net N, d Data, newTeam func(workers int) T, optimizers ...optimizer[P, G, F]) (all []Digest) {
	var ws W
	var b B
	var g G
	xs, ys := make([]X, d.Samples), make([]Y, d.Samples)
	out := make([]Y, d.Samples)
	draw[F](d, (*P)(net), xs, ys)
	start := *net
	add := func(of string, f func(h *hash[F])) {
		*net, g = start, *new(G)
		h := newHash[F]()
		f(h)
		all = append(all, Digest{typeName(net), of, h.sum})
	}

	add("Forward", func(h *hash[F]) {
		for i := range xs {
			h.add(view[F](net.Forward(&ws, &xs[i]))...)
		}
	})
	add("Loss", func(h *hash[F]) {
		for i := range xs {
			h.add(net.Loss(&ws, &xs[i], &ys[i]))
		}
	})
	add("Backward", func(h *hash[F]) {
		for i := range xs {
			net.Forward(&ws, &xs[i])
			h.add(net.Backward(&ws, &xs[i], &ys[i], &g))
			h.add(view[F](&g)...)
		}
	})
	add("Grad", func(h *hash[F]) {
		for i := range xs {
			h.add(net.Grad(&ws, &xs[i], &ys[i], &g), D(&g).Norm())
			h.add(view[F](&g)...)
			if w, ok := any(&ws).(interface{ InputGrad() *X }); ok {
				h.add(view[F](w.InputGrad())...)
			}
			h.add(D(&g).Clip(rate))
			h.add(view[F](&g)...)
		}
	})
	add("Step", func(h *hash[F]) {
		for i := range xs {
			h.add(net.Step(&ws, &xs[i], &ys[i], rate))
		}
		h.add(view[F](net)...)
	})
	if d.Extremes {
		add("extremes", func(h *hash[F]) {
			for i := range xs {
				x := xs[i]
				spoil(view[F](&x), i)
				h.add(view[F](net.Forward(&ws, &x))...)
				h.add(net.Grad(&ws, &x, &ys[i], &g), D(&g).Norm())
				h.add(view[F](&g)...)
			}
		})
	}

	add("ForwardBatch", func(h *hash[F]) {
		net.ForwardBatch(&b, xs, out)
		for i := range out {
			h.add(view[F](&out[i])...)
		}
	})
	add("LossBatch", func(h *hash[F]) { h.add(net.LossBatch(&b, xs, ys)) })
	add("GradBatch", func(h *hash[F]) {
		h.add(net.GradBatch(&b, xs, ys, &g))
		h.add(view[F](&g)...)
	})
	add("StepBatch", func(h *hash[F]) {
		h.add(net.StepBatch(&b, xs, ys, rate/F(len(xs))))
		h.add(view[F](net)...)
	})
	if n, ok := any(net).(interface {
		InputGradBatch(b *B, xs []X, ys []Y, gx []X) F
	}); ok {
		add("InputGradBatch", func(h *hash[F]) {
			gx := make([]X, len(xs))
			h.add(n.InputGradBatch(&b, xs, ys, gx))
			for i := range gx {
				h.add(view[F](&gx[i])...)
			}
		})
	}
	add("Team", func(h *hash[F]) {
		t := newTeam(3)
		defer t.Close()
		h.add(t.GradBatch(net, xs, ys, &g))
		h.add(view[F](&g)...)
		h.add(t.StepBatch(net, xs, ys, rate/F(len(xs))))
		h.add(view[F](net)...)
	})

	for _, o := range optimizers {
		add(strings.ToLower(typeName(o)[len(typeName(net)):]), func(h *hash[F]) {
			for range 3 {
				for i := range min(8, len(xs)) {
					net.Grad(&ws, &xs[i], &ys[i], &g)
					o.Update(net, &g, rate)
				}
				h.add(view[F](net)...)
			}
		})
	}
	add("epoch", func(h *hash[F]) {
		t := train.New[N, D](net)
		if len(optimizers) > 0 {
			optimizers[len(optimizers)-1].Reset()
			t.Optimizer = optimizers[len(optimizers)-1]
		}
		r, err := t.Fit(context.Background(), xs, ys,
			train.Options{Epochs: 1, Batch: 7, Rate: train.Constant(rate), Seed: 5, Validation: 0.2})
		if err != nil {
			panic(err)
		}
		h.add(F(r.Epochs[0].Loss), F(r.Epochs[0].Validation))
		h.add(view[F](net)...)
	})
	return all
}

// Write writes digests, one a line: the network, the function, and the digest.
func Write(w io.Writer, all []Digest) error {
	for _, d := range all {
		if _, err := fmt.Fprintf(w, "%-9s %-14s %016x\n", d.network, d.of, d.sum); err != nil {
			return err
		}
	}
	return nil
}

// typeName is the name of what a pointer points to, without its package.
func typeName(pointer any) string {
	_, name, _ := strings.Cut(fmt.Sprintf("%T", pointer), ".")
	return name
}
