package formula

// Idle reports whether it is plain to see that n has the same value whatever the variable is: because the variable
// stands only in x^0, 1^x, 0*x, 0/x, x - x and x/x, or in parts made of them. Nothing is learnt through such a formula.
func Idle(n Node, variable string) bool {
	if _, is, _ := constant(n); is {
		return true
	}
	if v, ok := n.(*Variable); ok {
		return v.Name != variable
	}
	if b, ok := n.(*Binary); ok && (isZero(b.X) && (b.Op == '*' || b.Op == '/') || b.Op == '*' && isZero(b.Y) ||
		(b.Op == '-' || b.Op == '/') && Format(b.X) == Format(b.Y)) {
		return true
	}
	for _, part := range parts(n) {
		if !Idle(part, variable) {
			return false
		}
	}
	return true
}

// isZero reports whether n is the constant 0.
func isZero(n Node) bool {
	v, is, _ := constant(n)
	return is && v == 0
}
