package train

import (
	"math"
	"math/rand/v2"
)

// orders draws the orders of a training's samples. Every draw starts its generator afresh from the seed and the number
// of what is drawn, so that no order depends on how many were drawn before it; that is what makes resuming exact.
type orders struct {
	seed uint64
	pcg  *rand.PCG
	rng  *rand.Rand
}

// splitDraw is the number of the draw that chooses the validation part; epochs count from 0 and do not get there.
const splitDraw = math.MaxUint64

func newOrders(seed uint64) *orders {
	pcg := rand.NewPCG(seed, 0)
	return &orders{seed: seed, pcg: pcg, rng: rand.New(pcg)}
}

// shuffle puts order into the random order of a draw, all orders being equally likely.
func (o *orders) shuffle(order []int, draw uint64) {
	o.pcg.Seed(o.seed, draw)
	o.rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
}

// split divides 0…n-1 into the numbers of the training and of the validation part, each ascending. The part for
// validation is the fraction rounded, at least one sample and never all; it is chosen by the seed, or is the end if the
// samples' order has a meaning.
func (o *orders) split(n int, fraction float64, inOrder bool) (part, held []int) {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	if fraction == 0 {
		return all, nil
	}
	size := min(max(int(math.Round(fraction*float64(n))), 1), n-1)
	if inOrder {
		return all[:n-size], all[n-size:]
	}
	o.shuffle(all, splitDraw)
	isHeld := make([]bool, n)
	for _, i := range all[:size] {
		isHeld[i] = true
	}
	part = make([]int, 0, n-size)
	held = make([]int, 0, size)
	for i, h := range isHeld {
		if h {
			held = append(held, i)
		} else {
			part = append(part, i)
		}
	}
	return part, held
}
