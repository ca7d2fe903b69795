package train_test

import (
	"context"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/generated/xor"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/train"
)

type xorOptimizer = train.Optimizer[xor.Xor, xor.XorGrad, float32]

// fitXor trains an xor for an epoch by an optimizer. changed says whether that changed the network.
func fitXor(t *testing.T, o xorOptimizer) (changed bool, err error) {
	t.Helper()
	var net xor.Xor
	net.Init(rand.New(rand.NewPCG(1, 2)).NormFloat64)
	before := net
	trainer := train.New(&net)
	trainer.Optimizer = o
	_, err = trainer.Fit(context.Background(), [][2]float32{{0, 1}, {1, 1}}, [][1]float32{{1}, {0}},
		train.Options{Epochs: 1, Batch: 1, Rate: train.Constant(0.01)})
	return net != before, err
}

// Fit refuses hyperparameters that can only be mistakes, all at once and before anything is changed.
func TestFitRefusesHyperparameters(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	adam := func(change func(o *xor.XorAdam)) xorOptimizer {
		o := xor.NewXorAdam()
		change(o)
		return o
	}
	momentum := func(momentum, dampening, decay float32) xorOptimizer {
		o := xor.NewXorMomentum()
		o.Momentum, o.Dampening, o.WeightDecay = momentum, dampening, decay
		return o
	}
	rmsprop := func(alpha, eps, momentum float32) xorOptimizer {
		o := xor.NewXorRMSprop()
		o.Alpha, o.Eps, o.Momentum = alpha, eps, momentum
		return o
	}
	for _, c := range []struct {
		optimizer xorOptimizer
		want      []string // of each line of the error; none where it is allowed
	}{
		{adam(func(o *xor.XorAdam) { o.Beta1 = 2 }), []string{"Beta1 of Trainer.Optimizer is 2; give at least 0 and less than 1"}},
		{adam(func(o *xor.XorAdam) { o.Beta1 = 1 }), []string{"Beta1 of Trainer.Optimizer is 1;"}},
		{adam(func(o *xor.XorAdam) { o.Beta2 = -1 }), []string{"Beta2 of Trainer.Optimizer is -1;"}},
		{adam(func(o *xor.XorAdam) { o.Beta2 = nan }), []string{"Beta2 of Trainer.Optimizer is NaN;"}},
		{adam(func(o *xor.XorAdam) { o.Eps = inf }), []string{"Eps of Trainer.Optimizer is +Inf;"}},
		{adam(func(o *xor.XorAdam) { o.Eps, o.WeightDecay = -1e-8, -0.1 }), []string{
			"Eps of Trainer.Optimizer is -1e-08;", "WeightDecay of Trainer.Optimizer is -0.1;"}},
		{&xor.XorAdamW{Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, WeightDecay: -1}, []string{"WeightDecay of Trainer.Optimizer is -1;"}},
		{&xor.XorSGD{WeightDecay: -1}, []string{"WeightDecay of Trainer.Optimizer is -1;"}},
		{&xor.XorNesterov{Momentum: -0.9}, []string{"Momentum of Trainer.Optimizer is -0.9;"}},
		{momentum(1.5, 2, nan), []string{"Momentum of Trainer.Optimizer is 1.5;", "Dampening of Trainer.Optimizer is 2;",
			"WeightDecay of Trainer.Optimizer is NaN;"}},
		{momentum(0.9, -inf, 0), []string{"Dampening of Trainer.Optimizer is -Inf;"}},
		{rmsprop(1.5, -1, -1), []string{"Alpha of Trainer.Optimizer is 1.5;", "Eps of Trainer.Optimizer is -1;",
			"Momentum of Trainer.Optimizer is -1;"}},

		{adam(func(o *xor.XorAdam) { o.Beta1, o.Beta2 = 0, 0 }), nil},
		{adam(func(o *xor.XorAdam) { o.Eps = 0 }), nil},
		{adam(func(o *xor.XorAdam) { o.WeightDecay = 100 }), nil},
		{new(xor.XorAdam), nil},
		{momentum(0, 0, 0), nil},
		{momentum(1, 1, 0.1), nil},
		{momentum(0.9, -1, 0), nil},
		{rmsprop(0, 1, 0), nil},
		{&ownOptimizer{Beta1: 2, Eps: -1}, nil}, // whose fields may mean anything
		{&outer{xor.NewXorAdam(), -1}, nil},
	} {
		changed, err := fitXor(t, c.optimizer)
		if c.want == nil {
			if err != nil {
				t.Errorf("%T %+v is refused: %v", c.optimizer, c.optimizer, err)
			}
			continue
		}
		if err == nil || changed {
			t.Errorf("%T, %q: the error is %v, and the network changed: %t", c.optimizer, c.want, err, changed)
			continue
		}
		lines := strings.Split(err.Error(), "\n")
		if len(lines) != len(c.want) {
			t.Errorf("%T: the error is %q, want %q", c.optimizer, lines, c.want)
			continue
		}
		for i, line := range lines {
			if !strings.HasPrefix(line, "train: "+c.want[i]) {
				t.Errorf("%T: the error is %q, want %q", c.optimizer, line, c.want[i])
			}
		}
	}
}

// ownOptimizer is one of the caller's with fields of well-known names.
type ownOptimizer struct{ Beta1, Eps float32 }

func (o *ownOptimizer) Update(p *xor.Xor, g *xor.XorGrad, rate float32) {}

// outer is one of the caller's around an emitted one.
type outer struct {
	*xor.XorAdam
	WeightDecay float32
}

// Every hyperparameter in the catalogue is checked: NaN of it is refused, its default is not.
func TestFitKnowsAllHyperparameters(t *testing.T) {
	made := map[spec.Optimizer]xorOptimizer{
		spec.SGD: xor.NewXorSGD(), spec.Momentum: xor.NewXorMomentum(), spec.Nesterov: xor.NewXorNesterov(),
		spec.RMSprop: xor.NewXorRMSprop(), spec.Adam: xor.NewXorAdam(), spec.AdamW: xor.NewXorAdamW(),
	}
	for _, entry := range spec.Optimizers() {
		o := made[entry.Name]
		if o == nil {
			t.Errorf("xor has no %s", entry.Name)
			continue
		}
		if _, err := fitXor(t, o); err != nil {
			t.Errorf("%s: %v", entry.Name, err)
		}
		for _, p := range entry.Params {
			field := reflect.ValueOf(o).Elem().FieldByName(p.Name)
			was := field.Float()
			field.SetFloat(math.NaN())
			if _, err := fitXor(t, o); err == nil || !strings.Contains(err.Error(), p.Name+" of Trainer.Optimizer is NaN;") {
				t.Errorf("%s: %s is NaN: %v", entry.Name, p.Name, err)
			}
			field.SetFloat(was)
		}
	}
}
