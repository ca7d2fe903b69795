package plan

import "fmt"

// flow is what is known of the buffers of a function while its operations are gone through in order.
type flow struct {
	f       *Func
	written map[*Buffer]bool
	cleared map[*Buffer]bool // sums over samples that have begun at 0, to which nothing was added yet
	kept    map[*Buffer]bool // what Forward leaves for Backward
	slot    map[int]*Buffer  // the buffer that a shared slot of scratch holds
}

// checkFlow follows one function: every read finds a value, every gradient is written exactly once, and
// no weight is written before the last read of its old value.
func checkFlow(p *Program, f *Func) error {
	c := &flow{f: f, written: map[*Buffer]bool{}, cleared: map[*Buffer]bool{}, kept: map[*Buffer]bool{},
		slot: map[int]*Buffer{}}
	if f.Name == Backward {
		for _, op := range p.Func(Forward).Ops {
			for _, b := range op.Writes() {
				c.kept[b] = true
			}
		}
	}
	for i, op := range f.All() {
		if err := c.follow(op, false); err != nil {
			return fmt.Errorf("operation %d (%s) %w", i, op, err)
		}
	}
	if f.Rows != nil {
		for i, op := range f.Rows.Ops {
			if err := c.follow(op, true); err != nil {
				return fmt.Errorf("operation %d (%s) of rows %w", i, op, err)
			}
		}
	}
	for _, b := range p.Buffers {
		if wants(f.Name, b) && !c.written[b] {
			return fmt.Errorf("nothing writes %v", b)
		}
		if c.cleared[b] {
			return fmt.Errorf("nothing adds to %v", b)
		}
	}
	return nil
}

// follow goes through an operation, which may be one of those that are repeated.
func (c *flow) follow(op Op, repeated bool) error {
	for _, b := range op.Reads() {
		if !c.ready(b) {
			return fmt.Errorf("reads %v, which holds nothing yet", b)
		}
		if (b.Kind == Weight || b.Kind == Bias) && c.written[b] {
			return fmt.Errorf("reads %v after it was updated", b)
		}
	}
	for _, b := range op.Writes() {
		if err := c.write(op, b, repeated); err != nil {
			return err
		}
	}
	return nil
}

// ready says whether a buffer has its value.
func (c *flow) ready(b *Buffer) bool {
	switch b.Kind {
	case Input, Target, Rate, Weight, Bias, Direction, WeightDirection, BiasDirection, SampleWeight:
		return true
	case Viewed:
		return c.ready(b.View.Of)
	case Cache:
		return c.written[b] || c.kept[b]
	case Scratch:
		return c.written[b] && (b.Slot < 0 || c.slot[b.Slot] == b)
	}
	return c.written[b]
}

// write notes that an operation writes a buffer, unless it must not.
func (c *flow) write(op Op, b *Buffer, repeated bool) error {
	switch b.Kind {
	case Input, Target, Rate, Direction, WeightDirection, BiasDirection, SampleWeight:
		return fmt.Errorf("writes the argument %v", b)
	case WeightGrad, BiasGrad, WeightCurvature, BiasCurvature, Loss:
		if err := c.writeSum(op, b, repeated); err != nil {
			return err
		}
	case Weight, Bias:
		if c.f.Name != Step && Unweighted(c.f.Name) != StepBatch {
			return fmt.Errorf("writes %v outside Step and StepBatch", b)
		}
	case Scratch:
		if err := c.writeScratch(op, b); err != nil {
			return err
		}
	case Viewed:
		c.written[b.View.Of] = true
	}
	c.written[b] = true
	return nil
}

// writeSum notes that an operation writes or adds to a buffer that is a sum over samples in a batch.
func (c *flow) writeSum(op Op, b *Buffer, repeated bool) error {
	switch op.(type) {
	case *Clear:
		c.cleared[b] = true
	case *OuterSum:
		if !c.cleared[b] {
			return fmt.Errorf("adds to %v, which already has what it adds", b)
		}
		c.cleared[b] = false
		return nil
	}
	if c.written[b] && !repeated {
		return fmt.Errorf("writes %v a second time", b)
	}
	return nil
}

// writeScratch notes that an operation writes a buffer of scratch, which shares its slot with others.
func (c *flow) writeScratch(op Op, b *Buffer) error {
	if b.Slot < 0 {
		return nil
	}
	for _, other := range append(op.Reads(), op.Writes()...) {
		if other != b && other.Kind == Scratch && other.Slot == b.Slot {
			return fmt.Errorf("writes %v over %v, which it uses too", b, other)
		}
	}
	c.slot[b.Slot] = b
	return nil
}

// wants says whether a function is to write a buffer.
func wants(name string, b *Buffer) bool {
	name = Unweighted(name)
	switch b.Kind {
	case WeightCurvature, BiasCurvature:
		return name == HessianVector
	case Derived:
		return name == Tangent && b.Means == TangentPost || name == Jacobian && b.Means == OutputJacobian
	case WeightGrad, BiasGrad:
		return name == Backward || name == Grad || name == GradBatch || name == StepBatch ||
			name == ParameterJacobian
	case Weight, Bias:
		return name == Step || name == StepBatch
	case Loss:
		return SignatureOf(name).ReturnsLoss()
	case Delta:
		switch name {
		case Backward, Grad, Step, InputGradBatch:
			return true
		case GradBatch, StepBatch, HessianVector:
			return b.Layer > 0
		}
	case Result:
		return b.Layer > 0 && name == ForwardBatch || b.Layer == 0 && name == InputGradBatch
	}
	return false
}
