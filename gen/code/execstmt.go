package code

import "fmt"

// frame is a call of a function: its variables, the innermost scope last, and what it returns.
type frame struct {
	m       *Machine
	scopes  []map[string]*Value
	results []Value
}

// call runs a function.
func (m *Machine) call(f *Func, recv Value, args []Value) []Value {
	fr := &frame{m: m}
	fr.push()
	if f.Recv != nil {
		fr.define(f.Recv.Name, recv)
	}
	for i, p := range f.Params {
		fr.define(p.Name, args[i])
	}
	if len(f.Results) > 1 {
		for _, r := range f.Results {
			fr.define(r.Name, Value{Kind: r.Type.Kind})
		}
	}
	fr.block(f.Body)
	return fr.results
}

func (f *frame) push() { f.scopes = append(f.scopes, map[string]*Value{}) }

func (f *frame) pop() { f.scopes = f.scopes[:len(f.scopes)-1] }

func (f *frame) define(name string, v Value) { f.scopes[len(f.scopes)-1][name] = &v }

func (f *frame) find(name string) *Value {
	for i := len(f.scopes) - 1; i >= 0; i-- {
		if v := f.scopes[i][name]; v != nil {
			return v
		}
	}
	if v, ok := f.m.vars[name]; ok {
		return &v
	}
	if t := f.m.tables[name]; t != nil {
		return &Value{Kind: Array, to: t}
	}
	panic(Failure{"there is no " + name})
}

// block runs statements until one returns.
func (f *frame) block(b *Block) (returned bool) {
	for _, s := range b.Stmts {
		if f.statement(s) {
			return true
		}
	}
	return false
}

// inner runs a block in a scope of its own.
func (f *frame) inner(b *Block) bool {
	f.push()
	defer f.pop()
	return f.block(b)
}

// statement runs one and says whether it returned.
func (f *frame) statement(s Stmt) (returned bool) {
	switch s := s.(type) {
	case *Comment, *Blank, *Const:
	case *Let:
		for i, v := range f.values(s.Values) {
			f.define(s.Names[i], v)
		}
	case *Declare:
		for _, name := range s.Names {
			if s.Type.Kind == Array {
				f.define(name, Value{Kind: Array, to: f.m.New(s.Type)})
			} else {
				f.define(name, Value{Kind: s.Type.Kind})
			}
		}
	case *Assign:
		f.assign(s)
	case *Increment:
		old := f.expr(s.X)
		f.set(s.X, IntValue(old.Kind, old.bits+1))
	case *Do:
		f.returned(s.X.(*Call))
	case *Touch:
		for _, p := range s.Pointers {
			if f.expr(p).to == nil {
				panic(Failure{"a nil pointer"})
			}
		}
	case *Return:
		f.results = f.values(s.Values)
		return true
	case *Panic:
		panic(Failure{s.Message})
	case *If:
		return f.expr(s.Cond).bits != 0 && f.inner(s.Then)
	case *While:
		for f.expr(s.Cond).bits != 0 {
			if f.inner(s.Body) {
				return true
			}
		}
	case *For:
		high := int64(f.expr(s.High).bits)
		for i := int64(f.expr(s.Low).bits); i < high; i += int64(s.Step) {
			if f.round(s.Body, s.Var, i, "", Value{}) {
				return true
			}
		}
	case *Range:
		for i, o := range f.elements(s.X) {
			var v Value
			if s.Value != "" {
				v = f.load(o)
			}
			if f.round(s.Body, s.Index, int64(i), s.Value, v) {
				return true
			}
		}
	case *Scope:
		return f.inner(s.Body)
	default:
		panic(Failure{fmt.Sprintf("unexpected statement %T", s)})
	}
	return false
}

// round is a round of a loop.
func (f *frame) round(b *Block, index string, i int64, name string, v Value) bool {
	f.push()
	defer f.pop()
	if index != "" {
		f.define(index, Value{Kind: Int, bits: uint64(i)})
	}
	if name != "" {
		f.define(name, v)
	}
	return f.inner(b)
}

// values are those of expressions, or the results of a single call.
func (f *frame) values(xs []Expr) []Value {
	if len(xs) == 1 {
		if call, ok := xs[0].(*Call); ok {
			return f.returned(call)
		}
	}
	var vs []Value
	for _, x := range xs {
		vs = append(vs, f.expr(x))
	}
	return vs
}

// assign finds all values before a place changes.
func (f *frame) assign(s *Assign) {
	vs := make([]Value, len(s.Values))
	for i, x := range s.Values {
		if zero, ok := x.(*Zero); ok && (zero.Type.Kind == Array || zero.Type.Kind == Record) {
			f.place(s.To[i]).clear()
			return
		}
		vs[i] = f.expr(x)
		if s.Op != Set {
			vs[i] = compute(s.Op, f.expr(s.To[i]), vs[i])
		}
	}
	for i, x := range s.To {
		f.set(x, vs[i])
	}
}

// set puts a value into a variable or a place.
func (f *frame) set(x Expr, v Value) {
	if name, ok := x.(*Var); ok {
		*f.find(name.Name) = v
		return
	}
	f.place(x).Set(v)
}
