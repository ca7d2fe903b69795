package verify

// usersOf are two goroutines that use one network at once: see judgedKernel.
func usersOf[P, G, W, B, X, Y any, F Float](
	k Kernel[P, G, W, B, X, Y, F], pool *samplePool, count int,
) (users [2]map[string]func() []F) {
	shared := new(P)
	narrowed(view[F](shared), pool.params)
	for i := range users {
		users[i] = userOf(k, shared, pool, i, count)
	}
	return users
}

// userOf is the functions of one goroutine, each with everything it returns; Step and StepBatch move parameters of its
// own.
func userOf[P, G, W, B, X, Y any, F Float](
	k Kernel[P, G, W, B, X, Y, F], shared *P, pool *samplePool, i, count int,
) map[string]func() []F {
	p, g, ws, x, y := new(P), new(G), new(W), new(X), new(Y)
	narrowed(view[F](x), pool.samples[i].x)
	narrowed(view[F](y), pool.samples[i].y)
	rate, out := F(pool.rate), []F{}
	// said is what a call returned and left behind.
	said := func(loss F, more ...[]F) []F {
		out = append(out[:0], loss)
		for _, v := range more {
			out = append(out, v...)
		}
		return out
	}
	own := func() { *p = *shared }
	calls := map[string]func() []F{
		"Forward":  func() []F { return said(0, view[F](k.Forward(shared, ws, x))) },
		"Loss":     func() []F { return said(k.Loss(shared, ws, x, y)) },
		"Backward": func() []F { k.Forward(shared, ws, x); return said(k.Backward(shared, ws, x, y, g), view[F](g)) },
		"Grad":     func() []F { return said(k.Grad(shared, ws, x, y, g), view[F](g)) },
		"Step":     func() []F { own(); return said(k.Step(p, ws, x, y, rate), view[F](p)) },
	}
	if k.InputGrad != nil {
		calls["Grad"] = func() []F { return said(k.Grad(shared, ws, x, y, g), view[F](g), view[F](k.InputGrad(ws))) }
	}
	b, xs, ys := new(B), newSamples[X, F](count).first(count), newSamples[Y, F](count).first(count)
	outs, gxs := newSamples[Y, F](count).first(count), newSamples[X, F](count).first(count)
	for s := range count {
		pick := (s + i) % len(pool.samples)
		narrowed(view[F](&xs[s]), pool.samples[pick].x)
		narrowed(view[F](&ys[s]), pool.samples[pick].y)
	}
	flat := func(v []Y) []F { return sampleArray[Y, F](v).flat().memory }
	calls["ForwardBatch"] = func() []F { k.ForwardBatch(shared, b, xs, outs); return said(0, flat(outs)) }
	calls["LossBatch"] = func() []F { return said(k.LossBatch(shared, b, xs, ys)) }
	calls["GradBatch"] = func() []F { return said(k.GradBatch(shared, b, xs, ys, g), view[F](g)) }
	calls["StepBatch"] = func() []F { own(); return said(k.StepBatch(p, b, xs, ys, rate), view[F](p)) }
	if k.InputGradBatch != nil {
		calls["InputGradBatch"] = func() []F {
			return said(k.InputGradBatch(shared, b, xs, ys, gxs), sampleArray[X, F](gxs).flat().memory)
		}
	}
	return calls
}
