package verify

import (
	"math"
	"math/rand/v2"
)

// strictFill draws numbers for one round.
type strictFill struct {
	name string
	draw func(rng *rand.Rand, all int) float64
	// input draws inputs and targets; nil: draw does.
	input func(rng *rand.Rand, all int) float64
}

// strictFills are kinds of numbers that arithmetic treats apart: every magnitude, so that sums depend on their order;
// few values, so that units tie and zeros have both signs; and special ones, among others or many together.
var strictFills = []strictFill{
	{name: "moderate numbers", draw: func(rng *rand.Rand, _ int) float64 { return rng.NormFloat64() / 2 }},
	{name: "numbers of every magnitude", draw: func(rng *rand.Rand, _ int) float64 {
		return rng.NormFloat64() * math.Ldexp(1, rng.IntN(80)-40)
	}},
	{name: "few values", draw: func(rng *rand.Rand, _ int) float64 {
		return math.Copysign(float64(rng.IntN(2))/2, float64(rng.IntN(2))-0.5)
	}},
	{name: "one special number or two", draw: func(rng *rand.Rand, all int) float64 {
		if rng.IntN(all) < 2 {
			return strictSpecials[rng.IntN(len(strictSpecials))]
		}
		return rng.NormFloat64() / 2
	}},
	{name: "many special numbers", draw: func(rng *rand.Rand, _ int) float64 {
		if rng.IntN(8) == 0 {
			return strictSpecials[rng.IntN(len(strictSpecials))]
		}
		return rng.NormFloat64() / 2
	}},
	// Every product of the first layer is -0, and so is the sum of products alone.
	{
		name: "zeros", draw: func(*rand.Rand, int) float64 { return math.Copysign(0, -1) },
		input: func(*rand.Rand, int) float64 { return 0 },
	},
}

// strictSpecials are numbers that are treated apart somewhere.
var strictSpecials = []float64{
	0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(), math.SmallestNonzeroFloat64, -math.SmallestNonzeroFloat32,
	0x1p-127, -0x1p-1023, 1e4, -1e4, 100, -100, 0x1p127, -0x1p1023, 1, -1, 0.5,
}

// levelTrials is where the trials of levels begin among the seeds, and levelBudget how many parameters all have
// together.
const levelTrials, levelBudget = 1 << 48, 1 << 18
