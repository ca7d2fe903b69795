package judge

import (
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
)

// outcome is everything a call left behind.
type outcome[F memory.Float] struct {
	loss                    F
	output, params, grad, x []F
	// fields are copies of the machine's.
	fields []Field[F]
}

// shape names the numbers of outcomes: ŷ and the gradient of the input are vectors for a sample, and for a batch
// matrices with a row for each.
type shape struct {
	network   spec.Network
	output, x finding.Block
}

func singleShape(n spec.Network) shape {
	in, out := n.Width(0), n.Width(n.Depth())
	return shape{
		n, finding.Block{Name: "ŷ", Layer: n.Depth(), N: out, Cols: 0},
		finding.Block{Name: "∂L/∂x", Layer: 0, N: in, Cols: 0},
	}
}

func batchShape(n spec.Network, count int) shape {
	in, out := n.Width(0), n.Width(n.Depth())
	return shape{
		n, finding.Block{Name: "ŷ", Layer: n.Depth(), N: count * out, Cols: out},
		finding.Block{Name: "∂L/∂x", Layer: 0, N: count * in, Cols: in},
	}
}

// repeats checks that the same arguments gave the same bits.
func repeats[F memory.Float](r finding.Ruler, s shape, name, how string, first, second outcome[F]) {
	check := func(b finding.Block, a, c []F) {
		if len(a) != len(c) {
			return // one call returned nil, which is reported already
		}
		if i := memory.FirstDifference(a, c); i >= 0 {
			r.Report.Broken(name, b.Element(i), r.Where,
				"%s gave %v, the first %v; the same arguments must give the same bits",
				how, c[i], a[i])
		}
	}
	check(s.output, first.output, second.output)
	check(finding.Block{Name: "loss"}, []F{first.loss}, []F{second.loss})
	check(s.x, first.x, second.x)
	at := 0
	grads := finding.Blocks(s.network, "∂L/∂")
	for i, b := range finding.Blocks(s.network, "") {
		check(b, first.params[at:at+b.N], second.params[at:at+b.N])
		check(grads[i], first.grad[at:at+b.N], second.grad[at:at+b.N])
		at += b.N
	}
}
