package spec

// Depth returns L, the number of layers.
func (n Network) Depth() int { return len(n.Layers) }

// Width returns n_l, the number of elements of a_l, for l in 0…L: Width(0) is the number of inputs,
// Width(L) the number of outputs.
func (n Network) Width(l int) int {
	if l == 0 {
		return n.Input
	}
	return n.Layers[l-1].Dense
}

// Params returns the number of weights and biases of a valid network.
func (n Network) Params() int {
	params := 0
	for l := 1; l <= n.Depth(); l++ {
		params += n.Width(l) * n.Width(l-1)
		if !n.Layers[l-1].NoBias {
			params += n.Width(l)
		}
	}
	return params
}

// MultiplyAdds returns the multiply-adds of the matrix work for one sample of a valid network:
// forward counts W·a of every layer; backward counts the outer products ∇z·aᵀ of every layer and
// Wᵀ·∇z of the layers from 2 on, and of layer 1 when InputGradient is set. Activations, biases and
// the cost are not counted. MaxParams keeps both sums far from overflow.
func (n Network) MultiplyAdds() (forward, backward int) {
	for l := 1; l <= n.Depth(); l++ {
		product := n.Width(l) * n.Width(l-1)
		forward += product
		backward += product
		if l > 1 || n.InputGradient {
			backward += product
		}
	}
	return forward, backward
}
