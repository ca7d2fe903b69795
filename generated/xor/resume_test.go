package xor_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"testing"

	"github.com/backpropgen/backpropgen/generated/xor"
)

// The samples of exclusive or.
var (
	inputs  = [][2]float32{{0, 0}, {0, 1}, {1, 0}, {1, 1}}
	targets = [][1]float32{{0}, {1}, {1}, {0}}
)

// optimizer is what training needs of one, and what lasts of it.
type optimizer interface {
	Update(p *xor.Xor, g *xor.XorGrad, rate float32)
	Reset()
	io.WriterTo
	io.ReaderFrom
	json.Marshaler
	json.Unmarshaler
}

// optimizers makes each of them anew, with hyperparameters of its own.
var optimizers = map[string]func() optimizer{
	"sgd":              func() optimizer { return &xor.XorSGD{WeightDecay: 1e-3} },
	"momentum":         func() optimizer { return &xor.XorMomentum{Momentum: 0.8, Dampening: 0.1} },
	"nesterov":         func() optimizer { return xor.NewXorNesterov() },
	"rmsprop":          func() optimizer { return xor.NewXorRMSprop() },
	"rmsprop momentum": func() optimizer { return &xor.XorRMSprop{Alpha: 0.9, Eps: 1e-6, Momentum: 0.5} },
	"adam":             func() optimizer { return new(xor.XorAdam) },
	"adamw":            func() optimizer { return xor.NewXorAdamW() },
}

// train takes steps from one number to another; what it does at a step depends on nothing else.
func train(p *xor.Xor, o optimizer, from, to int) {
	var ws xor.XorWorkspace
	var g xor.XorGrad
	for step := from; step < to; step++ {
		i := step * 7 % len(inputs)
		p.Grad(&ws, &inputs[i], &targets[i], &g)
		g.Clip(0.5)
		o.Update(p, &g, 0.05)
	}
}

// start is a network to train.
func start() *xor.Xor {
	p, x := new(xor.Xor), 0.25
	p.Init(func() float64 { x = 3.9 * x * (1 - x); return 2*x - 1 })
	return p
}

// TestResume interrupts training after every few steps, writes parameters and optimizer to one stream, and goes on with
// what is read from it: the outcome has the same bits as without interruptions.
func TestResume(t *testing.T) {
	for name, fresh := range optimizers {
		want, o := start(), fresh()
		train(want, o, 0, 200)
		for _, every := range []int{1, 7, 100, 199} {
			p, o := start(), fresh()
			for step := 0; step < 200; step += every {
				train(p, o, step, min(step+every, 200))
				var stream bytes.Buffer
				if err := write(&stream, p, o); err != nil {
					t.Fatal(err)
				}
				p, o = new(xor.Xor), fresh()
				o.Reset()
				if err := read(&stream, p, o); err != nil || stream.Len() != 0 {
					t.Fatal(err, stream.Len())
				}
			}
			if *p != *want {
				t.Errorf("%s, interrupted every %d steps: %v, without interruptions %v", name, every, p, want)
			}
		}
		p, o := start(), fresh()
		train(p, o, 0, 100)
		text, err := json.Marshal([]any{p, o})
		if err != nil {
			t.Fatal(err)
		}
		p, o = new(xor.Xor), fresh()
		if err := json.Unmarshal(text, &[]any{p, o}); err != nil {
			t.Fatal(err)
		}
		if train(p, o, 100, 200); *p != *want {
			t.Errorf("%s, by way of JSON: %v, want %v", name, p, want)
		}
	}
}

func write(w io.Writer, values ...io.WriterTo) error {
	for _, v := range values {
		if _, err := v.WriteTo(w); err != nil {
			return err
		}
	}
	return nil
}

func read(r io.Reader, values ...io.ReaderFrom) error {
	for _, v := range values {
		if _, err := v.ReadFrom(r); err != nil {
			return err
		}
	}
	return nil
}

// A checkpoint is parameters and optimizer, one behind the other.
func Example_checkpoint() {
	net, opt := start(), xor.NewXorAdam()
	train(net, opt, 0, 100)

	var file bytes.Buffer // or an *os.File
	if err := write(&file, net, opt); err != nil {
		fmt.Println(err)
	}
	var again xor.Xor
	var state xor.XorAdam
	if err := read(&file, &again, &state); err != nil {
		fmt.Println(err)
	}
	fmt.Println(again == *net, state.T)
	fmt.Println(state.UnmarshalBinary([]byte("something else")))
	// Output:
	// true 100
	// Xor: the data are not a stored network: they begin with other bytes
}
