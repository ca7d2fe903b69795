package plan

import (
	"fmt"

	"github.com/backpropgen/backpropgen/gen/expr"
)

// BatchMemory holds the contents of a plan's buffers while a batch function runs: what belongs to the network once,
// what belongs to a sample for each of them.
type BatchMemory[F expr.Float] struct {
	p *Program
	// Network holds the parameters, their gradient and the rate.
	Network *Memory[F]
	// Samples have everything else; the parameters, gradient and rate are those of Network.
	Samples []*Memory[F]
	// Loss is the sum of the losses after RunBatch.
	Loss F
}

// NewBatchMemory returns zeroed memory for a plan and so many samples.
func NewBatchMemory[F expr.Float](p *Program, samples int) *BatchMemory[F] {
	m := &BatchMemory[F]{p: p, Network: NewMemory[F](p)}
	for range samples {
		s := NewMemory[F](p)
		for _, b := range p.Buffers {
			switch b.Kind {
			case Rate, Weight, Bias, WeightGrad, BiasGrad:
				s.data[b] = m.Network.data[b]
			}
		}
		m.Samples = append(m.Samples, s)
	}
	return m
}

// RunBatch executes the batch function of that name, block after block, as Run does a function of one sample.
func (m *BatchMemory[F]) RunBatch(name string) error {
	f := m.p.Func(name)
	if f == nil || !f.Batch {
		return fmt.Errorf("plan: no batch function %s", name)
	}
	m.Loss = 0
	if f.Each != "" {
		for _, s := range m.Samples {
			if err := s.Run(f.Each); err != nil {
				return err
			}
		}
		return nil
	}
	began := false
	for i, op := range f.Ops {
		var err error
		switch {
		case ScopeOf(op) == PerCall:
			err = m.Network.exec(op)
		case !began:
			began = true
			err = m.blocks(f, f.BlockOps())
		}
		if err != nil {
			return fmt.Errorf("%s, %s: %w", name, f.Ops[i], err)
		}
	}
	return nil
}

// blocks executes the operations of a block for all of them.
func (m *BatchMemory[F]) blocks(f *Func, ops []Op) error {
	for rest := m.Samples; len(rest) > 0; {
		block := rest[:min(m.p.Block, len(rest))]
		rest = rest[len(block):]
		for _, op := range ops {
			if sum, ok := op.(*OuterSum); ok {
				for _, s := range block {
					s.addOuter(sum)
				}
				continue
			}
			for _, s := range block {
				if err := s.exec(op); err != nil {
					return err
				}
			}
		}
		if f.Writes(Loss) {
			var loss F
			for _, s := range block {
				loss += s.Data("loss")[0]
			}
			m.Loss += loss
		}
	}
	return nil
}

// addOuter adds what a sample has to a sum.
func (m *Memory[F]) addOuter(o *OuterSum) {
	g, d, a := m.data[o.GW], m.data[o.D], m.data[o.A]
	for i, di := range d {
		for j, aj := range a {
			g[i*len(a)+j] += F(di * aj)
		}
		if o.GB != nil {
			m.data[o.GB][i] += di
		}
	}
}

// descend takes the step of a batch.
func (m *Memory[F]) descend(o *Descend) {
	rate := m.data[o.Rate][0]
	for i, b := range o.P {
		p, g := m.data[b], m.data[o.G[i]]
		for k := range p {
			p[k] -= F(rate * g[k])
		}
	}
}
