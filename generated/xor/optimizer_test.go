package xor_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/generated/xor"
)

// settable is an optimizer with the fields of its hyperparameters.
type settable struct {
	optimizer
	fields []*float32
}

// TestHyperparametersOfZero: what was set to 0 after the constructor stays 0, through records and JSON too, and what is
// not set at all takes the defaults.
func TestHyperparametersOfZero(t *testing.T) {
	momentum := func(o *xor.XorMomentum) settable {
		return settable{o, []*float32{&o.Momentum, &o.Dampening, &o.WeightDecay}}
	}
	nesterov := func(o *xor.XorNesterov) settable { return settable{o, []*float32{&o.Momentum, &o.WeightDecay}} }
	rmsprop := func(o *xor.XorRMSprop) settable {
		return settable{o, []*float32{&o.Alpha, &o.Eps, &o.WeightDecay, &o.Momentum}}
	}
	adam := func(o *xor.XorAdam) settable {
		return settable{o, []*float32{&o.Beta1, &o.Beta2, &o.Eps, &o.WeightDecay}}
	}
	adamW := func(o *xor.XorAdamW) settable {
		return settable{o, []*float32{&o.Beta1, &o.Beta2, &o.Eps, &o.WeightDecay}}
	}
	for name, c := range map[string]struct{ zero, built, read func() settable }{
		"momentum": {
			func() settable {
				return momentum(new(xor.XorMomentum))
			}, func() settable { return momentum(xor.NewXorMomentum()) },
			func() settable { return momentum(&xor.XorMomentum{Momentum: 7}) },
		},
		"nesterov": {
			func() settable {
				return nesterov(new(xor.XorNesterov))
			}, func() settable { return nesterov(xor.NewXorNesterov()) },
			func() settable { return nesterov(&xor.XorNesterov{Momentum: 7}) },
		},
		"rmsprop": {
			func() settable {
				return rmsprop(new(xor.XorRMSprop))
			}, func() settable { return rmsprop(xor.NewXorRMSprop()) },
			func() settable { return rmsprop(&xor.XorRMSprop{Alpha: 7}) },
		},
		"adam": {
			func() settable { return adam(new(xor.XorAdam)) }, func() settable { return adam(xor.NewXorAdam()) },
			func() settable { return adam(&xor.XorAdam{Eps: 7}) },
		},
		"adamw": {
			func() settable { return adamW(new(xor.XorAdamW)) }, func() settable { return adamW(xor.NewXorAdamW()) },
			func() settable { return adamW(&xor.XorAdamW{Eps: 7}) },
		},
	} {
		values := func(o settable) (list []float32) {
			for _, f := range o.fields {
				list = append(list, *f)
			}
			return list
		}
		defaults := fmt.Sprint(values(c.built()))
		zeros := fmt.Sprint(make([]float32, len(c.built().fields)))
		for _, how := range []string{"as it is", "by a record", "by JSON"} {
			through := func(o settable) settable {
				v := c.read()
				var err error
				switch how {
				case "as it is":
					return o
				case "by a record":
					var stream bytes.Buffer
					if err = write(&stream, o); err == nil {
						err = read(&stream, v)
					}
				case "by JSON":
					var text []byte
					if text, err = o.MarshalJSON(); err == nil {
						err = v.UnmarshalJSON(text)
					}
				}
				if err != nil {
					t.Fatalf("%s %s: %v", name, how, err)
				}
				return v
			}
			o := through(c.zero())
			o.Update(start(), new(xor.XorGrad), 0.1)
			if got := fmt.Sprint(values(o)); got != defaults {
				t.Errorf("a zero value of %s %s has %s after its first update, want the defaults, %s", name, how, got,
					defaults)
			}
			o = c.built()
			for _, f := range o.fields {
				*f = 0
			}
			o = through(o)
			o.Update(start(), new(xor.XorGrad), 0.1)
			if got := fmt.Sprint(values(o)); got != zeros {
				t.Errorf("%s %s, set to zeros, has %s after its first update", name, how, got)
			}
			o.Reset()
			o = through(o)
			o.Update(start(), new(xor.XorGrad), 0.1)
			if got := fmt.Sprint(values(o)); got != zeros {
				t.Errorf("%s %s, set to zeros and reset, has %s after an update", name, how, got)
			}
		}
	}
	// Without momentum it is plain descent.
	p, q, g := start(), start(), new(xor.XorGrad)
	for i := range g.Flat() {
		g.Flat()[i] = float32(i)
	}
	o := xor.NewXorMomentum()
	o.Momentum = 0
	for range 3 {
		o.Update(p, g, 0.5)
		xor.NewXorSGD().Update(q, g, 0.5)
	}
	if *p != *q {
		t.Errorf("momentum 0 gives %v, descent %v", p, q)
	}
}

// TestForgottenHyperparameters: a literal that sets some fields and forgets one whose default is not 0 is refused, by
// its update and where it is stored; a whole one means what it says.
func TestForgottenHyperparameters(t *testing.T) {
	for want, o := range map[string]optimizer{
		"XorMomentum.Update: a literal leaves Momentum at 0; start from NewXorMomentum() and set fields, to 0 too":      &xor.XorMomentum{WeightDecay: 1},
		"XorNesterov.Update: a literal leaves Momentum at 0; start from NewXorNesterov() and set fields, to 0 too":      &xor.XorNesterov{WeightDecay: 1},
		"XorRMSprop.Update: a literal leaves Alpha or Eps at 0; start from NewXorRMSprop() and set fields, to 0 too":    &xor.XorRMSprop{Alpha: 0.9},
		"XorAdam.Update: a literal leaves Beta1 or Beta2 or Eps at 0; start from NewXorAdam() and set fields, to 0 too": &xor.XorAdam{WeightDecay: 1e-4},
		"XorAdamW.Update: a literal leaves Beta1 or Beta2 or Eps or WeightDecay at 0; start from NewXorAdamW() and set fields, to 0 too": &xor.XorAdamW{
			Beta1: 0.9, Beta2: 0.999, Eps: 1e-8,
		},
	} {
		func() {
			defer func() {
				if got := recover(); got != want {
					t.Errorf("the panic is %v, want %s", got, want)
				}
			}()
			o.Update(start(), new(xor.XorGrad), 0.1)
		}()
		if err := write(new(bytes.Buffer), o); err == nil ||
			!strings.Contains(err.Error(), "start from its constructor and set fields") {
			t.Errorf("stored: %v", err)
		}
	}
	whole := &xor.XorAdam{Beta1: 0.5, Beta2: 0.75, Eps: 1}
	whole.Update(start(), new(xor.XorGrad), 0.1)
	if whole.Beta1 != 0.5 || whole.Beta2 != 0.75 || whole.Eps != 1 || whole.WeightDecay != 0 {
		t.Errorf("a whole literal has become %v %v %v %v", whole.Beta1, whole.Beta2, whole.Eps, whole.WeightDecay)
	}
}
