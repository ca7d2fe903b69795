package portable

import (
	"strconv"

	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/portable/schedule"
)

// scope is a block of emitted code together with the scalars that hold buffer elements in it, so that an element
// is read from memory once and used by name from then on.
type scope struct {
	b       *code.Block
	scalars *scalars
	// declared are the variables declared in this very block.
	declared map[string]bool
}

func newScope(b *code.Block) *scope {
	return &scope{b: b, scalars: newScalars(nil), declared: map[string]bool{}}
}

// inner is a block inside the scope: { … }.
func (s *scope) inner() *scope { return s.child(s.b.Scope()) }

func (s *scope) child(b *code.Block) *scope {
	return &scope{b: b, scalars: newScalars(s.scalars), declared: map[string]bool{}}
}

// enter is where a segment's code goes and the index of its first element there: a loop over v, or the scope
// itself with constant indices.
func (s *scope) enter(seg schedule.Segment, v string) (*scope, index) {
	if !seg.Looped() {
		return s, index{Off: seg.Lo}
	}
	return s.child(s.b.For(v, code.I(seg.Lo), code.I(seg.Hi()), seg.Size)), index{Var: v}
}

// plus is the index k further on.
func plus(x index, k int) index {
	x.Off += k
	return x
}

// scalar is the name of the scalar that holds an element: z1_3, a1_i3.
func scalar(stem string, x index) string { return stem + "_" + x.suffix() }

// find is the variable that holds an element's value in this scope or one around it.
func (s *scope) find(name string) (string, bool) { return s.scalars.find(name) }

// get is an element as a scalar, read into one here unless a scope around has it.
func (s *scope) get(b *plan.Buffer, x index) code.Expr {
	if isScalar(b) {
		return code.V(b.Name)
	}
	return s.read(b, scalar(b.Name, x), element(b, x))
}

// isScalar says whether a buffer is a number by itself in emitted code, no element of an array.
func isScalar(b *plan.Buffer) bool { return b.Kind == plan.Rate || b.Kind == plan.SampleWeight }

// read is get for the scalar and the place of an element.
func (s *scope) read(b *plan.Buffer, name string, place code.Expr) code.Expr {
	if held, ok := s.find(name); ok {
		return code.V(held)
	}
	s.set(name, place)
	s.scalars.hold(b, name, name)
	return code.V(name)
}

// peek is an element as a scalar where one holds it, else its place in memory.
func (s *scope) peek(b *plan.Buffer, x index) code.Expr {
	if held, ok := s.find(scalar(b.Name, x)); ok {
		return code.V(held)
	}
	return element(b, x)
}

// load reads the elements that no scalar holds yet: those that have no scalar in this block in one statement, and anew
// those whose scalar is out of date.
func (s *scope) load(b *plan.Buffer, x index, n int) {
	if isScalar(b) {
		return
	}
	var names []string
	var values []code.Expr
	for k := range n {
		name := scalar(b.Name, plus(x, k))
		if _, ok := s.find(name); ok {
			continue
		}
		s.scalars.hold(b, name, name)
		if s.declared[name] {
			s.set(name, element(b, plus(x, k)))
			continue
		}
		names, values = append(names, name), append(values, element(b, plus(x, k)))
		s.declared[name] = true
	}
	s.b.LetAll(names, values)
}

// set gives a scalar a value, declaring it if this block hasn't.
func (s *scope) set(name string, v code.Expr) {
	if s.declared[name] {
		s.b.Set(code.V(name), v)
		return
	}
	s.declared[name] = true
	s.b.Let(name, v)
}

// store writes the value of the variable held to an element and remembers that it holds it.
func (s *scope) store(b *plan.Buffer, x index, held string) {
	s.storeAt(b, scalar(b.Name, x), element(b, x), held, x.Var != "")
}

// storeAt is store for the scalar and the place of an element; looped says that a loop writes other elements too.
func (s *scope) storeAt(b *plan.Buffer, name string, place code.Expr, held string, looped bool) {
	s.b.Set(place, code.V(held))
	s.scalars.stored(b, name, held, looped)
}

// element is the place of an element in memory: ws.A1[3].
func element(b *plan.Buffer, x index) code.Expr {
	if b.View != nil {
		switch k := (index{Var: rowVar}); b.View.Part {
		case plan.ColumnView:
			return at(base(b.View.Of), x, k)
		case plan.ElementView:
			return at(base(b.View.Of), k)
		}
	}
	return at(base(b), x)
}

// index is an index of an array: 3, i, i+3.
type index struct {
	Var string // empty for a constant index
	Off int
}

func (x index) expr() code.Expr {
	switch {
	case x.Var == "":
		return code.I(x.Off)
	case x.Off == 0:
		return code.V(x.Var)
	}
	return code.Sum(code.V(x.Var), code.I(x.Off))
}

// suffix is the index as part of a name: 3, i, i3.
func (x index) suffix() string {
	switch {
	case x.Var == "":
		return strconv.Itoa(x.Off)
	case x.Off == 0:
		return x.Var
	}
	return x.Var + strconv.Itoa(x.Off)
}

// at is an element of an array: x[3], p.W1[3][i+5].
func at(array code.Expr, indices ...index) code.Expr {
	for _, x := range indices {
		array = code.At(array, x.expr())
	}
	return array
}
