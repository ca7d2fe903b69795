package code

// Batches are slices that have an element for each sample. Those of one call are of one length, and a block of them is
// taken at a time.

// LenOf is the length of a slice: len(xs).
func LenOf(slice string) Expr { return &Len{V(slice)} }

// Lengths is the condition that all slices have more elements than n, or by another operator as many at least:
// len(xs) > 32 && len(ys) > 32.
func Lengths(slices []string, op Op, n int) Expr {
	var all []Expr
	for _, s := range slices {
		all = append(all, &Binary{op, LenOf(s), I(n)})
	}
	return Op2(Both, all...)
}

// Advance drops the first n elements of the slices: xs, ys = xs[32:], ys[32:].
func Advance(slices []string, n int) Stmt {
	rest := &Assign{To: Vars(slices...)}
	for _, s := range slices {
		rest.Values = append(rest.Values, &Part{X: V(s), Low: I(n)})
	}
	return rest
}

// LastOf takes the last n elements of all slices, which have more.
func LastOf(slices []string, n int) Stmt {
	last := &Assign{To: Vars(slices...)}
	for _, s := range slices {
		last.Values = append(last.Values, &Part{X: V(s), Low: Diff(LenOf(s), I(n))})
	}
	return last
}

// Blocks does something with n elements of the slices at a time while they have more, and with the rest, which may be
// none:
//
//	for len(xs) > 32 && len(ys) > 32 {
//		do(xs[:32], ys[:32])
//		xs, ys = xs[32:], ys[32:]
//	}
//	do(xs, ys)
func (b *Block) Blocks(slices []string, n int, do func(b *Block, parts []Expr)) {
	var first []Expr
	for _, s := range slices {
		first = append(first, &Part{X: V(s), High: I(n)})
	}
	loop := b.While(Lengths(slices, Gt, n))
	do(loop, first)
	loop.Add(Advance(slices, n))
	do(b, Vars(slices...))
}
