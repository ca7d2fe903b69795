package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/backpropgen/backpropgen/gen/expr"
)

// Scope says how often a batch function carries an operation out.
type Scope int

// The scopes.
const (
	PerSample Scope = iota // for every sample, in its own workspace
	PerBlock               // for every block of samples
	PerCall                // once in a call
)

// ScopeOf is the scope of an operation of a batch function.
func ScopeOf(op Op) Scope {
	switch op.(type) {
	case *Clear, *Descend:
		return PerCall
	case *OuterSum:
		return PerBlock
	}
	return PerSample
}

// MaxBlockBytes bounds the workspaces of a block of samples: not every machine has room for a larger fixed array, and
// long before that a larger block gains nothing.
const MaxBlockBytes = 1 << 30

// block sets the number of samples of a block: the batch of the spec, but no more workspaces than MaxBlockBytes holds.
func block(p *Program) error {
	p.Block = min(p.Network.Batch, max(1, MaxBlockBytes/max(1, p.WorkspaceBytes())))
	return nil
}

// SumsUp says whether the emitted batch type has room for a gradient: steps on batches sum it up there.
func (p *Program) SumsUp() bool { return p.Func(StepBatch) != nil || len(p.Network.Optimizers) > 0 }

// BatchBytes is how much of a batch type the plan uses: a workspace for every sample of a block, and what SumsUp says.
func (p *Program) BatchBytes() int {
	bytes := p.Block * p.WorkspaceBytes()
	if p.SumsUp() {
		bytes += p.Network.Params() * p.ElementBytes()
	}
	return bytes
}

// batch writes the batch functions down, of the operations that the functions of one sample are made of.
func (b *builder) batch(forward, value, cost []Op) {
	depth := b.p.Network.Depth()
	output := b.deliver(b.get("a%d", depth), b.get("o"))
	gradient := b.backward(1, b.outerSum)
	b.p.Funcs = append(b.p.Funcs,
		&Func{Name: ForwardBatch, Batch: true, Ops: join(forward, []Op{output})},
		&Func{Name: LossBatch, Batch: true, Ops: join(forward, value)},
		&Func{Name: GradBatch, Batch: true, Ops: join([]Op{b.clear()}, forward, cost, gradient)},
		&Func{Name: StepBatch, Batch: true, Ops: join([]Op{b.clear()}, forward, cost, gradient, []Op{b.descend()})},
	)
	if b.p.Network.InputGradient {
		input := b.deliver(b.get("d0"), b.get("gx"))
		b.p.Funcs = append(b.p.Funcs,
			&Func{Name: InputGradBatch, Batch: true, Ops: join(forward, cost, b.backward(0, nil), []Op{input})})
	}
	if b.p.Network.SampleWeights {
		weight := b.get("weight")
		value, cost := b.cost(false, weight), b.cost(true, weight)
		b.p.Funcs = append(b.p.Funcs,
			&Func{Name: LossBatchWeighted, Batch: true, Ops: join(forward, value)},
			&Func{Name: GradBatchWeighted, Batch: true, Ops: join([]Op{b.clear()}, forward, cost, gradient)},
			&Func{Name: StepBatchWeighted, Batch: true,
				Ops: join([]Op{b.clear()}, forward, cost, gradient, []Op{b.descend()})})
	}
}

// deliver hands a vector of the workspace back.
func (b *builder) deliver(from, to *Buffer) Op {
	return &Map{N: from.Len(), Args: []Arg{{expr.A, from}}, Sets: []Set{{to, expr.A}}, Role: Deliver, Layer: from.Layer}
}

// outerSum is the gradient of the parameters of a layer, summed over samples. Functions share it.
func (b *builder) outerSum(l int) Op {
	if b.sums[l] == nil {
		b.sums[l] = &OuterSum{GW: b.get("gW%d", l), GB: b.p.Find(BiasGrad, l), D: b.get("d%d", l),
			A: b.activation(l - 1)}
	}
	return b.sums[l]
}

func (b *builder) clear() Op { return &Clear{G: b.all(WeightGrad, BiasGrad)} }

func (b *builder) descend() Op {
	return &Descend{P: b.all(Weight, Bias), G: b.all(WeightGrad, BiasGrad), Rate: b.get("rate")}
}

// all are the buffers of two kinds, in the order of the parameters.
func (b *builder) all(matrix, vector Kind) []*Buffer {
	var bs []*Buffer
	for l := 1; l <= b.p.Network.Depth(); l++ {
		bs = append(bs, some(b.p.Find(matrix, l), b.p.Find(vector, l))...)
	}
	return bs
}

// Clear sets the gradient of every parameter to 0, before the first sample.
type Clear struct {
	G []*Buffer
}

// Reads lists nothing.
func (o *Clear) Reads() []*Buffer { return nil }

// Writes lists the gradient.
func (o *Clear) Writes() []*Buffer { return o.G }

func (o *Clear) String() string { return "∇ = 0" }

// OuterSum adds the gradients of a layer's parameters over the samples of a block to what is there: GW += Σ δ·aᵀ, GB +=
// Σ δ; GB may be nil.
type OuterSum struct {
	GW, GB, D, A *Buffer
}

// Reads lists δ, a and the sums so far.
func (o *OuterSum) Reads() []*Buffer { return append([]*Buffer{o.D, o.A}, some(o.GW, o.GB)...) }

// Writes lists the gradients.
func (o *OuterSum) Writes() []*Buffer { return some(o.GW, o.GB) }

func (o *OuterSum) String() string {
	s := fmt.Sprintf("∇W%d += Σ %s·%sᵀ", o.D.Layer, o.D.Name, o.A.Name)
	if o.GB != nil {
		s += fmt.Sprintf("; ∇b%d += Σ %s", o.D.Layer, o.D.Name)
	}
	return s
}

// Descend takes the descent step of all parameters, after the last sample: p −= rate·∇.
type Descend struct {
	P, G []*Buffer
	Rate *Buffer
}

// Reads lists the parameters, their gradient and the rate.
func (o *Descend) Reads() []*Buffer {
	return append(append(append([]*Buffer{}, o.P...), o.G...), o.Rate)
}

// Writes lists the parameters.
func (o *Descend) Writes() []*Buffer { return o.P }

func (o *Descend) String() string {
	names := func(bs []*Buffer) string {
		var ns []string
		for _, b := range bs {
			ns = append(ns, b.Name)
		}
		return strings.Join(ns, ", ")
	}
	return fmt.Sprintf("%s −= %s·∇", names(o.P), o.Rate.Name)
}

// N is the number of parameters.
func (o *Descend) N() int { return elementsOf(o.P) }

func elementsOf(bs []*Buffer) int {
	n := 0
	for _, b := range bs {
		n += b.Len()
	}
	return n
}

// Writes says whether a function writes a buffer of a kind.
func (f *Func) Writes(k Kind) bool {
	return slices.ContainsFunc(f.All(), func(op Op) bool { return writes(op, k) })
}

func writes(op Op, k Kind) bool {
	return slices.ContainsFunc(op.Writes(), func(b *Buffer) bool { return b.Kind == k })
}

// WeightsOf is the weight matrix that an operation of the samples reads.
func WeightsOf(op Op) (*Buffer, bool) {
	switch o := op.(type) {
	case *Affine:
		return o.W, true
	case *BackAffine:
		return o.W, true
	}
	return nil, false
}
