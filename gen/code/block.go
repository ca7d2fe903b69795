package code

// Block collects the statements of a function, a loop or a scope.
type Block struct{ Stmts []Stmt }

// Add appends statements.
func (b *Block) Add(stmts ...Stmt) { b.Stmts = append(b.Stmts, stmts...) }

// Comment is a comment: // text.
func (b *Block) Comment(text string) { b.Add(&Comment{text}) }

// Blank is an empty line, but at the beginning.
func (b *Block) Blank() {
	if len(b.Stmts) > 0 {
		b.Add(&Blank{})
	}
}

// Let names a value: name := v.
func (b *Block) Let(name string, v Expr) {
	b.Add(&Let{Names: []string{name}, Values: []Expr{v}})
}

// LetAll names several values in one statement, or none: x0, x1 := x[0], x[1].
func (b *Block) LetAll(names []string, vs []Expr) {
	if len(names) > 0 {
		b.Add(&Let{Names: names, Values: vs})
	}
}

// Declare names a variable that is 0: var loss float32.
func (b *Block) Declare(t Type, names ...string) { b.Add(&Declare{names, t}) }

// Set is dst = v.
func (b *Block) Set(dst, v Expr) { b.Update(dst, Set, v) }

// AddTo is dst += v.
func (b *Block) AddTo(dst, v Expr) { b.Update(dst, Add, v) }

// SubFrom is dst -= v.
func (b *Block) SubFrom(dst, v Expr) { b.Update(dst, Sub, v) }

// Update is dst op= v.
func (b *Block) Update(dst Expr, op Op, v Expr) {
	b.Add(&Assign{To: []Expr{dst}, Op: op, Values: []Expr{v}})
}

// Do is a call for its effect.
func (b *Block) Do(call Expr) { b.Add(&Do{call}) }

// Return ends the function: return v.
func (b *Block) Return(vs ...Expr) { b.Add(&Return{Values: vs}) }

// Panic ends the program.
func (b *Block) Panic(message string) { b.Add(&Panic{message}) }

// If returns the body of a condition: if cond { … }.
func (b *Block) If(cond Expr) *Block {
	body := &Block{}
	b.Add(&If{cond, body})
	return body
}

// For returns the body of a counted loop: for i := lo; i < hi; i += step { … }.
func (b *Block) For(v string, lo, hi Expr, step int) *Block {
	body := &Block{}
	b.Add(&For{v, lo, hi, step, body})
	return body
}

// Range returns the body of a loop over an array or a slice: for i, v := range x { … }.
func (b *Block) Range(index, value string, x Expr) *Block {
	body := &Block{}
	b.Add(&Range{index, value, x, body})
	return body
}

// While returns the body of a loop: for cond { … }.
func (b *Block) While(cond Expr) *Block {
	body := &Block{}
	b.Add(&While{cond, body})
	return body
}

// Scope returns the body of a block of its own: { … }.
func (b *Block) Scope() *Block {
	body := &Block{}
	b.Add(&Scope{body})
	return body
}
