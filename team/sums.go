package team

import "slices"

// Sums of runs are added in pairs, the sums of pairs in pairs, and so on: sums[i] += sums[i+d] for d = 1, 2, 4 … and
// every i that is a multiple of 2d, which gives the same bits whoever does it. A worker adds the pairs that have all
// their runs from it while they are in its processor's cache; the few that are left are shared out by ranges of the
// parameters.

// add adds the pairs that run k completes, if a worker computed all their runs.
func (w *worker[P, G, B, X, Y, F]) add(k int) {
	t := w.team
	w.mine[k] = true
	for d := 1; d < t.slots; d *= 2 {
		i := k / (2 * d) * (2 * d)
		if slices.Contains(w.mine[i:min(i+2*d, t.slots)], false) {
			return
		}
		if i+d < t.slots {
			t.pair(i, d, 0, t.net.Params)
			t.added[i+d] = true
		}
	}
}

// pair adds parameters lo to hi of run i+d to those of run i.
func (t *Team[P, G, B, X, Y, F]) pair(i, d, lo, hi int) {
	n, sum, next := t.net, t.sum(i), t.sum(i+d)
	if n.Add == nil || hi-lo < n.Params || !n.Add(sum, next) {
		accumulate(n.Gradient(sum)[lo:hi], n.Gradient(next)[lo:hi])
	}
}

// sum is the gradient of run k, which is the result's where the first run is one of the caller's.
func (t *Team[P, G, B, X, Y, F]) sum(k int) *G {
	if k == 0 && t.g != nil {
		return t.g
	}
	return &t.sums[k]
}

// accumulate adds next to sum, element by element.
func accumulate[F Float](sum, next []F) {
	for len(sum) >= 8 && len(next) >= 8 {
		sum[0] += next[0]
		sum[1] += next[1]
		sum[2] += next[2]
		sum[3] += next[3]
		sum[4] += next[4]
		sum[5] += next[5]
		sum[6] += next[6]
		sum[7] += next[7]
		sum, next = sum[8:], next[8:]
	}
	for i := 0; i < len(sum) && i < len(next); i++ {
		sum[i] += next[i]
	}
}

// finish adds the pairs that are left up for range k of the parameters, and does with the sum what the task is.
func (t *Team[P, G, B, X, Y, F]) finish(k int) {
	n := t.net
	lo, hi := k*n.Params/t.count, (k+1)*n.Params/t.count
	for d := 1; d < t.slots; d *= 2 {
		for i := 0; i+d < t.slots; i += 2 * d {
			if !t.added[i+d] {
				t.pair(i, d, lo, hi)
			}
		}
	}
	switch t.task {
	case "step":
		descend(n.Parameters(t.p)[lo:hi], n.Gradient(&t.sums[0])[lo:hi], t.rate)
	case "update": // by a gradient that is given, or by the sum
		n.Part(t.o, t.p, t.from, t.rate, lo, hi)
	}
}

// descend is p -= rate*g.
func descend[F Float](p, g []F, rate F) {
	g = g[:len(p)]
	for i := range p {
		p[i] -= F(rate * g[i]) // rounded, never fused
	}
}
