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
	n := t.net
	n.descend(n.Gradient(t.sum(i)), n.Gradient(t.sum(i+d)), -1, lo, hi)
}

// sum is the gradient of run k, which is the result's where the first run is one of the caller's.
func (t *Team[P, G, B, X, Y, F]) sum(k int) *G {
	if k == 0 && t.g != nil {
		return t.g
	}
	return &t.sums[k]
}

// rangeWork is how many additions another worker has to do, at least, where it helps with what is left to add. To ask
// it takes as long as some thousand, but half of what it adds is in its processor's cache.
const rangeWork = 8192

// rangePart is how many elements a worker goes through at a time: they stay in the first cache from one array that is
// added to the next. Each time but the first begins at a multiple of rangeStep elements, a line of the cache.
const (
	rangePart = 1024
	rangeStep = 16
)

// finish adds the pairs that are left up for range k of the parameters, and does with the sum what the task is.
func (t *Team[P, G, B, X, Y, F]) finish(k int) {
	n := t.net
	from, to := k*n.Params/t.count, (k+1)*n.Params/t.count
	for lo := from; lo < to; {
		hi := min((lo+rangePart)/rangeStep*rangeStep, to)
		for d := 1; d < t.slots; d *= 2 {
			for i := 0; i+d < t.slots; i += 2 * d {
				if !t.added[i+d] {
					t.pair(i, d, lo, hi)
				}
			}
		}
		if t.task == "step" {
			n.descend(n.Parameters(t.p), n.Gradient(&t.sums[0]), t.rate, lo, hi)
		}
		lo = hi
	}
	if t.task == "update" { // by a gradient that is given, or by the sum
		n.Part(t.o, t.p, t.from, t.rate, from, to)
	}
}

// descend is ps -= rate*gs for elements lo to hi.
func (n *Network[P, G, B, X, Y, F]) descend(ps, gs []F, rate F, lo, hi int) {
	if n.Descend != nil && n.Descend(ps, gs, rate, lo, hi) {
		return
	}
	ps, gs = ps[lo:hi], gs[lo:hi]
	for len(ps) >= 4 && len(gs) >= 4 {
		ps[0] -= F(rate * gs[0]) // rounded, never fused
		ps[1] -= F(rate * gs[1])
		ps[2] -= F(rate * gs[2])
		ps[3] -= F(rate * gs[3])
		ps, gs = ps[4:], gs[4:]
	}
	for i := 0; i < len(ps) && i < len(gs); i++ {
		ps[i] -= F(rate * gs[i])
	}
}
