package code

// block checks statements, in a scope of their own unless they are a function's.
func (c *checker) block(b *Block) {
	for _, s := range b.Stmts {
		c.statement(s)
	}
}

func (c *checker) inner(b *Block) {
	c.push()
	c.block(b)
	c.pop()
}

func (c *checker) statement(s Stmt) {
	switch s := s.(type) {
	case *Comment, *Blank:
	case *Let:
		c.let(s)
	case *Const:
		for i, x := range s.Values {
			t := c.expr(x)
			v := c.info.Values[x]
			if v == nil {
				c.fail("%s is no constant", s.Names[i])
			}
			c.add(s.Names[i], &variable{typ: t, value: v, used: true})
		}
	case *Declare:
		for _, name := range s.Names {
			c.add(name, &variable{typ: s.Type})
		}
	case *Assign:
		c.assign(s)
	case *Increment:
		if t := c.place(s.X); !t.Kind.Integer() {
			c.fail("%v is counted up", t)
		}
	case *Do:
		if _, ok := s.X.(*Call); !ok {
			c.fail("a statement that is no call")
			return
		}
		c.results(s.X.(*Call))
	case *Touch:
		for _, p := range s.Pointers {
			if t := c.expr(p); t.Kind != Pointer {
				c.fail("%v is no pointer", t)
			}
		}
	case *Return:
		c.returns(s)
	case *Panic:
	case *If:
		c.condition(s.Cond)
		c.inner(s.Then)
	case *While:
		c.condition(s.Cond)
		c.inner(s.Body)
	case *For:
		c.take(s.Low, Of(Int))
		c.take(s.High, Of(Int))
		if s.Step < 1 {
			c.fail("a loop goes %d further at a time", s.Step)
		}
		c.loop(s.Body, s.Var, &variable{typ: Of(Int), used: true}, "", Type{}) // the loop itself reads it
	case *Range:
		t := c.expr(s.X)
		elem, ok := elements(t)
		if !ok {
			c.fail("a loop over %v", t)
			return
		}
		c.loop(s.Body, s.Index, &variable{typ: Of(Int)}, s.Value, elem)
	case *Scope:
		c.inner(s.Body)
	default:
		c.fail("unexpected statement %T", s)
	}
}

// loop checks the body of a loop, with its variables.
func (c *checker) loop(b *Block, index string, counter *variable, value string, valueType Type) {
	c.push()
	if index != "" {
		c.add(index, counter)
	}
	if value != "" {
		c.add(value, &variable{typ: valueType})
	}
	c.inner(b)
	c.pop()
}

func (c *checker) condition(x Expr) {
	if t := c.expr(x); t.Kind != Bool {
		c.fail("a condition is %v", t)
	}
}

// let checks a definition: all values, then the names.
func (c *checker) let(s *Let) {
	var types []Type
	if call, ok := s.Values[0].(*Call); ok && len(s.Values) == 1 && len(s.Names) > 1 {
		for _, r := range c.results(call) {
			types = append(types, r.Type)
		}
	} else {
		for _, x := range s.Values {
			t := c.expr(x)
			if c.info.Values[x] != nil {
				t = Of(t.Kind.fixed())
				c.settle(x, t.Kind)
			}
			types = append(types, t)
		}
	}
	if len(types) != len(s.Names) {
		c.fail("%d values for %v", len(types), s.Names)
		return
	}
	for i, name := range s.Names {
		c.add(name, &variable{typ: types[i]})
	}
}

// fixed is the kind of a variable that is given a constant of kind k.
func (k Kind) fixed() Kind {
	switch k {
	case UntypedInt:
		return Int
	case UntypedFloat:
		return Float64
	}
	return k
}

func (c *checker) assign(s *Assign) {
	if len(s.To) != len(s.Values) {
		c.fail("%d values for %d places", len(s.Values), len(s.To))
		return
	}
	for i, x := range s.To {
		t := c.place(x)
		switch {
		case s.Op == Shl || s.Op == Shr:
			c.expr(s.Values[i])
		case s.Op != Set && !c.computes(s.Op, t.Kind):
			c.fail("%v is no operation on %v", s.Op, t)
		default:
			c.take(s.Values[i], t)
		}
	}
}

// place is the type of what is assigned to. Assigning is no use.
func (c *checker) place(x Expr) Type {
	switch x := x.(type) {
	case *Var:
		v := c.find(x.Name)
		if v == nil || v.value != nil {
			c.fail("%s is no variable", x.Name)
			return Type{}
		}
		c.info.Types[x] = v.typ
		return v.typ
	case *Elem, *Select, *Deref:
		return c.expr(x)
	}
	c.fail("an assignment to %T", x)
	return Type{}
}

// returns checks what a function returns.
func (c *checker) returns(s *Return) {
	if len(s.Values) != len(c.fn.Results) {
		c.fail("returns %d values, not %d", len(s.Values), len(c.fn.Results))
		return
	}
	for i, x := range s.Values {
		c.take(x, c.fn.Results[i].Type)
	}
}
