package amd64

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// Under rounding: strict elementary functions are those of the portable code, translated: their Go, which computes with
// float64 and integers of 64 bits and never branches, is read statement by statement, and every operation becomes the
// instruction that does the same in all lanes. So every lane gives the bits of the portable code, whatever it does, and
// there is one source for both. Lanes are of 64 bits, and those of 32 bits lie in registers of half the width; a
// condition selects between old and new values of what it assigns.

// lane is a number or an integer in every lane.
type lane struct {
	v    *vec.Value
	kind types.BasicKind
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
	b    *block
	s    *source
	bits int
	vars map[string]lane
	rows map[string]rowOf
	read map[string]lane // elements of tables, by how they are written
}

// lanewise computes an elementary function in every lane as the portable code does, bit for bit.
func (b *block) lanewise(op expr.Op, xs ...*vec.Value) *vec.Value {
	s, err := b.f.file.portable(op, b.m.size)
	if err != nil {
		b.f.fail(err.Error())
		return xs[0]
	}
	run := func(bits int, xs []*vec.Value) *vec.Value {
		t := &translator{b: b, s: s, bits: bits, vars: map[string]lane{}, rows: map[string]rowOf{}, read: map[string]lane{}}
		return t.call(xs)
	}
	switch {
	case b.m.size == 8:
		return run(b.bits, xs)
	case 2*b.bits <= b.m.widest():
		return run(2*b.bits, xs)
	}
	high := make([]*vec.Value, len(xs))
	for i, x := range xs {
		high[i] = b.half(x)
	}
	low := run(b.bits, xs)
	return b.join(low, run(b.bits, high))
}

// call runs the function.
func (t *translator) call(xs []*vec.Value) *vec.Value {
	kind := types.Float64
	if t.b.m.size == 4 {
		kind = types.Float32
	}
	i := 0
	for _, field := range t.s.decl.Type.Params.List {
		for _, name := range field.Names {
			t.vars[name.Name] = lane{xs[i], kind}
			i++
		}
	}
	for _, stmt := range t.s.decl.Body.List {
		if r, ok := stmt.(*ast.ReturnStmt); ok {
			return t.value(r.Results[0]).v
		}
		t.statement(stmt, nil)
	}
	t.fail(t.s.decl, "does not return")
	return xs[0]
}

// fail says what is not translated, and where it stands.
func (t *translator) fail(n ast.Node, what string) {
	t.b.f.fail(fmt.Sprintf("%s at line %d: %s", t.s.decl.Name.Name, t.s.fset.Position(n.Pos()).Line, what))
}

// as writes instructions on lanes of a type.
func (t *translator) as(size int, write func() *vec.Value) (v *vec.Value) {
	bits, old := t.bits, t.b.m
	if size == 4 && t.s.size() == 4 {
		bits /= 2
	}
	t.b.m.size = size
	t.b.within(bits, func() { v = write() })
	t.b.m = old
	return v
}

// size is that of the function's argument.
func (s *source) size() int {
	if s.info.Types[s.decl.Type.Params.List[0].Type].Type.Underlying().(*types.Basic).Kind() == types.Float32 {
		return 4
	}
	return 8
}

// statement translates one. Where a condition is given, assignments take place in the lanes where it holds.
func (t *translator) statement(stmt ast.Stmt, when *truth) {
	switch s := stmt.(type) {
	case *ast.DeclStmt: // constants, which the type checker has evaluated
	case *ast.AssignStmt:
		t.assign(s, when)
	case *ast.IfStmt:
		if s.Else != nil || s.Init != nil || when != nil {
			t.fail(s, "a condition that is not plain")
			return
		}
		c := t.condition(s.Cond)
		for _, inner := range s.Body.List {
			t.statement(inner, &c)
		}
	default:
		t.fail(stmt, fmt.Sprintf("unexpected statement %T", stmt))
	}
}

// operators are those of assignments that compute.
var operators = map[token.Token]token.Token{
	token.ADD_ASSIGN: token.ADD, token.SUB_ASSIGN: token.SUB, token.MUL_ASSIGN: token.MUL, token.AND_ASSIGN: token.AND,
	token.OR_ASSIGN: token.OR, token.XOR_ASSIGN: token.XOR, token.AND_NOT_ASSIGN: token.AND_NOT,
}

// assign computes all right sides before any variable changes.
func (t *translator) assign(s *ast.AssignStmt, when *truth) {
	var values []lane
	for i, e := range s.Rhs {
		if u, ok := e.(*ast.UnaryExpr); ok && u.Op == token.AND {
			t.rows[s.Lhs[i].(*ast.Ident).Name] = t.row(u.X)
			return
		}
		v := t.value(e)
		if op, ok := operators[s.Tok]; ok {
			v = t.operate(s, op, t.vars[s.Lhs[i].(*ast.Ident).Name], v)
		}
		values = append(values, v)
	}
	for i, v := range values {
		name := s.Lhs[i].(*ast.Ident).Name
		if when != nil {
			v = t.choose(*when, v, t.vars[name])
		}
		t.vars[name] = v
	}
}

// row finds the row &table[index].
func (t *translator) row(e ast.Expr) rowOf {
	x, ok := e.(*ast.IndexExpr)
	if !ok {
		t.fail(e, "the address of something that is no row")
		return rowOf{}
	}
	r := rowOf{of: t.s.tables[x.X.(*ast.Ident).Name]}
	r.index = t.convert(x, t.value(x.Index), types.Uint64).v
	r.at = t.as(8, func() *vec.Value { return t.b.shift(vec.ShiftLeft, r.index, r.of.shift+3) })
	return r
}

// element reads an element of a table: c[2] of a row that has been found, or a whole row table[index].
func (t *translator) element(x *ast.IndexExpr) lane {
	kind := t.kind(x)
	name := x.X.(*ast.Ident).Name
	r, found := t.rows[name]
	column := 0
	if found {
		_, c, _ := t.s.constant(x.Index)
		column = int(c)
	} else {
		r = t.row(x)
	}
	key := fmt.Sprint(name, column)
	if v, ok := t.read[key]; ok && found {
		return v
	}
	v := lane{t.as(8, func() *vec.Value {
		if r.of.rows() <= permutedRows && t.b.m.has(vec.Permute2, vec.F64) && t.bits == t.b.m.widest() {
			return t.b.column(r.of, r.index, column)
		}
		return t.b.gather(t.b.f.file.place(r.of), 8*column, r.at)
	}), kind}
	t.read[key] = v
	return v
}

func (t *translator) kind(e ast.Expr) types.BasicKind {
	basic, ok := types.Default(t.s.info.Types[e].Type).Underlying().(*types.Basic)
	if !ok {
		t.fail(e, "neither a number nor an integer")
		return types.Float64
	}
	return basic.Kind()
}

// value translates an expression.
func (t *translator) value(e ast.Expr) lane {
	if kind, bits, ok := t.s.constant(e); ok {
		return t.literal(kind, bits)
	}
	switch x := e.(type) {
	case *ast.ParenExpr:
		return t.value(x.X)
	case *ast.Ident:
		if v, ok := t.vars[x.Name]; ok {
			return v
		}
	case *ast.IndexExpr:
		return t.element(x)
	case *ast.BinaryExpr:
		l := t.value(x.X)
		if x.Op == token.SHL || x.Op == token.SHR {
			return t.shift(x, l)
		}
		return t.operate(x, x.Op, l, t.value(x.Y))
	case *ast.CallExpr:
		return t.function(x)
	}
	t.fail(e, fmt.Sprintf("unexpected expression %T", e))
	return t.literal(types.Float64, 0)
}

// literal is a constant in every lane.
func (t *translator) literal(kind types.BasicKind, bits uint64) lane {
	return lane{t.as(wordOf(kind), func() *vec.Value { return t.b.pattern(bits) }), kind}
}

// function translates a conversion, a function of package math, min or max.
func (t *translator) function(x *ast.CallExpr) lane {
	if t.s.info.Types[x.Fun].IsType() {
		return t.convert(x, t.value(x.Args[0]), t.kind(x))
	}
	if sel, ok := x.Fun.(*ast.SelectorExpr); ok {
		v := t.value(x.Args[0])
		if sel.Sel.Name == "Sqrt" {
			v.v = t.as(wordOf(v.kind), func() *vec.Value { return t.b.root(v.v) })
		}
		return lane{v.v, t.kind(x)} // the others see the same bits as another type
	}
	if name, ok := x.Fun.(*ast.Ident); ok && (name.Name == "min" || name.Name == "max") && len(x.Args) == 2 {
		return t.extreme(x, name.Name == "min", t.value(x.Args[0]), t.value(x.Args[1]))
	}
	t.fail(x, "unexpected call")
	return t.value(x.Args[0])
}

// convert converts as Go does, of the conversions between integers and floating-point numbers that from int64 to
// float64.
func (t *translator) convert(n ast.Node, v lane, to types.BasicKind) lane {
	from := v.kind
	same := wordOf(from) == wordOf(to)
	switch {
	case from == to || same && !floats(from) && !floats(to):
		return lane{v.v, to}
	case from == types.Uint32 && !floats(to), from == types.Int32 && to == types.Uint64:
		// An index is not negative.
		return lane{t.as(8, func() *vec.Value { return t.b.widened(v.v, vec.U32) }), to}
	case from == types.Int64 && to == types.Float64:
		return lane{t.as(8, func() *vec.Value { return t.b.number64(v.v) }), to}
	case from == types.Float32 && to == types.Float64:
		return lane{t.as(8, func() *vec.Value { return t.b.widened(v.v, vec.F32) }), to}
	case from == types.Float64 && to == types.Float32:
		return lane{t.as(8, func() *vec.Value { return t.b.narrowed(v.v) }), to}
	}
	t.fail(n, "unexpected conversion")
	return lane{v.v, to}
}

func floats(kind types.BasicKind) bool { return kind == types.Float32 || kind == types.Float64 }
