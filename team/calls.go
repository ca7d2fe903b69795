package team

// ForwardBatch computes ŷ of every sample: out[i] from xs[i]. It panics if the slices differ in length.
func (n *Network[P, G, B, X, Y, F]) ForwardBatch(t *Team[P, G, B, X, Y, F], p *P, xs []X, out []Y) {
	if len(xs) != len(out) {
		n.refuse(".ForwardBatch: xs and out differ in length")
	}
	n.begin(t, p, xs)
	t.out = out
	t.run("forward", t.slots)
	t.end()
}

// LossBatch returns the sum of the losses of all samples. It panics if the slices differ in length.
func (n *Network[P, G, B, X, Y, F]) LossBatch(t *Team[P, G, B, X, Y, F], p *P, xs []X, ys []Y) F {
	if len(xs) != len(ys) {
		n.refuse(".LossBatch: xs and ys differ in length")
	}
	n.begin(t, p, xs)
	t.ys = ys
	t.run("loss", t.slots)
	return t.end()
}

// GradBatch overwrites g with the gradient of the sum of the losses of all samples and returns that sum. It panics if
// the slices differ in length, before anything is written.
func (n *Network[P, G, B, X, Y, F]) GradBatch(t *Team[P, G, B, X, Y, F], p *P, xs []X, ys []Y, g *G) F {
	if len(xs) != len(ys) {
		n.refuse(".GradBatch: xs and ys differ in length")
	}
	if g == nil {
		n.refuse(".GradBatch: g is nil")
	}
	n.begin(t, p, xs)
	t.ys, t.g = ys, g
	return n.gradient(t)
}

// gradient does what a call that has begun is to do for a gradient. What one worker computed it has added up.
func (n *Network[P, G, B, X, Y, F]) gradient(t *Team[P, G, B, X, Y, F]) F {
	t.run("gradient", t.slots)
	if t.slots > 1 {
		t.run("sum", t.ranges())
	}
	return t.end()
}

// StepBatch takes one step of gradient descent on the sum of the losses of all samples, p -= rate*∇ΣL, and returns the
// sum before it. It panics if the slices differ in length, before anything is written.
func (n *Network[P, G, B, X, Y, F]) StepBatch(t *Team[P, G, B, X, Y, F], p *P, xs []X, ys []Y, rate F) F {
	if len(xs) != len(ys) {
		n.refuse(".StepBatch: xs and ys differ in length")
	}
	n.begin(t, p, xs)
	t.ys, t.rate = ys, rate
	t.run("gradient", t.slots)
	t.run("step", t.ranges())
	return t.end()
}

// InputGradBatch computes the gradient of every sample's loss with respect to x, gxs[i] at xs[i], and returns the sum
// of the losses. It panics if the slices differ in length, before anything is written.
func (n *Network[P, G, B, X, Y, F]) InputGradBatch(t *Team[P, G, B, X, Y, F], p *P, xs []X, ys []Y, gxs []X) F {
	if len(xs) != len(ys) {
		n.refuse(".InputGradBatch: xs and ys differ in length")
	}
	if len(xs) != len(gxs) {
		n.refuse(".InputGradBatch: xs and gxs differ in length")
	}
	n.begin(t, p, xs)
	t.ys, t.gxs = ys, gxs
	t.run("input gradient", t.slots)
	return t.end()
}

// Update is o.Update(p, g, rate), with the same bits. Where parameters are many, the workers share them out, if o does
// updates in parts.
func (n *Network[P, G, B, X, Y, F]) Update(t *Team[P, G, B, X, Y, F], o Updater[P, G, F], p *P, g *G, rate F) {
	if missing(o) {
		n.refuse(".Update: o is nil")
	}
	if g == nil {
		n.refuse(".Update: g is nil")
	}
	n.begin(t, p, nil)
	t.o, t.from, t.rate = o, g, rate
	if n.shares(o) {
		t.run("count", 1)
		t.run("update", min(len(t.workers), n.Params/n.SpreadFrom+1))
	} else {
		t.run("apply", 1)
	}
	t.end()
}

// UpdateBatch is GradBatch and Update in one call, with the same bits: it moves p by o against the sum of the gradients
// of all samples, and returns the sum of their losses before it. A worker that adds up the gradients of its parameters
// moves these at once. It panics if the slices differ in length, before anything is written.
func (n *Network[P, G, B, X, Y, F]) UpdateBatch(
	t *Team[P, G, B, X, Y, F], o Updater[P, G, F], p *P, xs []X, ys []Y, rate F,
) F {
	if len(xs) != len(ys) {
		n.refuse(".UpdateBatch: xs and ys differ in length")
	}
	if missing(o) {
		n.refuse(".UpdateBatch: o is nil")
	}
	n.begin(t, p, xs)
	t.ys, t.rate = ys, rate
	return n.updateBatch(t, o)
}

// updateBatch does what a call that has begun is to do with an optimizer.
func (n *Network[P, G, B, X, Y, F]) updateBatch(t *Team[P, G, B, X, Y, F], o Updater[P, G, F]) F {
	t.o, t.from = o, &t.sums[0]
	t.run("gradient", t.slots)
	if n.shares(o) {
		t.run("count", 1)
		t.run("update", t.ranges())
	} else {
		t.run("add", t.ranges())
		t.run("apply", 1)
	}
	return t.end()
}

// shares says whether an optimizer does updates in parts.
func (n *Network[P, G, B, X, Y, F]) shares(o Updater[P, G, F]) bool {
	return n.Shares != nil && n.Shares(o)
}
