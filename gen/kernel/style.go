package kernel

// Style is how functions of one sample take matrices, where there is a choice.
type Style struct {
	// Apart says that short rows have a register each, though several would lie in one (packedrows.go).
	Apart bool
}

// Standard is that of functions for which the other is not predicted to take less.
var (
	Standard = Style{}
	Apart    = Style{Apart: true}
)

// String is the style in words.
func (s Style) String() string {
	if s.Apart {
		return "short rows apart"
	}
	return "short rows together"
}
