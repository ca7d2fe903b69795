package verify

import (
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/verifytest"
)

// checkNaive judges the naive optimizer of a name.
func checkNaive[F Float](n spec.Network, name string, flaw flaw) *Report {
	o := Options{}
	switch name {
	case "sgd":
		return CheckOptimizer(n, name, newSGD[F], sgdUpdate[F](flaw), o)
	case "momentum":
		return CheckOptimizer(n, name, newMomentum[F], momentumUpdate[F](flaw), o)
	case "nesterov":
		return CheckOptimizer(n, name, newNesterov[F], nesterovUpdate[F](flaw), o)
	case "rmsprop":
		return CheckOptimizer(n, name, newRMSprop[F], rmspropUpdate[F](flaw), o)
	case "adamw":
		return CheckOptimizer(n, name, newAdamW[F], adamUpdate[F](true, flaw), o)
	}
	return CheckOptimizer(n, name, newAdam[F], adamUpdate[F](false, flaw), o)
}

// TestRightOptimizers: right ones are accepted, in every usual order of operations, and their errors are not far below
// the bounds, so that mistakes would be above.
func TestRightOptimizers(t *testing.T) {
	for _, c := range []struct {
		name string
		flaw flaw
	}{
		{"sgd", none}, {"momentum", none}, {"nesterov", none}, {"rmsprop", none},
		{"adam", none}, {"adam", "by differences"}, {"adam", "corrected first"},
		{"adamw", none}, {"adamw", "corrected first"},
	} {
		t.Run(c.name+" "+string(c.flaw), func(t *testing.T) {
			for _, r := range []*Report{
				checkNaive[float32](twoThreeTwo(spec.Float32), c.name, c.flaw),
				checkNaive[float64](twoThreeTwo(spec.Float64), c.name, c.flaw),
			} {
				if err := r.Err(); err != nil {
					t.Error(err)
				}
				for _, a := range r.Accuracies {
					if a.Fraction < 0.05 && a.Fraction > 0 {
						t.Errorf("%s: the largest error is %.2g of its bound: the bound is too wide to find mistakes",
							a.Quantity, a.Fraction)
					}
				}
			}
		})
	}
	TestOptimizer(t, string(twoThreeTwo(spec.Float32).JSON()), "adam", newAdam[float32],
		adamUpdate[float32](false, none))
}

func TestOptimizerMutants(t *testing.T) {
	for _, m := range []mutant{
		{"no decay", "sgd", "W1[", "off by", ""},
		{"decay of sign", "sgd", "b2[", "off by", ""},
		{"writes g", "sgd", "g", "written", ""},
		{"skips the last", "sgd", "b2[1]", "off by", ""},
		{"off by 1e-5", "sgd", "W1[", "off by", ""},
		{"allocates", "sgd", "allocations", "per call", ""},
		{"NaN hides", "sgd", "p", "must not hide", ""},
		{"NaN spreads", "sgd", "p", "NaN in element 8 changes element 9", ""},
		{"0 is the default", "momentum", "Momentum", "changed from 0 to 0.", ""},
		{"first hyperparameters", "momentum", "V.W1[", "set to [0 0 0] between updates", ""},
		{"first update dampened", "momentum", "V.W1[", "update 0 of", ""},
		{"dampening forgotten", "momentum", "V.W1[", "off by", ""},
		{"rate in the state", "momentum", "V.W1[", "off by", ""},
		{"zero value stays", "nesterov", "Momentum", "a zero value has 0 after its first update", ""},
		{"not ahead", "nesterov", "W1[", "off by", ""},
		{"ahead of the old", "nesterov", "W1[", "off by", ""},
		{"ε under the root", "rmsprop", "W1[", "off by", ""},
		{"ε forgotten", "rmsprop", "W1[", "got", ""},
		{"rate in the state", "rmsprop", "V.W1[", "off by", ""},
		{"counts twice", "rmsprop", "T", "2 after 0", ""},
		{"defaults after updates", "adam", "Beta1", "changed from 0 to 0.", ""},
		{"t from 0", "adam", "W1[", "off by", ""},
		{"ε before correction", "adam", "W1[", "off by", ""},
		{"no correction", "adam", "W1[", "off by", ""},
		{"hidden state", "adam", "state", "gave another p, in element 3", ""},
		{"decay without the rate", "adamw", "W1[", "off by", ""},
	} {
		t.Run(string(m.flaw)+" "+m.call, func(t *testing.T) {
			m.judged(t, checkNaive[float32](twoThreeTwo(spec.Float32), m.call, m.flaw))
			m.judged(t, checkNaive[float64](twoThreeTwo(spec.Float64), m.call, m.flaw))
		})
	}
	// In float32 a power of β is wrong in its last digits only, which 1 - βᵗ then begins with.
	mutant{"powers in float32", "adam", "W1[", "off by", ""}.judged(t,
		checkNaive[float32](twoThreeTwo(spec.Float32), "adam", "powers in float32"))
}

// Momentum with mistakes in Reset, and none at all.
type (
	keepsCount    struct{ momentumState[float32] }
	keepsVelocity struct{ momentumState[float32] }
	resetsAll     struct{ momentumState[float32] }
	noReset       struct {
		Momentum, Dampening, WeightDecay float32
		T                                uint64
		V                                grad232[float32]
	}
)

func (s *keepsCount) Reset()    { s.V = grad232[float32]{} }
func (s *keepsVelocity) Reset() { s.T = 0 }
func (s *resetsAll) Reset()     { s.momentumState = momentumState[float32]{} }

// momentumOf judges a momentum whose update is right.
func momentumOf[S any](state func(*S) *momentumState[float32]) *Report {
	return CheckOptimizer(twoThreeTwo(spec.Float32), "momentum", func() *S {
		s := new(S)
		state(s).Momentum = 0.9
		return s
	}, func(s *S, p *params232[float32], g *grad232[float32], rate float32) {
		momentumUpdate[float32](none)(state(s), p, g, rate)
	}, Options{})
}

// TestReset: Reset must forget the count, the arrays and what else there is, and leave the hyperparameters.
func TestReset(t *testing.T) {
	for want, r := range map[string]*Report{
		"T: is 2; it must be 0": momentumOf(func(s *keepsCount) *momentumState[float32] { return &s.momentumState }),
		"V: element 0 is NaN; it": momentumOf(func(s *keepsVelocity) *momentumState[float32] {
			return &s.momentumState
		}),
		"hyperparameters stay": momentumOf(func(s *resetsAll) *momentumState[float32] { return &s.momentumState }),
		"must have a method Reset": CheckOptimizer(twoThreeTwo(spec.Float32), "momentum",
			func() *noReset { return new(noReset) }, func(*noReset, *params232[float32], *grad232[float32], float32) {},
			Options{}),
		"same optimizer twice": CheckOptimizer(twoThreeTwo(spec.Float32), "momentum",
			func() *momentumState[float32] { return sharedMomentum }, momentumUpdate[float32](none), Options{}),
	} {
		if err := r.Err(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want a message with %q", err, want)
		}
	}
}

var sharedMomentum = newMomentum[float32]()

// hyperOnly is an Adam without memory.
type hyperOnly struct{ Beta1, Beta2, Eps, WeightDecay float32 }

// TestOptimizerMisfits: a state without the fields of its optimizer is refused.
func TestOptimizerMisfits(t *testing.T) {
	n := twoThreeTwo(spec.Float32)
	for want, r := range map[string]*Report{
		"must have a field Momentum that is a float32": CheckOptimizer(n, "momentum", newSGD[float32],
			sgdUpdate[float32](none), Options{}),
		"must have a field M that is laid out": CheckOptimizer(n, "adam", func() *hyperOnly { return nil },
			func(*hyperOnly, *params232[float32], *grad232[float32], float32) {}, Options{}),
		"must be 22 × float32": CheckOptimizer(verifytest.Build("mse", spec.Float32, []int{2, 4, 2}, "tanh",
			"tanh"), "sgd", newSGD[float32], sgdUpdate[float32](none), Options{}),
		"no rule for the optimizer": CheckOptimizer(n, "adagrad", newSGD[float32], sgdUpdate[float32](none), Options{}),
		"is nil": CheckOptimizer[sgdState[float32], params232[float32], grad232[float32]](n, "sgd",
			nil, sgdUpdate[float32](none), Options{}),
	} {
		if err := r.Err(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want a message with %q", err, want)
		}
	}
}
