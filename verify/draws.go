package verify

import "math/rand/v2"

// scaledNormal draws normal numbers of such a standard deviation.
func scaledNormal(rng *rand.Rand, v []float64, scale float64) {
	for i := range v {
		v[i] = scale * rng.NormFloat64()
	}
}

// normal draws normal numbers.
func normal(rng *rand.Rand, v []float64) { scaledNormal(rng, v, 1) }

// wholeNumbers draws whole numbers from -3 to 3.
func wholeNumbers(rng *rand.Rand, v []float64) {
	for i := range v {
		v[i] = float64(rng.IntN(7) - 3)
	}
}

// signs draws 1 and -1.
func signs(rng *rand.Rand, v []float64) {
	for i := range v {
		v[i] = float64(2*rng.IntN(2) - 1)
	}
}

// uniform draws numbers between -1 and 1.
func uniform(rng *rand.Rand, v []float64) {
	for i := range v {
		v[i] = 2*rng.Float64() - 1
	}
}
