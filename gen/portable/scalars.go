package portable

import "github.com/backpropgen/backpropgen/gen/plan"

// scalars says which elements of buffers lie in scalars in a block of emitted code, so that an element is read from
// memory once and used by name from then on. A scope asks it before a load is emitted.
type scalars struct {
	around *scalars
	// held maps the name an element's scalar would have to what has its value.
	held map[string]holder
}

// holder is a variable that has the value of an element of a buffer, nil for other values; it is empty when the value
// in memory has moved on.
type holder struct {
	variable string
	of       *plan.Buffer
}

// newScalars is a block inside another one, nil for the body of a function.
func newScalars(around *scalars) *scalars {
	return &scalars{around: around, held: map[string]holder{}}
}

// find is the variable that has an element's value in this block or one around it.
func (s *scalars) find(name string) (variable string, ok bool) {
	for ; s != nil; s = s.around {
		if held, ok := s.held[name]; ok {
			return held.variable, held.variable != ""
		}
	}
	return "", false
}

// hold notes that a variable of this block has the value of an element of b, or, where b is nil, another one.
func (s *scalars) hold(b *plan.Buffer, name, variable string) { s.held[name] = holder{variable, b} }

// stored notes that the value of a variable has become that of an element of b. A loop writes other elements of b too:
// scalars around it no longer have their values.
func (s *scalars) stored(b *plan.Buffer, name, variable string, looped bool) {
	if looped {
		for around := s.around; around != nil; around = around.around {
			for n, held := range around.held {
				if held.of == b {
					around.held[n] = holder{of: b}
				}
			}
		}
	}
	s.hold(b, name, variable)
}
