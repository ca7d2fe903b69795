// Package accuracy measures elementary functions in assembly. TestAccuracy of package amd64 lays them beside
// these files and runs the tests here.
package accuracy

// lanes is how many numbers a kernel takes at once.
const lanes = 256

// kernel is a function over arrays of float32s or float64s, at a level. Functions of one variable don't read y.
type kernel[F float32 | float64] struct {
	name, level string
	f           func(x, y, z *[lanes]F)
}

// The kernels of a function follow one another.
var (
	list32 []kernel[float32]
	list64 []kernel[float64]
)

// named are the kernels of a function.
func named[F float32 | float64](list []kernel[F], name string) (found []kernel[F]) {
	for _, k := range list {
		if k.name == name {
			found = append(found, k)
		}
	}
	return found
}

// names are the functions that there are kernels of.
func names() (found []string) {
	for _, k := range list32 {
		if len(found) == 0 || found[len(found)-1] != k.name {
			found = append(found, k.name)
		}
	}
	return found
}
