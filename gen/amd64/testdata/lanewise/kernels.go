// Package lanewise compares elementary functions in assembly with those of the portable code. TestLanewise of package
// amd64 lays both beside these files and runs the tests here.
package lanewise

// kernel is a function of one or two arguments at a level, over arrays and in portable Go.
type kernel[F float32 | float64] struct {
	name, level string
	vector      func(x, y, out *[256]F)
	portable    func(x, y F) F
}

var (
	list32 []kernel[float32]
	list64 []kernel[float64]
)
