// Package accuracy measures elementary functions in assembly. TestAccuracy of package amd64 emits them into a module beside
// these files and runs the tests there.
package accuracy

// kernel32 is a function over float32s at a level.
type kernel32 struct {
	name, level string
	f           func(x, y *[256]float32)
}

// kernel64 is a function over float64s at a level.
type kernel64 struct {
	name, level string
	f           func(x, y *[256]float64)
}

var (
	list32 []kernel32
	list64 []kernel64
)
