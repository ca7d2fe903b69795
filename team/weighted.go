package team

// Calls with weights do what those without do, with functions that take the weights of their samples. Without samples
// there is nothing to weigh, so that no weights stand for none.

// LossBatchWeighted returns the sum of the losses of all samples, each times its weight. It panics if the slices differ
// in length.
func (n *Network[P, G, B, X, Y, F]) LossBatchWeighted(
	t *Team[P, G, B, X, Y, F], p *P, xs []X, ys []Y, weights []F,
) F {
	n.weighted(".LossBatchWeighted", xs, ys, weights)
	n.begin(t, p, xs)
	t.ys, t.weights = ys, weights
	t.run("loss", t.slots)
	return t.end()
}

// GradBatchWeighted overwrites g with the gradient of the sum of the losses of all samples, each times its weight, and
// returns that sum. It panics if the slices differ in length, before anything is written.
func (n *Network[P, G, B, X, Y, F]) GradBatchWeighted(
	t *Team[P, G, B, X, Y, F], p *P, xs []X, ys []Y, weights []F, g *G,
) F {
	n.weighted(".GradBatchWeighted", xs, ys, weights)
	if g == nil {
		n.refuse(".GradBatchWeighted: g is nil")
	}
	n.begin(t, p, xs)
	t.ys, t.weights, t.g = ys, weights, g
	return n.gradient(t)
}

// StepBatchWeighted takes one step of gradient descent on the sum of the losses of all samples, each times its weight,
// p -= rate*∇ΣwL, and returns the sum before it. It panics if the slices differ in length, before anything is written.
func (n *Network[P, G, B, X, Y, F]) StepBatchWeighted(
	t *Team[P, G, B, X, Y, F], p *P, xs []X, ys []Y, weights []F, rate F,
) F {
	n.weighted(".StepBatchWeighted", xs, ys, weights)
	n.begin(t, p, xs)
	t.ys, t.weights, t.rate = ys, weights, rate
	t.run("gradient", t.slots)
	t.run("step", t.ranges())
	return t.end()
}

// UpdateBatchWeighted is GradBatchWeighted and Update in one call, with the same bits, as UpdateBatch is GradBatch and
// Update.
func (n *Network[P, G, B, X, Y, F]) UpdateBatchWeighted(
	t *Team[P, G, B, X, Y, F], o Updater[P, G, F], p *P, xs []X, ys []Y, weights []F, rate F,
) F {
	n.weighted(".UpdateBatchWeighted", xs, ys, weights)
	if missing(o) {
		n.refuse(".UpdateBatchWeighted: o is nil")
	}
	n.begin(t, p, xs)
	t.ys, t.weights, t.rate = ys, weights, rate
	return n.updateBatch(t, o)
}

// weighted refuses samples, targets and weights that are not as many.
func (n *Network[P, G, B, X, Y, F]) weighted(call string, xs []X, ys []Y, weights []F) {
	if len(xs) != len(ys) {
		n.refuse(call + ": xs and ys differ in length")
	}
	if len(xs) != len(weights) {
		n.refuse(call + ": xs and weights differ in length")
	}
}
