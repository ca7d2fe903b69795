package code

import (
	"fmt"

	"github.com/backpropgen/backpropgen/gen/expr"
)

// walk goes through the statements of a function and adds up what they perform. What it decides by is the lengths of
// slices alone: emitted functions branch on nothing else.
type walk struct {
	c      *Counter
	scopes []map[string]known
	count  Count
}

func (w *walk) push() { w.scopes = append(w.scopes, map[string]known{}) }

func (w *walk) pop() { w.scopes = w.scopes[:len(w.scopes)-1] }

func (w *walk) define(name string, k known) { w.scopes[len(w.scopes)-1][name] = k }

func (w *walk) find(name string) known {
	for i := len(w.scopes) - 1; i >= 0; i-- {
		if k, ok := w.scopes[i][name]; ok {
			return k
		}
	}
	for _, v := range w.c.file.Elsewhere.Vars {
		if v.Name == name {
			return known{exact: true} // 0
		}
	}
	return known{}
}

func (w *walk) block(b *Block) error {
	for _, s := range b.Stmts {
		if err := w.statement(s); err != nil {
			return err
		}
	}
	return nil
}

// times counts a block as often as it runs: its first round, in which indices are 0, as often.
func (w *walk) times(b *Block, n int64, indices ...string) error {
	before := w.count
	w.count = Count{}
	w.push()
	for _, i := range indices {
		w.define(i, known{exact: true})
	}
	err := w.block(b)
	w.pop()
	w.count = before.Plus(w.count.Times(n))
	return err
}

func (w *walk) statement(s Stmt) error {
	switch s := s.(type) {
	case *Comment, *Blank, *Declare, *Touch, *Increment:
		return nil
	case *Let:
		return w.let(s)
	case *Assign:
		return w.assign(s)
	case *Do:
		return w.exprs(s.X)
	case *Return:
		return w.exprs(s.Values...)
	case *Scope:
		return w.times(s.Body, 1)
	case *If:
		if holds, err := w.condition(s.Cond); err != nil || !holds {
			return err
		}
		return w.times(s.Then, 1)
	case *While:
		for {
			if holds, err := w.condition(s.Cond); err != nil || !holds {
				return err
			}
			if err := w.block(s.Body); err != nil {
				return err
			}
		}
	case *For:
		low, high := w.integer(s.Low), w.integer(s.High)
		if !low.exact || !high.exact {
			return fmt.Errorf("a loop from %s to %s", Text(s.Low), Text(s.High))
		}
		return w.times(s.Body, max(0, (high.n-low.n+int64(s.Step)-1)/int64(s.Step)))
	case *Range:
		n := w.integer(&Len{s.X})
		if !n.exact || s.Value != "" {
			return fmt.Errorf("a loop over %s", Text(s.X))
		}
		return w.times(s.Body, n.n, s.Index)
	case *Panic:
		return nil
	}
	return fmt.Errorf("unexpected statement %T", s)
}

// let counts a definition, and notes what is known of its variables.
func (w *walk) let(s *Let) error {
	if err := w.exprs(s.Values...); err != nil {
		return err
	}
	for i, name := range s.Names {
		if i < len(s.Values) {
			k := w.knowledge(s.Values[i])
			if n := w.integer(s.Values[i]); n.exact {
				k.n, k.exact = n.n, true
			}
			w.define(name, k)
		}
	}
	return nil
}

// knowledge is what is known of a value: of pointers only what they point to.
func (w *walk) knowledge(x Expr) known {
	switch x := x.(type) {
	case *Addr:
		return w.root(x.X)
	case *View:
		return w.root(x.X)
	case *Call: // a view of all parameters
		if x.Recv != nil {
			return known{param: w.root(x.Recv).param}
		}
	}
	return known{}
}

// root is what is known of the array or struct that a place lies in.
func (w *walk) root(x Expr) known {
	switch x := x.(type) {
	case *Var:
		return w.find(x.Name)
	case *Elem:
		k := w.root(x.X)
		if elem, ok := elements(k.typ); ok {
			k.typ = elem
			k.param = k.param || w.c.holds(elem)
		}
		return k
	case *Select:
		k := w.root(x.X)
		for _, f := range w.c.file.fieldsOf(k.typ.Named()) {
			if f.Name == x.Name {
				return known{param: k.param || w.c.holds(f.Type), typ: f.Type}
			}
		}
		return known{param: k.param}
	case *Addr:
		return w.root(x.X)
	case *Deref:
		return w.root(x.X)
	}
	return known{}
}

func (w *walk) assign(s *Assign) error {
	for i, x := range s.Values {
		switch x := x.(type) {
		case *Zero:
			n := w.c.file.shapeOf(x.Type).n
			w.count.Stores += n
			if w.root(s.To[i]).param {
				w.count.ParamStores += n
			}
			continue
		case *Part:
			n := w.integer(&Len{x})
			w.set(s.To[i].(*Var).Name, n)
			continue
		}
		if err := w.exprs(x); err != nil {
			return err
		}
		if _, stored := s.To[i].(*Elem); stored {
			w.count.Stores++
			if w.root(s.To[i]).param {
				w.count.ParamStores++
			}
			if s.Op != Set {
				w.load(s.To[i])
			}
		}
		if err := w.operator(s.Op); err != nil {
			return err
		}
	}
	return nil
}

// set notes what is known of a variable from here on.
func (w *walk) set(name string, k known) {
	for i := len(w.scopes) - 1; i >= 0; i-- {
		if old, ok := w.scopes[i][name]; ok {
			old.n, old.exact = k.n, k.exact
			w.scopes[i][name] = old
			return
		}
	}
}

// load counts an element read.
func (w *walk) load(x Expr) {
	w.count.Loads++
	if w.root(x).param {
		w.count.ParamLoads++
	}
}

// operator counts an operation on two numbers.
func (w *walk) operator(op Op) error {
	switch op {
	case Set:
	case Add, Sub:
		w.count.Adds++
	case Mul:
		w.count.Muls++
	case Div:
		w.count.Divs++
	default:
		return fmt.Errorf("an unexpected operator %v", op)
	}
	return nil
}

func (w *walk) exprs(xs ...Expr) error {
	for _, x := range xs {
		if err := w.expr(x); err != nil {
			return err
		}
	}
	return nil
}

func (w *walk) expr(x Expr) error {
	switch x := x.(type) {
	case *Var, *Num, *Whole, *NegZero, *Addr, *View, *Part, *New, *Select:
		return nil
	case *Elem:
		w.load(x)
		return nil
	case *Group:
		return w.expr(x.X)
	case *Convert:
		return w.expr(x.X)
	case *Unary:
		if x.Op != Neg {
			break
		}
		w.count.Selects++
		return w.expr(x.X)
	case *Binary:
		if err := w.operator(x.Op); err != nil {
			return err
		}
		return w.exprs(x.X, x.Y)
	case *Extreme:
		w.count.Selects += int64(len(x.Xs) - 1)
		return w.exprs(x.Xs...)
	case *Call:
		return w.call(x)
	}
	return fmt.Errorf("an unexpected expression %s", Text(x))
}

// call counts a call: an elementary function as its operation, another one with what it performs.
func (w *walk) call(x *Call) error {
	if err := w.exprs(x.Args...); err != nil {
		return err
	}
	n := name{"", x.Name}
	if x.Recv != nil {
		n.recv = w.root(x.Recv).typ.Named()
	}
	fn := w.c.funcs[n]
	switch {
	case fn == nil:
		return fmt.Errorf("a call of %s", x.Name)
	case fn.Elementary != 0:
		w.count.Count = w.count.Count.Plus(expr.CountOps(expr.Unary{Op: fn.Elementary, X: expr.Z}))
		return nil
	}
	args := make([]known, len(x.Args))
	for i, arg := range x.Args {
		args[i] = w.integer(arg)
		if !args[i].exact {
			if args[i] = w.root(arg); args[i].typ.Kind == None {
				args[i].typ = fn.Params[i].Type
			}
			if args[i].typ.Kind == Slice {
				args[i].n, args[i].exact = w.integer(&Len{arg}).n, true
			}
		} else {
			args[i].typ = fn.Params[i].Type
		}
	}
	count, err := w.c.function(fn, args)
	w.count = w.count.Plus(count)
	return err
}

// integer is the value of an integer where it is known, of a slice its length.
func (w *walk) integer(x Expr) known {
	switch x := x.(type) {
	case *Whole:
		return known{n: x.Value, exact: true}
	case *Var:
		return w.find(x.Name)
	case *Part:
		n := w.integer(x.X)
		low, high := known{exact: true}, n
		if x.Low != nil {
			low = w.integer(x.Low)
		}
		if x.High != nil {
			high = w.integer(x.High)
		}
		return known{n: high.n - low.n, exact: n.exact && low.exact && high.exact}
	case *Len:
		t := w.root(x.X).typ
		if t.Kind == Pointer {
			t = *t.Elem
		}
		if t.Kind == Array {
			return known{n: int64(t.Len), exact: true}
		}
		return w.integer(x.X)
	}
	return known{}
}

// condition is whether a condition on lengths holds.
func (w *walk) condition(x Expr) (bool, error) {
	b, ok := x.(*Binary)
	if !ok {
		return false, fmt.Errorf("a condition %s", Text(x))
	}
	if b.Op == Both || b.Op == Either {
		left, err := w.condition(b.X)
		if err != nil || left == (b.Op == Either) {
			return left, err
		}
		return w.condition(b.Y)
	}
	l, r := w.integer(b.X), w.integer(b.Y)
	if !l.exact || !r.exact || !b.Op.Compares() {
		return false, fmt.Errorf("a condition %s", Text(x))
	}
	return ordered(b.Op, l.n, r.n), nil
}
