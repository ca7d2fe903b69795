package kernel

import "strings"

// Style is how functions of one sample take matrices, where there is a choice.
type Style struct {
	// Apart says that short rows have a register each, though several would lie in one (packedrows.go).
	Apart bool
	// Whole says that large matrices are written in whole registers, not 32 bytes at once.
	Whole bool
	// Fetched says that lines are fetched before they are written, in functions that write them and do not read them
	// before.
	Fetched bool
	// ByHalves says that rows which fill more than half a register are multiplied by halves (halves.go).
	ByHalves bool
	// InOrder says that the rows of large matrices are read and written one after another, from the first to the last,
	// not several side by side and in alternating directions.
	InOrder bool
	// Separate says that the products by which parameters are moved are formed by themselves, where stores get in the
	// way of operations on three vectors.
	Separate bool

	// Longer and Shorter say that straight code may be twice or half as long, and Fewer that half as many rows are
	// taken side by side. They are there to be measured: the model does not choose them.
	Longer, Shorter, Fewer bool
}

// Measured are the styles that are only measured.
var Measured = []Style{{Longer: true}, {Shorter: true}, {Fewer: true}}

// scaled is a limit of straight code in the style.
func (s Style) scaled(limit int) int {
	switch {
	case s.Longer:
		return 2 * limit
	case s.Shorter:
		return limit / 2
	}
	return limit
}

// abreast is how many rows are taken side by side in the style, in place of so many.
func (s Style) abreast(rows int) int {
	if s.Fewer && rows > 1 {
		return rows / 2
	}
	return rows
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
	if s.Fetched {
		words = append(words, "fetched before")
	}
	if s.InOrder {
		words = append(words, "rows in order")
	}
	if s.Separate {
		words = append(words, "products apart from sums")
	}
	if s.Longer {
		words = append(words, "twice as much unrolled")
	}
	if s.Shorter {
		words = append(words, "half as much unrolled")
	}
	if s.Fewer {
		words = append(words, "half as many rows abreast")
	}
	if words == nil {
		return "standard"
	}
	return strings.Join(words, ", ")
}
