package vec

import "strings"

// Program is straight code, loops and what they read and write: steps one after the other, values, and variables that
// count or point. Params are the variables that have a value when it begins.
type Program struct {
	Name   string
	Params []*Int
	Steps  []Step

	values, ints int
}

// Value makes a value that one step computes.
func (p *Program) Value(t Type) *Value {
	p.values++
	return &Value{Type: t, ID: p.values}
}

// Variable makes a value that may be written again and again.
func (p *Program) Variable(t Type) *Value {
	v := p.Value(t)
	v.Var = true
	return v
}

// Int makes a variable that counts or points.
func (p *Program) Int(name string) *Int {
	p.ints++
	return &Int{Name: name, ID: p.ints}
}

// Param makes one that has a value when the program begins.
func (p *Program) Param(name string) *Int {
	i := p.Int(name)
	p.Params = append(p.Params, i)
	return i
}

// Add adds a step.
func (p *Program) Add(s Step) { p.Steps = append(p.Steps, s) }

// Apply adds an operation whose result has a type.
func (p *Program) Apply(op Op, t Type, args ...*Value) *Value {
	out := p.Value(t)
	p.Add(&Apply{Op: op, Out: out, Args: args})
	return out
}

// String prints the program, a step a line.
func (p *Program) String() string {
	var b strings.Builder
	b.WriteString("program " + p.Name + "(")
	for i, param := range p.Params {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(param.String() + " " + param.Name)
	}
	b.WriteString(")\n")
	for _, s := range p.Steps {
		if _, ok := s.(*Label); !ok {
			b.WriteString("\t")
		}
		b.WriteString(s.String() + "\n")
	}
	return b.String()
}

// Clone is a copy that shares nothing with the program.
func (p *Program) Clone() *Program {
	values, ints := map[*Value]*Value{}, map[*Int]*Int{}
	value := func(v *Value) *Value {
		if values[v] == nil {
			c := *v
			values[v] = &c
		}
		return values[v]
	}
	integer := func(i *Int) *Int {
		if ints[i] == nil {
			c := *i
			ints[i] = &c
		}
		return ints[i]
	}
	c := &Program{Name: p.Name, values: p.values, ints: p.ints}
	for _, i := range p.Params {
		c.Params = append(c.Params, integer(i))
	}
	for _, s := range p.Steps {
		s = s.clone()
		s.values(value, value)
		s.ints(integer)
		c.Add(s)
	}
	return c
}
