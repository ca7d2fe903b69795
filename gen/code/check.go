package code

import (
	"errors"
	"fmt"
	"go/constant"
)

// Info is what a program's expressions are.
type Info struct {
	// Types are the types of all expressions. A constant has the one that it takes where it stands.
	Types map[Expr]Type
	// Values are the values of those that are constant. Constants are computed exactly and rounded where they take a
	// type.
	Values map[Expr]constant.Value
	// Funcs are the functions that are called.
	Funcs map[*Call]*Func
}

// Kind is the kind of an expression.
func (i *Info) Kind(x Expr) Kind { return i.Types[x].Kind }

// Check types a program, and refuses one that no compiler would take: operands of two types, a name that is not there,
// declared twice or never used, an index beyond its array, a function that does not return.
func Check(f *File) (*Info, error) {
	c := &checker{
		file: f, info: &Info{Types: map[Expr]Type{}, Values: map[Expr]constant.Value{}, Funcs: map[*Call]*Func{}},
		structs: map[string]*Struct{}, funcs: map[name]*Func{},
	}
	c.push()
	for _, d := range f.Decls {
		c.declare(d)
	}
	for _, v := range f.Elsewhere.Vars {
		c.scopes[0][v.Name] = &variable{typ: v.Type, used: true}
	}
	for _, fn := range f.Elsewhere.Funcs {
		c.function(fn)
	}
	for _, d := range f.Decls {
		if fn, ok := d.(*Func); ok {
			c.body(fn)
		}
	}
	return c.info, errors.Join(c.errs...)
}

// name is that of a function, with the type that it is a method of.
type name struct{ recv, name string }

type checker struct {
	file    *File
	info    *Info
	structs map[string]*Struct
	funcs   map[name]*Func
	scopes  []scope
	fn      *Func // that is gone through
	errs    []error
}

// scope are the names that a block declares.
type scope map[string]*variable

type variable struct {
	typ   Type
	value constant.Value // of a constant
	used  bool
}

// most is how many errors are reported.
const most = 10

func (c *checker) fail(format string, args ...any) {
	if len(c.errs) < most {
		where := ""
		if c.fn != nil {
			where = c.fn.Name + ": "
		}
		c.errs = append(c.errs, fmt.Errorf("code: "+where+format, args...))
	}
}

func (c *checker) push() { c.scopes = append(c.scopes, scope{}) }

// pop ends a scope, whose variables must all have been used.
func (c *checker) pop() {
	last := len(c.scopes) - 1
	for name, v := range c.scopes[last] {
		if !v.used {
			c.fail("%s is declared and not used", name)
		}
	}
	c.scopes = c.scopes[:last]
}

// add declares a name in the innermost scope.
func (c *checker) add(name string, v *variable) {
	s := c.scopes[len(c.scopes)-1]
	if s[name] != nil {
		c.fail("%s is declared twice", name)
	}
	s[name] = v
}

func (c *checker) find(name string) *variable {
	for i := len(c.scopes) - 1; i >= 0; i-- {
		if v := c.scopes[i][name]; v != nil {
			return v
		}
	}
	return nil
}

// declare notes a declaration of the file.
func (c *checker) declare(d Decl) {
	switch d := d.(type) {
	case *Consts:
		for _, k := range d.List {
			c.add(k.Name, &variable{typ: Of(UntypedInt), value: constant.MakeInt64(int64(k.Value)), used: true})
		}
	case *Struct:
		if c.structs[d.Name] != nil {
			c.fail("type %s is declared twice", d.Name)
		}
		c.structs[d.Name] = d
	case *Table:
		if len(d.Rows) == 0 || len(d.Rows)+d.First > d.Len {
			c.fail("table %s has %d rows from %d on, of %d", d.Name, len(d.Rows), d.First, d.Len)
			return
		}
		columns := len(d.Rows[0])
		for _, row := range d.Rows {
			if len(row) != columns {
				c.fail("table %s has rows of %d and of %d", d.Name, columns, len(row))
			}
		}
		typ := ArrayOf(Of(d.Elem), d.Len)
		if columns > 1 {
			typ = ArrayOf(Of(d.Elem), d.Len, columns)
		}
		c.add(d.Name, &variable{typ: typ, used: true})
	case *Func:
		c.function(d)
	}
}

func (c *checker) function(f *Func) {
	n := name{f.receiver(), f.Name}
	if c.funcs[n] != nil {
		c.fail("function %s is declared twice", f.Name)
	}
	c.funcs[n] = f
}

// body goes through a function.
func (c *checker) body(f *Func) {
	c.fn = f
	c.push()
	params := f.Params
	if f.Recv != nil {
		params = append([]Param{*f.Recv}, params...)
	}
	for _, p := range params {
		c.add(p.Name, &variable{typ: p.Type, used: true})
	}
	if len(f.Results) > 1 {
		for _, p := range f.Results {
			c.add(p.Name, &variable{typ: p.Type, used: true})
		}
	}
	c.block(f.Body)
	c.pop()
	if len(f.Results) > 0 && !f.Body.ends() {
		c.fail("does not return")
	}
	c.fn = nil
}

// ends says whether a block always leaves its function.
func (b *Block) ends() bool {
	for i := len(b.Stmts) - 1; i >= 0; i-- {
		switch s := b.Stmts[i].(type) {
		case *Comment, *Blank:
			continue
		case *Return, *Panic:
			return true
		case *Scope:
			return s.Body.ends()
		}
		return false
	}
	return false
}

// fieldsOf are the fields of a struct, be they those of another one.
func (f *File) fieldsOf(name string) []Field {
	for _, d := range f.Decls {
		if s, ok := d.(*Struct); ok && s.Name == name {
			if s.Of != "" {
				return f.fieldsOf(s.Of)
			}
			return s.Fields
		}
	}
	return nil
}

// shape is how many values of which kind something consists of.
type shape struct {
	kind Kind
	n    int64
}

// shapeOf is the shape of a type.
func (f *File) shapeOf(t Type) shape {
	switch t.Kind {
	case Array:
		s := f.shapeOf(*t.Elem)
		return shape{s.kind, s.n * int64(t.Len)}
	case Record:
		var all shape
		for _, field := range f.fieldsOf(t.Name) {
			s := f.shapeOf(field.Type)
			all = shape{s.kind, all.n + s.n}
		}
		return all
	}
	return shape{t.Kind, 1}
}

// Constant is the value of an expression that is constant.
func (i *Info) Constant(x Expr) (v Value, ok bool) {
	c := i.Values[x]
	if c == nil {
		return Value{}, false
	}
	return fromConstant(c, i.Kind(x)), true
}
