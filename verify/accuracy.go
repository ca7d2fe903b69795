package verify

// The accuracy of the elementary functions (exp, log, tanh, erf and the others of a formula), in units in the last
// place of the result. This is what emitted kernels promise, and what the bounds grant them. The judge
// takes the promise as given: a function slightly worse may still hide in the slack of the sums around
// it, so it wants a test of its own. The reference's functions, from Go's math package, are granted
// the float64 figure.
const (
	ElementaryULPsFloat32 = 1
	ElementaryULPsFloat64 = 4
)
