package spec

// Depth returns L, the number of layers.
func (n Network) Depth() int { return len(n.Layers) }

// Width returns n_l, the number of elements of a_l, for l in 0…L: Width(0) is the number of inputs,
// Width(L) the number of outputs.
func (n Network) Width(l int) int {
	if l == 0 {
		return n.Input
	}
	return n.Layers[l-1].Width()
}

// Width returns the number of elements of the layer's a: Dense, divided by the window if its activation
// pools.
func (l Layer) Width() int { return l.Dense / l.Window() }

// Window returns how many units make one output: 1 unless the activation pools. It is at least 1 for any layer;
// a window that is out of range counts as the layer's width.
func (l Layer) Window() int {
	if entry, _ := Lookup(ActivationRole, l.Activation.Name); !entry.Pools {
		return 1
	}
	if w := l.Activation.Param(ActivationRole, Window); w >= 1 && w <= MaxWidth && int(w) <= l.Dense {
		return int(w)
	}
	return max(l.Dense, 1)
}

// Params returns the number of weights and biases of a valid network.
func (n Network) Params() int {
	params := 0
	for l := 1; l <= n.Depth(); l++ {
		rows := n.Layers[l-1].Dense
		params += rows * n.Width(l-1)
		if !n.Layers[l-1].NoBias {
			params += rows
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
		product := n.Layers[l-1].Dense * n.Width(l-1)
		forward += product
		backward += product
		if l > 1 || n.InputGradient {
			backward += product
		}
	}
	return forward, backward
}
