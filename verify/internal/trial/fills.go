package trial

import (
	"math"
	"math/rand/v2"
)

// Fill draws numbers for one round.
type Fill struct {
	Name string
	Draw func(rng *rand.Rand, all int) float64
	// Input draws inputs and targets; nil: Draw does.
	Input func(rng *rand.Rand, all int) float64
}

// Fills are kinds of numbers that arithmetic treats apart: every magnitude, so that sums depend on their order;
// few values, so that units tie and zeros have both signs; and special ones, among others or many together.
var Fills = []Fill{
	{Name: "moderate numbers", Draw: func(rng *rand.Rand, _ int) float64 { return rng.NormFloat64() / 2 }},
	{Name: "numbers of every magnitude", Draw: func(rng *rand.Rand, _ int) float64 {
		return rng.NormFloat64() * math.Ldexp(1, rng.IntN(80)-40)
	}},
	{Name: "few values", Draw: func(rng *rand.Rand, _ int) float64 {
		return math.Copysign(float64(rng.IntN(2))/2, float64(rng.IntN(2))-0.5)
	}},
	{Name: "one special number or two", Draw: func(rng *rand.Rand, all int) float64 {
		if rng.IntN(all) < 2 {
			return specials[rng.IntN(len(specials))]
		}
		return rng.NormFloat64() / 2
	}},
	{Name: "many special numbers", Draw: func(rng *rand.Rand, _ int) float64 {
		if rng.IntN(8) == 0 {
			return specials[rng.IntN(len(specials))]
		}
		return rng.NormFloat64() / 2
	}},
	// Every product of the first layer is -0, and so is the sum of products alone.
	{
		Name: "zeros", Draw: func(*rand.Rand, int) float64 { return math.Copysign(0, -1) },
		Input: func(*rand.Rand, int) float64 { return 0 },
	},
}

// specials are numbers that are treated apart somewhere.
var specials = []float64{
	0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(), math.SmallestNonzeroFloat64,
	-math.SmallestNonzeroFloat32,
	0x1p-127, -0x1p-1023, 1e4, -1e4, 100, -100, 0x1p127, -0x1p1023, 1, -1, 0.5,
}

// LevelTrials is where the trials of levels begin among the seeds, and LevelBudget how many parameters all have
// together.
const LevelTrials, LevelBudget = 1 << 48, 1 << 18
