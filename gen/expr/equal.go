package expr

// Equal reports whether x and y are the same expression up to the order of commutative operands; they then
// have the same bits everywhere. It does not look for other identities.
func Equal(x, y Expr) bool {
	if x == y {
		return true
	}
	if !sameShape(x, y) {
		return false
	}
	n := newNumbering()
	return n.number(x) == n.number(y)
}

// sameShape tells most unequal expressions apart by their roots alone.
func sameShape(x, y Expr) bool {
	switch m := x.(type) {
	case Unary:
		n, ok := y.(Unary)
		return ok && m.Op == n.Op
	case Binary:
		n, ok := y.(Binary)
		return ok && m.Op == n.Op
	case Select:
		_, ok := y.(Select)
		return ok
	}
	return false // leaves are equal only by ==
}

// A numbering gives equal expressions the same number (value numbering): numbers count up from 0 in
// the order in which distinct expressions are completed, operands before the operation.
type numbering struct {
	numbers map[numberKey]int
	nodes   []numbered // by number
}

// numbered is the first of the equal expressions with one number, and the numbers of its operands in
// the order in which it has them.
type numbered struct {
	expr     Expr
	operands []int
}

// numberKey is one operation over numbered operands, or a leaf.
type numberKey struct {
	leaf Expr // a Num or Var, else nil
	op   Op
	x, y int
	c    int // the condition of a Select
}

func newNumbering() *numbering {
	return &numbering{numbers: make(map[numberKey]int)}
}

// number returns the number of e, and numbers what is new in it.
func (n *numbering) number(e Expr) int {
	switch e := e.(type) {
	case Unary:
		x := n.number(e.X)
		return n.lookup(numberKey{op: e.Op, x: x}, numbered{e, []int{x}})
	case Binary:
		x, y := n.number(e.X), n.number(e.Y)
		key := numberKey{op: e.Op, x: x, y: y}
		if e.Op.Commutative() && x > y {
			key.x, key.y = y, x
		}
		return n.lookup(key, numbered{e, []int{x, y}})
	case Select:
		c, x, y := n.number(e.C), n.number(e.X), n.number(e.Y)
		return n.lookup(numberKey{op: OpWhere, c: c, x: x, y: y}, numbered{e, []int{c, x, y}})
	}
	return n.lookup(numberKey{leaf: e}, numbered{expr: e})
}

func (n *numbering) lookup(key numberKey, node numbered) int {
	number, ok := n.numbers[key]
	if !ok {
		number = len(n.nodes)
		n.numbers[key] = number
		n.nodes = append(n.nodes, node)
	}
	return number
}
