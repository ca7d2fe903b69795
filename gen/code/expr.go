package code

// Expr is an expression: a value or, in an assignment, a place.
type Expr interface{ expr() }

// Var is a variable.
type Var struct{ Name string }

// Num is a floating-point constant, also one that no language has a notation for: NaN, an infinity, -0. Text is how it
// is to be written, where that matters: 0x1.8p52.
type Num struct {
	Value float64
	Text  string
}

// Whole is an integer constant, as its bits; Text is how it is to be written, where that matters: 0x42dc0000.
type Whole struct {
	Value int64
	Text  string
}

// Named is a constant of mathematics: Ln2, Log2E or Pi.
type Named struct{ Name string }

// NegZero is -0 of a type. In a language without a constant for it, as Go, it is made of its bits.
type NegZero struct{ Kind Kind }

// Convert is a conversion. A product that is converted to its own type is rounded to that, and never fused with a sum.
type Convert struct {
	To Kind
	X  Expr
}

// Bits are the bits of a number of the kind Of as an unsigned integer of its size.
type Bits struct {
	Of Kind
	X  Expr
}

// FromBits is the number of the kind To that has such bits.
type FromBits struct {
	To Kind
	X  Expr
}

// Sqrt is a square root, correctly rounded.
type Sqrt struct{ X Expr }

// Library is a function of a language's own library, on a float64: Expm1 or Log. It gives other bits on other machines.
type Library struct {
	Name string
	X    Expr
}

// Truth is true or false.
type Truth struct{ Value bool }

// True is true.
var True = &Truth{true}

// Unary is -x or !x.
type Unary struct {
	Op Op
	X  Expr
}

// Binary is an operation on two operands.
type Binary struct {
	Op   Op
	X, Y Expr
}

// Extreme is the least or the greatest of its arguments: of numbers NaN if one is, and -0 is less than 0.
type Extreme struct {
	Op Op // Min or Max
	Xs []Expr
}

// Group stands in parentheses where a reader is helped by them. Others are printed where they are needed.
type Group struct{ X Expr }

// Elem is an element of an array, a slice, a table, or what a pointer to one points to.
type Elem struct{ X, Index Expr }

// Select is a field of a struct: p.W1.
type Select struct {
	X    Expr
	Name string
}

// Call is a call of a function, or a method where Recv is set.
type Call struct {
	Recv Expr
	Name string
	Args []Expr
}

// Addr is a pointer to a place, and Deref the place that a pointer points to.
type (
	Addr  struct{ X Expr }
	Deref struct{ X Expr }
)

// Len is the length of a slice.
type Len struct{ X Expr }

// Part is the part of a slice from Low to High, either of which may be nil.
type Part struct{ X, Low, High Expr }

// View is a pointer to an array, seen as one to an array of another shape with as many elements.
type View struct {
	To Type // of the array
	X  Expr // a pointer
}

// Zero is the zero value of a type, and New a pointer to a new one.
type (
	Zero struct{ Type Type }
	New  struct{ Type Type }
)

// List is an array of given elements.
type List struct {
	Elem Kind
	Xs   []Expr
}

func (*Var) expr()      {}
func (*Num) expr()      {}
func (*Whole) expr()    {}
func (*Named) expr()    {}
func (*NegZero) expr()  {}
func (*Convert) expr()  {}
func (*Bits) expr()     {}
func (*FromBits) expr() {}
func (*Sqrt) expr()     {}
func (*Truth) expr()    {}
func (*Library) expr()  {}
func (*Unary) expr()    {}
func (*Binary) expr()   {}
func (*Extreme) expr()  {}
func (*Group) expr()    {}
func (*Elem) expr()     {}
func (*Select) expr()   {}
func (*Call) expr()     {}
func (*Addr) expr()     {}
func (*Deref) expr()    {}
func (*Len) expr()      {}
func (*Part) expr()     {}
func (*View) expr()     {}
func (*Zero) expr()     {}
func (*New) expr()      {}
func (*List) expr()     {}
