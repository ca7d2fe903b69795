package portable

import (
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/templates"
)

// scope is a block of emitted code together with the scalars that hold buffer elements in it, so that an element
// is read from memory once and used by name from then on.
type scope struct {
	b       *templates.Block
	scalars *plan.Scalars
	// declared are the variables declared in this very block.
	declared map[string]bool
}

func newScope(b *templates.Block) *scope {
	return &scope{b: b, scalars: plan.NewScalars(nil), declared: map[string]bool{}}
}

// inner is a block inside the scope: { … }.
func (s *scope) inner() *scope { return s.child(s.b.Scope()) }

func (s *scope) child(b *templates.Block) *scope {
	return &scope{b: b, scalars: plan.NewScalars(s.scalars), declared: map[string]bool{}}
}

// enter is where a segment's code goes and the index of its first element there: a loop over v, or the scope
// itself with constant indices.
func (s *scope) enter(seg plan.Segment, v string) (*scope, templates.Index) {
	if !seg.Looped() {
		return s, templates.Index{Off: seg.Lo}
	}
	return s.child(s.b.For(v, seg.Lo, seg.Hi(), seg.Size)), templates.Index{Var: v}
}

// plus is the index k further on.
func plus(x templates.Index, k int) templates.Index {
	x.Off += k
	return x
}

// scalar is the name of the scalar that holds an element: z1_3, a1_i3.
func scalar(stem string, x templates.Index) string { return stem + "_" + x.Suffix() }

// find is the variable that holds an element's value in this scope or one around it.
func (s *scope) find(name string) (string, bool) { return s.scalars.Find(name) }

// get is an element as a scalar, read into one here unless a scope around has it.
func (s *scope) get(b *plan.Buffer, x templates.Index) templates.Value {
	if b.Kind == plan.Rate {
		return templates.Name(b.Name)
	}
	return s.read(b, scalar(b.Name, x), element(b, x))
}

// read is get for the scalar and the place of an element.
func (s *scope) read(b *plan.Buffer, name string, place templates.Value) templates.Value {
	if held, ok := s.find(name); ok {
		return templates.Name(held)
	}
	s.set(name, place)
	s.scalars.Hold(b, name, name)
	return templates.Name(name)
}

// peek is an element as a scalar where one holds it, else its place in memory.
func (s *scope) peek(b *plan.Buffer, x templates.Index) templates.Value {
	if held, ok := s.find(scalar(b.Name, x)); ok {
		return templates.Name(held)
	}
	return element(b, x)
}

// load reads the elements that no scalar holds yet: those that have no scalar in this block in one statement, and anew
// those whose scalar is out of date.
func (s *scope) load(b *plan.Buffer, x templates.Index, n int) {
	var names []string
	var values []templates.Value
	for k := range n {
		name := scalar(b.Name, plus(x, k))
		if _, ok := s.find(name); ok {
			continue
		}
		s.scalars.Hold(b, name, name)
		if s.declared[name] {
			s.set(name, element(b, plus(x, k)))
			continue
		}
		names, values = append(names, name), append(values, element(b, plus(x, k)))
		s.declared[name] = true
	}
	s.b.DefineAll(names, values)
}

// set gives a scalar a value, declaring it if this block hasn't.
func (s *scope) set(name string, v templates.Value) {
	if s.declared[name] {
		s.b.Assign(templates.Name(name), v)
		return
	}
	s.declared[name] = true
	s.b.Define(name, v)
}

// store writes the value of the variable held to an element and remembers that it holds it.
func (s *scope) store(b *plan.Buffer, x templates.Index, held string) {
	s.storeAt(b, scalar(b.Name, x), element(b, x), held, x.Var != "")
}

// storeAt is store for the scalar and the place of an element; looped says that a loop writes other elements too.
func (s *scope) storeAt(b *plan.Buffer, name string, place templates.Value, held string, looped bool) {
	s.b.Assign(place, templates.Name(held))
	s.scalars.Stored(b, name, held, looped)
}

// element is the place of an element in memory: ws.A1[3].
func element(b *plan.Buffer, x templates.Index) templates.Value {
	return templates.Elem(base(b), x)
}
