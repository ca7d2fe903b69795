package vec

// Every step says which values and variables it has, so that what goes over a program need not know steps.

func (s *Apply) values(read, write func(v *Value) *Value) {
	for i := range s.Args {
		s.Args[i] = read(s.Args[i])
	}
	s.Mask, s.Else = some(s.Mask, read), some(s.Else, read)
	s.Out = write(s.Out)
}

func (s *Lanes) values(_, write func(v *Value) *Value) { s.Out = write(s.Out) }
func (s *First) values(_, write func(v *Value) *Value) { s.Out = write(s.Out) }

func (s *Load) values(read, write func(v *Value) *Value) {
	s.Mask = some(s.Mask, read)
	s.Out = write(s.Out)
}

func (s *Spread) values(_, write func(v *Value) *Value) { s.Out = write(s.Out) }

func (s *Store) values(read, _ func(v *Value) *Value) {
	s.Value, s.Mask = read(s.Value), some(s.Mask, read)
}

func (s *Gather) values(read, write func(v *Value) *Value) {
	s.Index = read(s.Index)
	s.Out = write(s.Out)
}

func (s *LoadMask) values(_, write func(v *Value) *Value) { s.Out = write(s.Out) }
func (s *FromInt) values(_, write func(v *Value) *Value)  { s.Out = write(s.Out) }

func (s *Set) values(read, write func(v *Value) *Value) {
	s.To = read(s.To)
	s.Var = write(s.Var)
}

func (*IntStep) values(_, _ func(v *Value) *Value) {}
func (*Label) values(_, _ func(v *Value) *Value)   {}
func (*Branch) values(_, _ func(v *Value) *Value)  {}
func (*Return) values(_, _ func(v *Value) *Value)  {}
func (*Comment) values(_, _ func(v *Value) *Value) {}

// some is what with makes of a value, if there is one.
func some(v *Value, with func(v *Value) *Value) *Value {
	if v == nil {
		return nil
	}
	return with(v)
}

func (*Apply) ints(func(i *Int) *Int)           {}
func (*Lanes) ints(func(i *Int) *Int)           {}
func (*First) ints(func(i *Int) *Int)           {}
func (s *Load) ints(with func(i *Int) *Int)     { s.At = s.At.with(with) }
func (s *Spread) ints(with func(i *Int) *Int)   { s.At = s.At.with(with) }
func (s *Store) ints(with func(i *Int) *Int)    { s.At = s.At.with(with) }
func (s *Gather) ints(with func(i *Int) *Int)   { s.At = s.At.with(with) }
func (s *LoadMask) ints(with func(i *Int) *Int) { s.At = s.At.with(with) }
func (s *FromInt) ints(with func(i *Int) *Int)  { s.From = s.From.with(with) }
func (*Set) ints(func(i *Int) *Int)             {}
func (s *IntStep) ints(with func(i *Int) *Int) {
	for k := range s.Operands {
		s.Operands[k] = s.Operands[k].with(with)
	}
}
func (*Label) ints(func(i *Int) *Int)   {}
func (*Branch) ints(func(i *Int) *Int)  {}
func (*Return) ints(func(i *Int) *Int)  {}
func (*Comment) ints(func(i *Int) *Int) {}

// with is a place of other variables.
func (p Place) with(change func(i *Int) *Int) Place {
	p.Base = change(p.Base)
	if p.Index != nil {
		p.Index = change(p.Index)
	}
	return p
}

func (o Operand) with(change func(i *Int) *Int) Operand {
	switch {
	case o.Int != nil:
		o.Int = change(o.Int)
	case o.At != nil:
		at := o.At.with(change)
		o.At = &at
	}
	return o
}

func (s *Apply) clone() Step {
	c := *s
	c.Args = append([]*Value(nil), s.Args...)
	return &c
}

func (s *Lanes) clone() Step {
	c := *s
	c.Bits = append([]uint64(nil), s.Bits...)
	return &c
}

func (s *IntStep) clone() Step {
	c := *s
	c.Operands = append([]Operand(nil), s.Operands...)
	return &c
}

func (s *First) clone() Step    { c := *s; return &c }
func (s *Load) clone() Step     { c := *s; return &c }
func (s *Spread) clone() Step   { c := *s; return &c }
func (s *Store) clone() Step    { c := *s; return &c }
func (s *Gather) clone() Step   { c := *s; return &c }
func (s *LoadMask) clone() Step { c := *s; return &c }
func (s *FromInt) clone() Step  { c := *s; return &c }
func (s *Set) clone() Step      { c := *s; return &c }
func (s *Label) clone() Step    { c := *s; return &c }
func (s *Branch) clone() Step   { c := *s; return &c }
func (s *Return) clone() Step   { c := *s; return &c }
func (s *Comment) clone() Step  { c := *s; return &c }
