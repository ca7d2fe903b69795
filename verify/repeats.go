package verify

import "github.com/backpropgen/backpropgen/spec"

// shape names the numbers of outcomes: ŷ and the gradient of the input are vectors for a sample, and for a batch
// matrices with a row for each.
type shape struct {
	network   spec.Network
	output, x block
}

func singleShape(n spec.Network) shape {
	in, out := n.Width(0), n.Width(n.Depth())
	return shape{n, block{"ŷ", n.Depth(), out, 0}, block{"∂L/∂x", 0, in, 0}}
}

func batchShape(n spec.Network, count int) shape {
	in, out := n.Width(0), n.Width(n.Depth())
	return shape{n, block{"ŷ", n.Depth(), count * out, out}, block{"∂L/∂x", 0, count * in, in}}
}

// repeats checks that the same arguments gave the same bits.
func repeats[F Float](r ruler, s shape, name, how string, first, second outcome[F]) {
	check := func(b block, a, c []F) {
		if len(a) != len(c) {
			return // one call returned nil, which is reported already
		}
		if i := sameBits(a, c); i >= 0 {
			r.report.broken(name, b.element(i), r.where, "%s gave %v, the first %v; the same arguments must give the same bits",
				how, c[i], a[i])
		}
	}
	check(s.output, first.output, second.output)
	check(block{name: "loss"}, []F{first.loss}, []F{second.loss})
	check(s.x, first.x, second.x)
	at := 0
	grads := blocks(s.network, "∂L/∂")
	for i, b := range blocks(s.network, "") {
		check(b, first.params[at:at+b.n], second.params[at:at+b.n])
		check(grads[i], first.grad[at:at+b.n], second.grad[at:at+b.n])
		at += b.n
	}
}
