package expr

// Simplify rebuilds e with the exported constructors, that is, applies every exact rewrite. Expressions made
// by the constructors are simplified already.
func Simplify(e Expr) Expr {
	return rebuild(e, func(Expr) (Expr, bool) { return nil, false })
}

// Substitute replaces every occurrence in e of the expression old, up to the order of commutative operands,
// by the expression with. Occurrences are looked for from the outside in, and not inside what was put in.
func Substitute(e, old, with Expr) Expr {
	return rebuild(e, func(n Expr) (Expr, bool) { return with, Equal(n, old) })
}

// rebuild builds e anew with the exported constructors, taking what replace has for a subexpression
// instead of it.
func rebuild(e Expr, replace func(Expr) (Expr, bool)) Expr {
	if with, ok := replace(e); ok {
		return with
	}
	switch n := e.(type) {
	case Unary:
		return apply(n.Op, rebuild(n.X, replace), nil)
	case Binary:
		return apply(n.Op, rebuild(n.X, replace), rebuild(n.Y, replace))
	case Select:
		return Where(rebuild(n.C, replace), rebuild(n.X, replace), rebuild(n.Y, replace))
	}
	return e
}
