package formula

import "math"

// Limits of a formula. Its length is checked before it is read, everything else before anything is made of
// it.
const (
	// MaxLength bounds the length, in characters, of a formula as it is written and as Format writes it.
	MaxLength = 1000
	// MaxDepth bounds how deep parentheses, calls, signs and powers may be nested in one another.
	MaxDepth = 40
	// MaxSize bounds the numbers, variables, operators and calls, counting those of x once for every factor of a
	// power x^n that is multiplied out: every unit of a layer evaluates all of them.
	MaxSize = 400
	// MaxPower is the largest magnitude of a whole constant exponent whose power is multiplied out.
	MaxPower = 16

	// MinMagnitude and MaxMagnitude bound every constant that is not 0, so that it and its reciprocal survive being
	// rounded to float32.
	MinMagnitude, MaxMagnitude = 1e-30, 1e30
)

const inRange = "0 or from 1e-30 to 1e30"

// InRange reports whether v is 0 or of a magnitude from MinMagnitude to MaxMagnitude.
func InRange(v float64) bool {
	m := math.Abs(v)
	return m == 0 || m >= MinMagnitude && m <= MaxMagnitude
}
