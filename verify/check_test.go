package verify

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
	"github.com/backpropgen/backpropgen/verify/internal/verifytest"
)

// TestMisfits: a kernel that does not fit its network is refused before any of its memory is touched.
func TestMisfits(t *testing.T) {
	k := kernel232[float32](none)
	noStep, noInputGrad, noBatch, noClip := k, k, k, k
	noStep.Step, noInputGrad.InputGrad, noBatch.StepBatch, noClip.Clip = nil, nil, nil, nil
	wider := verifytest.Build("mse", spec.Float32, []int{2, 4, 2}, "sigmoid", "sigmoid")
	pair := verifytest.Build("mse", spec.Float32, []int{2, 3, 2}, "sigmoid", "sigmoid")
	noLayers := pair
	noLayers.Layers = nil
	counted := Kernel[struct {
		params232[float32]
		Count int32
	}, grad232[float32], work232[float32], naiveBatch[work232[float32], grad232[float32]], [2]float32, [2]float32,
		float32]{}

	for _, c := range []struct {
		name   string
		report *Report
		want   string
	}{
		{"precision", Check(twoThreeTwo(spec.Float64), k, Options{}), "computes in float32, the spec says float64"},
		{
			"size", Check(wider, k, Options{}),
			"parameters type verify.params232[float32] (68 bytes) must be 22 × float32",
		},
		{"integer among parameters", Check(pair, counted, Options{}), "must be 17 × float32 and nothing else"},
		{"missing function", Check(twoThreeTwo(spec.Float32), noStep, Options{}), "kernel's Step is nil"},
		{"missing batch function", Check(twoThreeTwo(spec.Float32), noBatch, Options{}), "kernel's StepBatch is nil"},
		{"missing function of gradients", Check(twoThreeTwo(spec.Float32), noClip, Options{}), "kernel's Clip is nil"},
		{
			"missing input gradient", Check(twoThreeTwo(spec.Float32), noInputGrad, Options{}),
			"kernel's InputGrad is nil",
		},
		{"invalid network", Check(noLayers, k, Options{}), "layer"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.report.Err()
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want a message with %q", err, c.want)
			}
			if len(c.report.Failures) != 1 || c.report.Failures[0].Call != "Kernel" {
				t.Errorf("failures %v, want one of Kernel", c.report.Failures)
			}
		})
	}
}

// tb records what Test says; every other method is of the test itself.
type tb struct {
	testing.TB
	said   []string
	failed bool
}

type fatal struct{}

func (t *tb) Helper()                      {}
func (t *tb) Log(args ...any)              { t.said = append(t.said, fmt.Sprint(args...)) }
func (t *tb) Error(args ...any)            { t.failed = true; t.Log(args...) }
func (t *tb) Errorf(f string, args ...any) { t.failed = true; t.Log(fmt.Sprintf(f, args...)) }
func (t *tb) Fatalf(f string, args ...any) { t.Errorf(f, args...); panic(fatal{}) }

func TestTest(t *testing.T) {
	says := func(network string, k Kernel[params232[float32], grad232[float32], work232[float32],
		naiveBatch[work232[float32], grad232[float32]], [2]float32, [2]float32, float32]) (text string, failed bool) {
		r := &tb{TB: t}
		defer func() {
			if v := recover(); v != nil && v != any(fatal{}) {
				panic(v)
			}
			text, failed = strings.Join(r.said, "\n"), r.failed
		}()
		Test(r, network, k)
		return "", false
	}
	network := string(twoThreeTwo(spec.Float32).JSON())

	text, failed := says(network, kernel232[float32](none))
	if failed || !strings.Contains(text, "Net: ") || !strings.Contains(text, "∂L/∂W2 0.") {
		t.Errorf("right kernel: failed %v, said %s", failed, text)
	}
	text, failed = says(network, kernel232[float32]("wrong sign"))
	if !failed || !strings.Contains(text, "Grad: ∂L/∂W2[") || !strings.Contains(text, "more elements") {
		t.Errorf("wrong kernel: failed %v, said %s", failed, text)
	}
	text, failed = says("{", kernel232[float32](none))
	if !failed || !strings.Contains(text, "does not decode") {
		t.Errorf("wrong spec: failed %v, said %s", failed, text)
	}
}

// TestReproducible: the trials depend on the spec alone, and two networks do not share them.
func TestReproducible(t *testing.T) {
	o := Options{Trials: len(trial.Kinds)}
	a := Check(twoThreeTwo(spec.Float32), kernel232[float32]("one weight off by 1e-3"), o)
	b := Check(twoThreeTwo(spec.Float32), kernel232[float32]("one weight off by 1e-3"), o)
	if a.Err().Error() != b.Err().Error() || a.String() != b.String() {
		t.Errorf("two runs differ:\n%v\n%v", a.Err(), b.Err())
	}
	if other := Check(twoThreeTwo(spec.Float64), kernel232[float64](none), o); other.Seed == a.Seed {
		t.Errorf("two networks have seed %s", a.Seed)
	}
}

// TestSamplesAreExact: every number of a sample is one of the precision, and targets of softmax with
// cross-entropy sum to exactly 1 in it.
func TestSamplesAreExact(t *testing.T) {
	for _, n := range verifytest.EveryPair(t, spec.Float32) {
		for i := range len(trial.Kinds) {
			s := drawn(t, n, i)
			var sum float32
			for _, v := range s.Y {
				sum += float32(v)
			}
			if n.Cost.Name == "cross-entropy" && n.Layers[n.Depth()-1].Activation.Name == "softmax" && sum != 1 {
				t.Errorf("%s: targets %v sum to %v", verifytest.Title(n), s.Y, sum)
			}
			for _, v := range append(append(append([]float64{s.Rate}, s.Params...), s.X...), s.Y...) {
				if float64(float32(v)) != v || math.IsNaN(v) || math.IsInf(v, 0) {
					t.Fatalf("%s: %v is no finite float32", verifytest.Title(n), v)
				}
			}
		}
	}
}
