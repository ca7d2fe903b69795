package judge

import (
	"fmt"
	"slices"
	"unsafe"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// Under rounding: strict the order of sums is a promise, which this file holds functions to: a sum of the terms t_0,
// t_1, … along a vector is formed in lanes,
//
//	s_l = t_l + t_(l+L) + t_(l+2L) + …, from the first term on
//	s_l += s_(l+L/2) for l < L/2, then s_l += s_(l+L/4) for l < L/4, and so on; the sum is s_0
//
// lanes without a term left out, L being 16 for float32 and 8 for float64; Wᵀ·δ is summed over the rows like that in
// 4 lanes; a bias is added to the finished sum; and gradients of a batch are summed sample after sample, from 0 on.
// Every product is rounded by itself. What elementary functions give is taken from the functions' own results, so
// that only sums and products are judged.

// sumInLanes is the sum in that order.
func sumInLanes[F memory.Float](terms []F, lanes int) F {
	sums := slices.Clone(terms[:min(lanes, len(terms))])
	for i := lanes; i < len(terms); i++ {
		sums[i%lanes] += terms[i]
	}
	for half := lanes / 2; half >= 1; half /= 2 {
		for l := 0; l < half && l+half < len(sums); l++ {
			sums[l] += sums[l+half]
		}
		sums = sums[:min(half, len(sums))]
	}
	return sums[0]
}

// roundedProduct is rounded by itself: what a function returns is never fused with a sum.
//
//go:noinline
func roundedProduct[F memory.Float](a, b F) F { return a * b }

// strictLayer is what is known of a layer: nil where nothing is.
type strictLayer[F memory.Float] struct {
	w, b    []F // b is nil where there is no bias
	gw, gb  []F
	z, a, d []F
}

// orderJudge holds a kernel to the order of its sums.
type orderJudge[F memory.Float] struct {
	network spec.Network
	report  *finding.Report
	machine *Machine[F]
	batch   *BatchMachine[F]
	lanes   int
}

// CheckOrder judges the order of sums of a network with rounding: strict.
func CheckOrder[F memory.Float](k *Kernel[F]) {
	n, report := k.Network, k.Report
	if n.Rounding != spec.RoundingStrict {
		return
	}
	count := min(2*n.Batch+1, 7)
	j := orderJudge[F]{n, report, k.Machine, k.Batch(count), 64 / int(unsafe.Sizeof(*new(F)))}
	rng, _ := trial.Random(n, orderTrials)
	for round := range min(max(orderBudget/n.Params(), 2), 32) {
		// The first two kinds: sums of special numbers are what they are in any order.
		fill := trial.Fills[round%2]
		d := newStrictData[F](n, rng, fill, count)
		where := fmt.Sprintf("%s, round %d, seed %s", fill.Name, round, report.Seed)
		for i := range count {
			j.singles(d, i, where)
		}
		j.batches(d, count, where)
	}
}

// orderTrials is where the trials of orders begin among the seeds, and orderBudget how many parameters all have
// together.
const orderTrials, orderBudget = 1<<48 + 1, 1 << 17

// same reports numbers that are not those that the order gives; a number that is known to be 0 may have either sign.
func (j orderJudge[F]) same(call string, b finding.Block, where string, got, want []F) {
	for i, v := range got {
		if v != want[i] && (v == v || want[i] == want[i]) {
			j.report.Broken(call, b.Element(i), where,
				"got %v, want %v: rounding: strict promises the order of sums, and that no product is "+
					"fused with one", v, want[i])
		}
	}
}

// singles judges functions on sample i, layer by layer, as far as values are known: the gradient, what the workspace
// holds after the call that goes through most of the network, and ŷ.
func (j orderJudge[F]) singles(d *strictData[F], i int, where string) {
	n, m := j.network, j.machine
	var output []F
	if m.Forward != nil {
		d.single(m, i)
		output = slices.Clone(m.Forward())
	}
	gradient, grad := j.gradient(d, i)
	call := gradient
	if m.Gradient == nil { // it has left nothing in the workspace
		all := calls(m)
		last := all[len(all)-1]
		call = last.name
		d.single(m, i)
		last.run(m, d.rate)
	}
	layers := j.layers(d.params, grad)
	layers[0].a = d.x(i)
	var hidden []hiddenSum[F]
	for l := 1; l <= n.Depth(); l++ {
		this, below := &layers[l], layers[l-1]
		if below.a != nil {
			z := j.affine(*this, below.a)
			j.same(call, finding.Block{Name: fmt.Sprintf("Z%d", l), N: len(z)}, where, this.z, z)
			a, known := exactly(n.Layers[l-1].Activation, z)
			if known {
				j.same(call, finding.Block{Name: fmt.Sprintf("A%d", l), N: len(z)}, where, this.a, a)
				if l == n.Depth() {
					j.same("Forward", finding.Block{Name: "ŷ", N: len(z)}, where, output, a)
				}
				this.a = a
			} else if this.z == nil && this.b != nil {
				hidden = append(hidden, hiddenSum[F]{l, z})
			}
			// Every element of the gradient is one product.
			if this.d != nil && this.gw != nil {
				want := make([]F, 0, len(this.gw))
				for _, di := range this.d {
					for _, a := range below.a {
						want = append(want, roundedProduct(di, a))
					}
				}
				j.same(gradient, finding.Block{Name: fmt.Sprintf("∂L/∂W%d", l), Layer: l, N: len(want),
					Cols: len(below.a)}, where, this.gw, want)
			}
		}
		if this.d == nil {
			continue
		}
		j.same(gradient, finding.Block{Name: fmt.Sprintf("∂L/∂b%d", l), N: len(this.d)}, where, this.gb, this.d)
		v := j.back(*this, n.Width(l-1))
		switch {
		case l == 1 && m.InputGrad != nil:
			j.same(call, finding.Block{Name: "∂L/∂x", N: len(v)}, where, m.InputGrad(), v)
		case l > 1 && n.Layers[l-2].Activation.Name == "identity" && below.d != nil:
			j.same(call, finding.Block{Name: fmt.Sprintf("D%d", l-1), N: len(v)}, where, below.d, v)
		}
	}
	for _, h := range hidden { // last, as it is done by other calls
		j.byBias(d, i, h, where)
	}
}

// gradient is the gradient of sample i, and which function gave it: Grad, without it GradBatch of a batch of one. It is
// nil where there is neither. It is good until the next one.
func (j orderJudge[F]) gradient(d *strictData[F], i int) (call string, grad []F) {
	m, b := j.machine, j.batch
	switch {
	case m.Gradient != nil:
		d.single(m, i)
		m.Gradient()
		return "Grad", m.Grad
	case b.Gradient != nil:
		d.batch(b, 1)
		copy(b.Xs.First(1), d.x(i))
		copy(b.Ys.First(1), d.y(i))
		b.Gradient(memory.Evenly(1))
		return "GradBatch", b.Grad
	}
	return "", nil
}

// layers are what is known of all layers, for layer ℓ at index ℓ: the parameters, their gradient if it is not nil, and
// what the workspace holds.
func (j orderJudge[F]) layers(params, grads []F) []strictLayer[F] {
	n := j.network
	layers := make([]strictLayer[F], n.Depth()+1)
	take := func(from *[]F, count int) (part []F) {
		if *from == nil {
			return nil
		}
		part, *from = (*from)[:count], (*from)[count:]
		return part
	}
	for l := 1; l <= n.Depth(); l++ {
		this, rows := &layers[l], n.Layers[l-1].Dense
		size := rows * n.Width(l-1)
		this.w, this.gw = take(&params, size), take(&grads, size)
		if !n.Layers[l-1].NoBias {
			this.b, this.gb = take(&params, rows), take(&grads, rows)
			this.d = this.gb // the gradient of a bias is that of z
		}
	}
	for _, f := range j.machine.Fields {
		this := &layers[f.Block.Layer]
		switch f.Letter {
		case 'Z':
			this.z = f.View
		case 'A':
			this.a = f.View
		case 'D':
			if j.machine.Gradient != nil || j.machine.Step != nil { // else nothing sets it
				this.d = f.View
			}
		}
	}
	return layers
}

// affine is W·a + b.
func (j orderJudge[F]) affine(l strictLayer[F], a []F) []F {
	z, terms := make([]F, len(l.w)/len(a)), make([]F, len(a))
	for i := range z {
		for k, v := range a {
			terms[k] = roundedProduct(l.w[i*len(a)+k], v)
		}
		if z[i] = sumInLanes(terms, j.lanes); l.b != nil {
			z[i] += l.b[i]
		}
	}
	return z
}

// back is Wᵀ·δ.
func (j orderJudge[F]) back(l strictLayer[F], cols int) []F {
	v, terms := make([]F, cols), make([]F, len(l.d))
	for k := range v {
		for i, d := range l.d {
			terms[i] = roundedProduct(l.w[i*cols+k], d)
		}
		v[k] = sumInLanes(terms, 4)
	}
	return v
}

// exactly is an activation that rounds nothing.
func exactly[F memory.Float](f spec.Function, z []F) (a []F, known bool) {
	switch f.Name {
	case "identity":
		return z, true
	case "relu":
		for _, v := range z {
			a = append(a, max(v, 0))
		}
		return a, true
	}
	return nil, false
}

// batches judges functions of a batch: what they do with a sample is what those of one sample do, or those of a batch
// of one, and sums of gradients go from sample to sample.
func (j orderJudge[F]) batches(d *strictData[F], count int, where string) {
	n, m, b := j.network, j.machine, j.batch
	total := make([]F, n.Params())
	var outputs, inputs []F
	for i := range count {
		if m.Forward != nil {
			d.single(m, i)
			outputs = append(outputs, m.Forward()...)
		}
		_, grad := j.gradient(d, i)
		for e, v := range grad {
			total[e] += v
		}
		if m.InputGrad != nil {
			inputs = append(inputs, m.InputGrad()...)
		}
	}
	all := func(call string, blocks []finding.Block, got, want []F) {
		for _, b := range blocks {
			j.same(call, b, where, got[:b.N], want[:b.N])
			got, want = got[b.N:], want[b.N:]
		}
	}
	shape := batchShape(n, count)
	d.batch(b, count)
	if b.Forward != nil {
		b.Forward(memory.Evenly(count))
		all("ForwardBatch", []finding.Block{shape.output}, b.Out.First(count), outputs)
	}
	if b.Gradient != nil {
		b.Gradient(memory.Evenly(count))
		all("GradBatch", finding.Blocks(n, "∂L/∂"), b.Grad, total)
	}
	if b.InputGrad != nil {
		b.InputGrad(memory.Evenly(count))
		all("InputGradBatch", []finding.Block{shape.x}, b.Gxs.First(count), inputs)
	}
	if b.Step == nil {
		return
	}
	want := slices.Clone(b.Params)
	b.Step(memory.Evenly(count), d.rate)
	for e := range want {
		want[e] -= roundedProduct(d.rate, total[e])
	}
	all("StepBatch", finding.Blocks(n, ""), b.Params, want)
}
