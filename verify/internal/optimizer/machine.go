package optimizer

import "github.com/backpropgen/backpropgen/verify/internal/memory"

// Machine is an optimizer with a network's parameters and gradient, seen as flat slices: the judge's only view
// of it.
type Machine[F memory.Float] struct {
	Params, Grad []F
	// Hyper and State are the fields that the rule names, in its order; T is the count of updates, nil if there is
	// none.
	Hyper []*F
	State [][]F
	T     *uint64
	// Update makes one update at a rate, and Reset forgets all of them.
	Update func(rate F)
	Reset  func()
}

// set copies everything from another machine but the gradient's and parameters' places in memory.
func (m *Machine[F]) set(from *Machine[F]) {
	copy(m.Params, from.Params)
	copy(m.Grad, from.Grad)
	for i, h := range from.Hyper {
		*m.Hyper[i] = *h
	}
	for i, s := range from.State {
		copy(m.State[i], s)
	}
	if m.T != nil {
		*m.T = *from.T
	}
}

// settings returns the hyperparameters as numbers.
func (m *Machine[F]) settings() (list []float64) {
	for _, h := range m.Hyper {
		list = append(list, float64(*h))
	}
	return list
}
