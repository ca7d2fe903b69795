package code

import (
	"fmt"
	"go/constant"
	"math"
)

// expr is the value of an expression.
func (f *frame) expr(x Expr) Value {
	if v := f.m.info.Values[x]; v != nil {
		return fromConstant(v, f.m.info.Kind(x))
	}
	switch x := x.(type) {
	case *Var:
		return *f.find(x.Name)
	case *Num:
		return FloatValue(Float64, x.Value)
	case *NegZero:
		return FloatValue(x.Kind, math.Copysign(0, -1))
	case *Truth:
		return truth(x.Value)
	case *Group:
		return f.expr(x.X)
	case *Convert:
		return convert(f.expr(x.X), x.To)
	case *Bits:
		return Value{Kind: x.Of.unsigned(), bits: f.expr(x.X).bits}
	case *FromBits:
		return Value{Kind: x.To, bits: f.expr(x.X).bits}
	case *Sqrt:
		return FloatValue(Float64, math.Sqrt(f.expr(x.X).Float()))
	case *Library:
		return library(x.Name, f.expr(x.X))
	case *Unary:
		return negate(x.Op, f.expr(x.X))
	case *Binary:
		return f.binary(x)
	case *Extreme:
		all := f.expr(x.Xs[0])
		for _, y := range x.Xs[1:] {
			all = extreme(x.Op, all, f.expr(y))
		}
		return all
	}
	return f.memory(x)
}

// fromConstant is a constant as a value.
func fromConstant(v constant.Value, k Kind) Value {
	switch {
	case k.Float():
		n, _ := constant.Float64Val(constant.ToFloat(v))
		return FloatValue(k.fixed(), n)
	case k == Bool:
		return truth(constant.BoolVal(v))
	}
	n := constant.ToInt(v)
	if u, ok := constant.Uint64Val(n); ok {
		return Value{Kind: k.fixed(), bits: u}
	}
	i, _ := constant.Int64Val(n)
	return Value{Kind: k.fixed(), bits: uint64(i)}
}

// memory is the value of an expression about places.
func (f *frame) memory(x Expr) Value {
	switch x := x.(type) {
	case *Call:
		return f.returned(x)[0]
	case *Addr:
		if list, ok := x.X.(*List); ok {
			o := f.m.New(ArrayOf(Of(list.Elem), len(list.Xs)))
			for i, e := range list.Xs {
				o.parts[i].Set(f.expr(e))
			}
			return o.Pointer()
		}
		return f.place(x.X).Pointer()
	case *Len:
		return Value{Kind: Int, bits: uint64(len(f.elements(x.X)))}
	case *Part:
		all := f.expr(x.X).to
		low, high := 0, len(all.parts)
		if x.Low != nil {
			low = int(f.expr(x.Low).bits)
		}
		if x.High != nil {
			high = int(f.expr(x.High).bits)
		}
		if low > high || high > len(all.parts) {
			panic(Failure{fmt.Sprintf("elements %d to %d of %d", low, high, len(all.parts))})
		}
		return Value{Kind: Slice, to: &Object{Type: all.Type, parts: all.parts[low:high]}}
	case *View:
		return view(x.To, f.expr(x.X).to.Values()).Pointer()
	case *New:
		return f.m.New(x.Type).Pointer()
	}
	return f.load(f.place(x))
}

// load is the value at a place, of an array or a struct the place itself.
func (f *frame) load(o *Object) Value {
	if o.value == nil {
		return Value{Kind: o.Type.Kind, to: o}
	}
	return *o.value
}

// place is the place of an expression.
func (f *frame) place(x Expr) *Object {
	switch x := x.(type) {
	case *Elem:
		all, i := f.elements(x.X), int64(f.expr(x.Index).bits)
		if i < 0 || i >= int64(len(all)) {
			panic(Failure{fmt.Sprintf("element %d of %d", i, len(all))})
		}
		return all[i]
	case *Select:
		return f.pointed(x.X).Field(x.Name)
	case *Deref:
		return f.pointed(x.X)
	case *Var:
		if v := f.find(x.Name); v.to != nil {
			return v.to
		}
	}
	panic(Failure{fmt.Sprintf("%T is no place", x)})
}

// pointed is the object that an expression points to or is.
func (f *frame) pointed(x Expr) *Object {
	v := f.expr(x)
	if v.to == nil {
		panic(Failure{"a nil pointer"})
	}
	return v.to
}

// elements are the elements of an array, a pointer to one, or a slice.
func (f *frame) elements(x Expr) []*Object {
	v := f.expr(x)
	if v.to == nil && v.Kind != Slice {
		panic(Failure{"a nil pointer"})
	}
	if v.to == nil {
		return nil
	}
	return v.to.parts
}

// returned are what a call returns.
func (f *frame) returned(x *Call) []Value {
	var args []Value
	for _, arg := range x.Args {
		args = append(args, f.expr(arg))
	}
	if x.Recv == nil {
		for i := len(f.scopes) - 1; i >= 0; i-- {
			if v := f.scopes[i][x.Name]; v != nil && v.draw != nil {
				return []Value{FloatValue(Float64, v.draw())}
			}
		}
	}
	fn := f.m.info.Funcs[x]
	if fn.Elementary != 0 && f.m.Elementary != nil {
		return []Value{f.m.Elementary(fn.Elementary, args)}
	}
	if fn.Body == nil {
		panic(Failure{fn.Name + " is elsewhere"})
	}
	var recv Value
	if x.Recv != nil {
		if recv = f.expr(x.Recv); recv.Kind == Record {
			recv = recv.to.Pointer()
		}
	}
	return f.m.call(fn, recv, args)
}

func (f *frame) binary(x *Binary) Value {
	a := f.expr(x.X)
	switch x.Op {
	case Both:
		return truth(a.bits != 0 && f.expr(x.Y).bits != 0)
	case Either:
		return truth(a.bits != 0 || f.expr(x.Y).bits != 0)
	}
	b := f.expr(x.Y)
	if x.Op.Compares() {
		return truth(compare(x.Op, a, b))
	}
	return compute(x.Op, a, b)
}
