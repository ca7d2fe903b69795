package code

// Nested visits a block and all blocks in it, those around others first.
func (b *Block) Nested(visit func(b *Block)) {
	visit(b)
	for _, s := range b.Stmts {
		switch s := s.(type) {
		case *If:
			s.Then.Nested(visit)
		case *For:
			s.Body.Nested(visit)
		case *Range:
			s.Body.Nested(visit)
		case *While:
			s.Body.Nested(visit)
		case *Scope:
			s.Body.Nested(visit)
		}
	}
}

// Expressions visits the expressions of a statement, places that it changes among them, but not those of blocks in it.
func Expressions(s Stmt, visit func(e Expr)) {
	var list []Expr
	switch s := s.(type) {
	case *Let:
		list = s.Values
	case *Const:
		list = s.Values
	case *Assign:
		list = append(append(list, s.To...), s.Values...)
	case *Increment:
		list = append(list, s.X)
	case *Do:
		list = append(list, s.X)
	case *Touch:
		list = s.Pointers
	case *Return:
		list = s.Values
	case *If:
		list = append(list, s.Cond)
	case *For:
		list = append(list, s.Low, s.High)
	case *Range:
		list = append(list, s.X)
	case *While:
		list = append(list, s.Cond)
	}
	for _, e := range list {
		within(e, visit)
	}
}

// within visits an expression and those that it is made of.
func within(e Expr, visit func(e Expr)) {
	if e == nil {
		return
	}
	visit(e)
	var list []Expr
	switch e := e.(type) {
	case *Convert:
		list = append(list, e.X)
	case *Bits:
		list = append(list, e.X)
	case *FromBits:
		list = append(list, e.X)
	case *Sqrt:
		list = append(list, e.X)
	case *Library:
		list = append(list, e.X)
	case *Unary:
		list = append(list, e.X)
	case *Binary:
		list = append(list, e.X, e.Y)
	case *Extreme:
		list = e.Xs
	case *Group:
		list = append(list, e.X)
	case *Elem:
		list = append(list, e.X, e.Index)
	case *Select:
		list = append(list, e.X)
	case *Call:
		list = append(append(list, e.Recv), e.Args...)
	case *Addr:
		list = append(list, e.X)
	case *Deref:
		list = append(list, e.X)
	case *Len:
		list = append(list, e.X)
	case *Part:
		list = append(list, e.X, e.Low, e.High)
	case *View:
		list = append(list, e.X)
	case *List:
		list = e.Xs
	}
	for _, x := range list {
		within(x, visit)
	}
}
