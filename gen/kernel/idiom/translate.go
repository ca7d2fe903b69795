package idiom

import (
	"fmt"

	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// Under rounding: strict elementary functions are those of the portable code, translated: their program, which computes
// with float64 and integers of 64 bits and never branches, is gone through statement by statement, and every operation
// becomes the one that does the same in all lanes. So every lane gives the bits of the portable code, whatever it does,
// and there is one source for both. Lanes are of 64 bits, and those of 32 bits lie in registers of half the width; a
// condition selects between old and new values of what it assigns.

// lane is a number or an integer in every lane.
type lane struct {
	v    *vec.Value
	kind code.Kind
}

// truth is a mask of the lanes where a condition holds or, if not is set, where it doesn't. size is that of what was
// compared.
type truth struct {
	mask *vec.Value
	not  bool
	size int
}

// rowOf is a row of a table in every lane, by its index.
type rowOf struct {
	of        *table
	index, at *vec.Value // at is in bytes
}

// translator goes through a function's statements. bits is the width of its lanes of 64 bits.
type translator struct {
	b    *Code
	s    *source
	bits int
	vars map[string]lane
	rows map[string]rowOf
	read map[string]lane // elements of tables, by how they are written
}

// Lanewise computes an elementary function in every lane as the portable code does, bit for bit.
func (b *Code) Lanewise(op expr.Op, xs ...*vec.Value) *vec.Value {
	s, err := b.Sources.portable(op, b.size())
	if err != nil {
		b.Fail(err.Error())
		return xs[0]
	}
	run := func(bits int, xs []*vec.Value) *vec.Value {
		t := &translator{b: b, s: s, bits: bits, vars: map[string]lane{}, rows: map[string]rowOf{},
			read: map[string]lane{}}
		return t.call(xs)
	}
	switch {
	case b.size() == 8:
		return run(b.Bits(), xs)
	case 2*b.Bits() <= b.Widest():
		return run(2*b.Bits(), xs)
	}
	high := make([]*vec.Value, len(xs))
	for i, x := range xs {
		high[i] = b.Half(x)
	}
	low := run(b.Bits(), xs)
	return b.Join(low, run(b.Bits(), high))
}

// call runs the function.
func (t *translator) call(xs []*vec.Value) *vec.Value {
	kind := code.Float64
	if t.b.size() == 4 {
		kind = code.Float32
	}
	for i, p := range t.s.Params {
		t.vars[p.Name] = lane{xs[i], kind}
	}
	for _, stmt := range t.s.Body.Stmts {
		if r, ok := stmt.(*code.Return); ok {
			return t.value(r.Values[0]).v
		}
		t.statement(stmt, nil)
	}
	t.fail("does not return")
	return xs[0]
}

// fail says what is not translated.
func (t *translator) fail(what string) { t.b.Fail(t.s.Name + ": " + what) }

// as writes instructions on lanes of a type.
func (t *translator) as(size int, write func() *vec.Value) (v *vec.Value) {
	bits := t.bits
	if size == 4 && t.s.size() == 4 {
		bits = max(bits/2, 128) // of no narrower register, whose upper lanes count for nothing
	}
	t.b.Within(vec.FloatOf(size), bits, func() { v = write() })
	return v
}

// size is that of the function's argument.
func (s *source) size() int { return wordOf(s.Params[0].Type.Kind) }

// statement translates one. Where a condition is given, assignments take place in the lanes where it holds.
func (t *translator) statement(stmt code.Stmt, when *truth) {
	switch s := stmt.(type) {
	case *code.Comment, *code.Const: // constants have been worked out by the checker
	case *code.Let:
		t.let(s)
	case *code.Assign:
		t.assign(s, when)
	case *code.If:
		if when != nil {
			t.fail("a condition within a condition")
			return
		}
		c := t.condition(s.Cond)
		for _, inner := range s.Then.Stmts {
			t.statement(inner, &c)
		}
	default:
		t.fail(fmt.Sprintf("unexpected statement %T", stmt))
	}
}

// let computes all values before it names them.
func (t *translator) let(s *code.Let) {
	if place, ok := s.Values[0].(*code.Addr); ok {
		t.rows[s.Names[0]] = t.row(place.X)
		return
	}
	for i, v := range t.values(s.Values) {
		t.vars[s.Names[i]] = v
	}
}

func (t *translator) values(xs []code.Expr) []lane {
	var vs []lane
	for _, x := range xs {
		vs = append(vs, t.value(x))
	}
	return vs
}

// assign computes all values before any variable changes.
func (t *translator) assign(s *code.Assign, when *truth) {
	values := t.values(s.Values)
	for i, v := range values {
		if s.Op != code.Set {
			values[i] = t.operate(s.Op, t.vars[s.To[i].(*code.Var).Name], v)
		}
	}
	for i, v := range values {
		name := s.To[i].(*code.Var).Name
		if when != nil {
			v = t.choose(*when, v, t.vars[name])
		}
		t.vars[name] = v
	}
}

// row finds the row table[index].
func (t *translator) row(x code.Expr) rowOf {
	e, ok := x.(*code.Elem)
	if !ok {
		t.fail("the address of something that is no row")
		return rowOf{}
	}
	r := rowOf{of: t.s.tables[e.X.(*code.Var).Name]}
	r.index = t.convert(t.value(e.Index), code.Uint64).v
	r.at = t.as(8, func() *vec.Value { return t.b.Shift(vec.ShiftLeft, r.index, r.of.shift+3) })
	return r
}

// element reads an element of a table: c[2] of a row that has been found, or a whole row table[index].
func (t *translator) element(x *code.Elem) lane {
	kind := t.s.info.Kind(x)
	name := x.X.(*code.Var).Name
	r, found := t.rows[name]
	column := 0
	if found {
		c, _ := t.s.info.Constant(x.Index)
		column = int(c.Bits())
	} else {
		r = t.row(x)
	}
	key := fmt.Sprint(name, column)
	if v, ok := t.read[key]; ok && found {
		return v
	}
	v := lane{t.as(8, func() *vec.Value {
		if r.of.rows() <= permutedRows && t.b.Has(vec.Permute2, vec.F64) && t.bits == t.b.Widest() {
			return t.b.column(r.of, r.index, column)
		}
		raw := r.of.raw()
		return t.b.Gather(string(raw), raw, 8*column, r.at)
	}), kind}
	t.read[key] = v
	return v
}

// value translates an expression.
func (t *translator) value(x code.Expr) lane {
	if v, ok := t.s.info.Constant(x); ok {
		return t.literal(v)
	}
	switch x := x.(type) {
	case *code.Group:
		return t.value(x.X)
	case *code.Var:
		if v, ok := t.vars[x.Name]; ok {
			return v
		}
	case *code.Elem:
		return t.element(x)
	case *code.Binary:
		l := t.value(x.X)
		if x.Op == code.Shl || x.Op == code.Shr {
			return t.shift(x, l)
		}
		return t.operate(x.Op, l, t.value(x.Y))
	case *code.Convert:
		return t.convert(t.value(x.X), x.To)
	case *code.Bits: // the same bits as another type
		return lane{t.value(x.X).v, t.s.info.Kind(x)}
	case *code.FromBits:
		return lane{t.value(x.X).v, x.To}
	case *code.Sqrt:
		v := t.value(x.X)
		return lane{t.as(8, func() *vec.Value { return t.b.Root(v.v) }), v.kind}
	case *code.Extreme:
		if len(x.Xs) == 2 {
			return t.extreme(x.Op, t.value(x.Xs[0]), t.value(x.Xs[1]))
		}
	}
	t.fail("unexpected expression " + code.Text(x))
	return t.literal(code.FloatValue(code.Float64, 0))
}

// literal is a constant in every lane.
func (t *translator) literal(v code.Value) lane {
	size := wordOf(v.Kind)
	return lane{t.as(size, func() *vec.Value { return t.b.Constant(v.Bits() & mask(size)) }), v.Kind}
}

// convert converts as Go does, of the conversions between integers and floating-point numbers that from int64 to
// float64.
func (t *translator) convert(v lane, to code.Kind) lane {
	from := v.kind
	same := wordOf(from) == wordOf(to)
	switch {
	case from == to || same && !from.Float() && !to.Float():
		return lane{v.v, to}
	case from == code.Uint32 && !to.Float(), from == code.Int32 && to == code.Uint64:
		// An index is not negative.
		return lane{t.as(8, func() *vec.Value { return t.b.widened(v.v, vec.U32) }), to}
	case from == code.Int64 && to == code.Float64:
		return lane{t.as(8, func() *vec.Value { return t.b.Float64(v.v) }), to}
	case from == code.Float32 && to == code.Float64:
		return lane{t.as(8, func() *vec.Value { return t.b.widened(v.v, vec.F32) }), to}
	case from == code.Float64 && to == code.Float32:
		return lane{t.as(8, func() *vec.Value { return t.b.Narrow(v.v) }), to}
	}
	t.fail(fmt.Sprintf("a conversion of %v to %v", from, to))
	return lane{v.v, to}
}
