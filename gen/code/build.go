package code

// Short ways to write expressions. Operators of several operands take them from left to right.

// V is a variable.
func V(name string) Expr { return &Var{name} }

// N is a floating-point constant.
func N(v float64) Expr { return &Num{Value: v} }

// I is an integer constant.
func I(v int) Expr { return &Whole{Value: int64(v)} }

// Vars are variables.
func Vars(names ...string) []Expr {
	var xs []Expr
	for _, name := range names {
		xs = append(xs, V(name))
	}
	return xs
}

// Op2 is an operation on two or more operands: x op y op z.
func Op2(op Op, xs ...Expr) Expr {
	all := xs[0]
	for _, x := range xs[1:] {
		all = &Binary{op, all, x}
	}
	return all
}

// Sum is a sum: a + b + c.
func Sum(xs ...Expr) Expr { return Op2(Add, xs...) }

// Diff is a difference: a - b.
func Diff(a, b Expr) Expr { return &Binary{Sub, a, b} }

// Product is a product: a * b.
func Product(a, b Expr) Expr { return &Binary{Mul, a, b} }

// Quotient is a quotient: a / b.
func Quotient(a, b Expr) Expr { return &Binary{Div, a, b} }

// To is a conversion: float32(x).
func To(k Kind, x Expr) Expr { return &Convert{k, x} }

// At is an element: x[i][j].
func At(x Expr, indices ...Expr) Expr {
	for _, i := range indices {
		x = &Elem{x, i}
	}
	return x
}

// Field is a field of a variable that is a struct, or a field of that: p.W1, or b.sum.W1.
func FieldOf(name string, fields ...string) Expr {
	x := V(name)
	for _, f := range fields {
		x = &Select{x, f}
	}
	return x
}

// CallOf is a call of a function: irisTanh(z).
func CallOf(name string, args ...Expr) Expr { return &Call{Name: name, Args: args} }

// Method is a call of a method: p.forward(ws, x).
func Method(recv Expr, name string, args ...Expr) Expr {
	return &Call{Recv: recv, Name: name, Args: args}
}
