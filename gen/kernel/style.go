package kernel

import "strings"

// Style is how functions of one sample take matrices, where there is a choice.
type Style struct {
	// Apart says that short rows have a register each, though several would lie in one (packedrows.go).
	Apart bool
	// Whole says that large matrices are written in whole registers, not 32 bytes at once.
	Whole bool
	// ByHalves says that rows which fill more than half a register are multiplied by halves (halves.go).
	ByHalves bool
	// InOrder says that the rows of large matrices are read and written one after another, from the first to the last,
	// not several side by side and in alternating directions.
	InOrder bool
}

// Standard is that of functions for which no other is predicted to take less, Apart one that differs in short rows.
var (
	Standard = Style{}
	Apart    = Style{Apart: true}
)

// String is the style in words.
func (s Style) String() string {
	var words []string
	if s.Apart {
		words = append(words, "short rows apart")
	}
	if s.ByHalves {
		words = append(words, "rows by halves")
	}
	if s.Whole {
		words = append(words, "written in whole registers")
	}
	if s.InOrder {
		words = append(words, "rows in order")
	}
	if words == nil {
		return "standard"
	}
	return strings.Join(words, ", ")
}
