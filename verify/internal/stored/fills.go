package stored

import (
	"math"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// fill gives every number of a value, which is zero before.
type fill struct {
	name string
	do   func(n spec.Network, v numbers, i uint64)
}

// allFills are values to save and load: numbers of all magnitudes, any bits, special numbers in every place by
// turns, zeros.
var allFills = []fill{
	{"numbers of all magnitudes", func(n spec.Network, v numbers, i uint64) {
		rng, _ := trial.Random(n, firstTrial+i)
		for k := range v.layout.len() {
			v.setNumber(k, math.Copysign(rng.Float64()+0.5, rng.Float64()-0.5)*math.Ldexp(1, rng.IntN(60)-40))
		}
		v.count(1<<63 + 1<<53 + 1)
	}},
	{"any bits", func(n spec.Network, v numbers, i uint64) {
		rng, _ := trial.Random(n, firstTrial+i)
		for k := range v.layout.len() {
			for v.set(k, rng.Uint64()); v.number(k) == 0; {
				v.set(k, rng.Uint64())
			}
		}
		v.count(rng.Uint64()>>1 + 1)
	}},
	{"special numbers", specialNumbers},
	{"special numbers in other places", specialNumbers},
	{"zeros", func(spec.Network, numbers, uint64) {}},
}

// firstTrial is where values to store begin among the seeds.
const firstTrial = 1 << 44

// count sets T, where there is one.
func (v numbers) count(updates uint64) {
	if t := v.t(); t != nil {
		*t = updates
	}
}

// specialNumbers puts numbers that are treated apart somewhere into every place. Hyperparameters are finite and not
// 0, lest they be taken for some that are not set.
func specialNumbers(_ spec.Network, v numbers, turn uint64) {
	list := []float64{
		math.Copysign(0, -1), math.NaN(), math.Inf(1), math.Inf(-1), 0, 1, -1, 0.1, 1e-8, 0x1p23 + 1, 0x1p52 + 1, 1e21,
		1e20, 1e-6, 1e-7,
		math.SmallestNonzeroFloat32, math.MaxFloat32, -0x1p-149, 0x1.fffffcp-127, 0x1p-126,
	}
	if v.layout.number.Size() == 8 {
		list = append(list, math.SmallestNonzeroFloat64, math.MaxFloat64, -math.MaxFloat64, 0x1.ffffffffffffep-1023,
			0x1p-1022, 0.30000000000000004)
	}
	for i := range v.layout.len() {
		x := list[(i+int(turn)*7)%len(list)]
		if i < len(v.layout.hyper) && (x == 0 || x-x != 0) {
			x = 0.75
		}
		v.setNumber(i, x)
		if x != x && i%2 == 1 { // a NaN with a payload and a sign
			v.set(i, v.bits(i)|1<<(v.layout.number.Size()*8-1)|0x1234)
		}
	}
	v.count(math.MaxUint64)
}
