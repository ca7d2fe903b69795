package verify

// optimizerMachine is an optimizer with a network's parameters and gradient, seen as flat slices: the judge's only view
// of it.
type optimizerMachine[F Float] struct {
	params, grad []F
	// hyper and state are the fields that the rule names, in its order; t is the count of updates, nil if there is
	// none.
	hyper []*F
	state [][]F
	t     *uint64
	// update makes one update at a rate, and reset forgets all of them.
	update func(rate F)
	reset  func()
}

// set copies everything from another machine but the gradient's and parameters' places in memory.
func (m *optimizerMachine[F]) set(from *optimizerMachine[F]) {
	copy(m.params, from.params)
	copy(m.grad, from.grad)
	for i, h := range from.hyper {
		*m.hyper[i] = *h
	}
	for i, s := range from.state {
		copy(m.state[i], s)
	}
	if m.t != nil {
		*m.t = *from.t
	}
}

// settings returns the hyperparameters as numbers.
func (m *optimizerMachine[F]) settings() (list []float64) {
	for _, h := range m.hyper {
		list = append(list, float64(*h))
	}
	return list
}
