// Package draw fills vectors with random numbers of the kinds that trials and tests want: normal, uniform, whole and
// signs.
package draw

import "math/rand/v2"

// ScaledNormal draws normal numbers of such a standard deviation.
func ScaledNormal(rng *rand.Rand, v []float64, scale float64) {
	for i := range v {
		v[i] = scale * rng.NormFloat64()
	}
}

// Normal draws normal numbers.
func Normal(rng *rand.Rand, v []float64) { ScaledNormal(rng, v, 1) }

// WholeNumbers draws whole numbers from -3 to 3.
func WholeNumbers(rng *rand.Rand, v []float64) {
	for i := range v {
		v[i] = float64(rng.IntN(7) - 3)
	}
}

// EveryWholeNumber goes through the whole numbers from -3 to 3 in turn, from any of them on: seven units have all, and
// fewer have none twice.
func EveryWholeNumber(rng *rand.Rand, v []float64) {
	from := rng.IntN(7)
	for i := range v {
		v[i] = float64((from+i)%7 - 3)
	}
}

// Signs draws 1 and -1.
func Signs(rng *rand.Rand, v []float64) {
	for i := range v {
		v[i] = float64(2*rng.IntN(2) - 1)
	}
}

// Uniform draws numbers between -1 and 1.
func Uniform(rng *rand.Rand, v []float64) {
	for i := range v {
		v[i] = 2*rng.Float64() - 1
	}
}
