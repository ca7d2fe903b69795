package vec

import (
	"errors"
	"fmt"
)

// Check says what is wrong with a program: types that don't fit, values that no step before has computed, steps that
// compute a value again which is no variable, and branches to nowhere.
func (p *Program) Check() error {
	c := checker{values: map[*Value]bool{}, ints: map[*Int]bool{}, labels: map[string]bool{}}
	for _, i := range p.Params {
		c.ints[i] = true
	}
	for _, s := range p.Steps {
		if l, ok := s.(*Label); ok {
			if c.labels[l.Name] {
				c.report("the label %s is there twice", l.Name)
			}
			c.labels[l.Name] = true
		}
	}
	for i, s := range p.Steps {
		c.at, c.step = i, s
		c.check(s)
	}
	return errors.Join(c.errs...)
}

// checker goes over a program.
type checker struct {
	at     int
	step   Step
	values map[*Value]bool
	ints   map[*Int]bool
	labels map[string]bool
	errs   []error
}

func (c *checker) report(format string, args ...any) {
	c.errs = append(c.errs, fmt.Errorf("step %d: %v: %s", c.at, c.step, fmt.Sprintf(format, args...)))
}

// check looks at one step.
func (c *checker) check(s Step) {
	if i, ok := s.(*IntStep); ok {
		c.integers(i)
	} else {
		s.ints(func(i *Int) *Int {
			if !c.ints[i] {
				c.report("%v has no value yet", i)
			}
			return i
		})
	}
	s.values(func(v *Value) *Value {
		if !c.values[v] {
			c.report("%v has no value yet", v)
		}
		return v
	}, func(v *Value) *Value {
		if c.values[v] && !v.Var {
			c.report("%v has a value already", v)
		}
		if v.Type.Lanes < 1 {
			c.report("%v has no lanes", v)
		}
		c.values[v] = true
		return v
	})
	if err := c.types(s); err != nil {
		c.report("%v", err)
	}
}

// types says what is wrong with the types of a step.
func (c *checker) types(s Step) error {
	switch s := s.(type) {
	case *Apply:
		return s.check()
	case *Lanes:
		if n := len(s.Bits); s.Out.Type.Mask || n != 1 && n != s.Out.Type.Lanes {
			return fmt.Errorf("%d lanes of %v", n, s.Out.Type)
		}
	case *First:
		if !s.Out.Type.Mask || s.N < 0 || s.N > s.Out.Type.Lanes {
			return fmt.Errorf("the first %d of %v", s.N, s.Out.Type)
		}
	case *Load:
		return moves(s.Out, s.N, s.Mask)
	case *Store:
		return moves(s.Value, s.N, s.Mask)
	case *Spread:
		if s.Out.Type.Mask || s.N < 1 || s.Out.Type.Lanes%s.N != 0 {
			return fmt.Errorf("%d numbers repeated in %v", s.N, s.Out.Type)
		}
	case *Gather:
		if i := s.Index.Type; i.Mask || s.Out.Type.Mask || i.Elem.Float() || i.Lanes != s.Out.Type.Lanes {
			return fmt.Errorf("%v by %v", s.Out.Type, i)
		}
	case *LoadMask:
		if !s.Out.Type.Mask {
			return fmt.Errorf("%v is no mask", s.Out.Type)
		}
	case *FromInt:
		if t := s.Out.Type; t.Mask || !t.Elem.Float() {
			return fmt.Errorf("%v is no number", t)
		}
	case *Set:
		if !s.Var.Var || s.Var.Type != s.To.Type {
			return fmt.Errorf("%v of %v is set to %v", s.Var, s.Var.Type, s.To.Type)
		}
	case *Branch:
		if !c.labels[s.To] {
			return fmt.Errorf("there is no label %s", s.To)
		}
	}
	return nil
}

// moves says what is wrong with moving so many lanes of a vector.
func moves(v *Value, n int, mask *Value) error {
	switch {
	case v.Type.Mask || n < 1 || n > v.Type.Lanes:
		return fmt.Errorf("%d numbers of %v", n, v.Type)
	case mask != nil && mask.Type != Mask(v.Type.Lanes):
		return fmt.Errorf("%v where %v", v.Type, mask.Type)
	}
	return nil
}

// intOperands is how many operands operations on integers have.
var intOperands = [IntOps]int{
	IntZero: 1, IntSet: 2, IntCopy: 2, IntCopy4: 2, IntAdd: 2, IntSub: 2, IntAnd: 2, IntNeg: 1, IntShiftRight: 2,
	IntMul: 3, IntFlip4: 2, IntAddress: 2, IntCompare: 2,
}

// integers looks at an operation on integers: what it reads has a value, and what it writes is no constant.
func (c *checker) integers(s *IntStep) {
	if n := intOperands[s.Op]; len(s.Operands) != n {
		c.report("%v of %d operands, not %d", s.Op, len(s.Operands), n)
		return
	}
	last := len(s.Operands) - 1
	for k, o := range s.Operands {
		reads := k < last || s.Op == IntCompare || s.Op == IntAdd || s.Op == IntSub || s.Op == IntAnd ||
			s.Op == IntNeg || s.Op == IntShiftRight
		if o.Int != nil && reads && !c.ints[o.Int] {
			c.report("%v has no value yet", o.Int)
		}
		if o.At != nil {
			o.At.with(func(i *Int) *Int {
				if !c.ints[i] {
					c.report("%v has no value yet", i)
				}
				return i
			})
		}
	}
	if s.Op == IntCompare {
		return
	}
	to := s.Operands[last]
	if to.fixed() {
		c.report("a constant is written")
	}
	if s.Op == IntAddress && s.Operands[0].At == nil {
		c.report("what has no place has no address")
	}
	if to.Int != nil {
		c.ints[to.Int] = true
	}
}
