package code

import "go/constant"

// memory is the type of an expression about places.
func (c *checker) memory(x Expr) Type {
	switch x := x.(type) {
	case *Elem:
		return c.element(x)
	case *Select:
		t := c.expr(x.X)
		for _, f := range c.file.fieldsOf(t.Named()) {
			if f.Name == x.Name && t.Kind != Slice {
				return f.Type
			}
		}
		c.fail("%v has no field %s", t, x.Name)
	case *Call:
		if results := c.results(x); len(results) == 1 {
			return results[0].Type
		}
		c.fail("%s does not return one value", x.Name)
	case *Addr:
		return PointerTo(c.expr(x.X))
	case *Deref:
		t := c.expr(x.X)
		if t.Kind == Pointer {
			return *t.Elem
		}
		c.fail("%v is no pointer", t)
	case *Len:
		t := c.expr(x.X)
		if t.Kind != Slice && t.Kind != Array {
			c.fail("the length of %v", t)
		}
		return Of(Int)
	case *Part:
		t := c.expr(x.X)
		if t.Kind != Slice {
			c.fail("a part of %v", t)
		}
		for _, end := range []Expr{x.Low, x.High} {
			if end != nil {
				c.take(end, Of(Int))
			}
		}
		return t
	case *View:
		t := c.expr(x.X)
		if t.Kind != Pointer || c.file.shapeOf(*t.Elem) != c.file.shapeOf(x.To) {
			c.fail("%v is seen as %v", t, x.To)
		}
		return PointerTo(x.To)
	case *Zero:
		return x.Type
	case *New:
		return PointerTo(x.Type)
	case *List:
		for _, e := range x.Xs {
			c.take(e, Of(x.Elem))
		}
		return ArrayOf(Of(x.Elem), len(x.Xs))
	default:
		c.fail("unexpected expression %T", x)
	}
	return Type{}
}

// element is an element, whose index must be within its array where it is constant.
func (c *checker) element(x *Elem) Type {
	t, index := c.expr(x.X), c.expr(x.Index)
	elem, ok := elements(t)
	if !ok {
		c.fail("an element of %v", t)
		return Type{}
	}
	if !index.Kind.Integer() {
		c.fail("%v is an index", index)
	}
	if t.Kind == Pointer {
		t = *t.Elem
	}
	if v := c.info.Values[x.Index]; v != nil {
		n, exact := constant.Int64Val(constant.ToInt(v))
		if !exact || n < 0 || t.Kind == Array && n >= int64(t.Len) {
			c.fail("element %v of %v", v, t)
		}
		if index.Kind.untyped() {
			c.settle(x.Index, Int)
		}
	}
	return elem
}

// elements is the type of the elements of an array, a pointer to one, or a slice.
func elements(t Type) (Type, bool) {
	if t.Kind == Pointer && t.Elem.Kind == Array {
		t = *t.Elem
	}
	if t.Kind == Array || t.Kind == Slice {
		return *t.Elem, true
	}
	return Type{}, false
}

// results are what a call returns.
func (c *checker) results(x *Call) []Param {
	var fn *Func
	if x.Recv != nil {
		t := c.expr(x.Recv)
		fn = c.funcs[name{t.Named(), x.Name}]
	} else if v := c.find(x.Name); v != nil && v.typ.Kind == Function {
		return []Param{{Type: *v.typ.Elem}}
	} else {
		fn = c.funcs[name{"", x.Name}]
	}
	if fn == nil {
		c.fail("there is no function %s", x.Name)
		return nil
	}
	c.info.Funcs[x] = fn
	if len(x.Args) != len(fn.Params) {
		c.fail("%s takes %d arguments, not %d", fn.Name, len(fn.Params), len(x.Args))
		return fn.Results
	}
	for i, arg := range x.Args {
		c.take(arg, fn.Params[i].Type)
	}
	return fn.Results
}
