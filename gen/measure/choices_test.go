package measure

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/backpropgen/backpropgen/gen/internal/gentest"
	"github.com/backpropgen/backpropgen/spec"
)

var (
	measureAll = flag.Bool("measure", false, "measure the variants of many networks on this machine")
	long       = flag.Duration("time", 4*time.Second, "with -measure: how long each network is measured")
	only       = flag.String("only", "", "with -measure: only the networks whose names match")
	batches    = flag.Bool("batches", true, "with -measure: also the functions of batches")
	drawn      = flag.Int("drawn", 0, "with -measure: so many networks that are drawn from -seed, and no others")
)

// shape is a network of some widths, the first one that of the input.
func shape(name string, precision spec.Precision, activations []string, cost string, widths ...int) spec.Network {
	n := spec.Network{Name: name, Precision: precision, Input: widths[0], Cost: spec.Function{Name: cost}}
	for i, a := range activations {
		n.Layers = append(n.Layers, gentest.Act(widths[i+1], a))
	}
	return n
}

// shapes are networks of sizes at which something changes: what fits in a cache, how full the last register of a row
// is, how many rows there are.
func shapes() []spec.Network {
	const ce, mse = "cross-entropy", "mse"
	classes := func(name string, widths ...int) spec.Network {
		var a []string
		for range widths[2:] {
			a = append(a, "relu")
		}
		return shape(name, spec.Float32, append(a, "softmax"), ce, widths...)
	}
	t := []string{"tanh", "tanh", "identity"}
	list := []spec.Network{
		classes("Mid", 256, 256, 10), classes("Big", 512, 512, 512, 10), classes("Uneven", 99, 77, 7),
		classes("Large", 1000, 300, 10), classes("Tall", 40, 700, 5), classes("Flat", 3000, 12, 3),
		shape("Narrow", spec.Float32, t, mse, 100, 20, 20, 1), shape("Policy", spec.Float32, t, mse, 17, 64, 64, 6),
		shape("Odd", spec.Float32, t, mse, 33, 21, 13, 3), shape("One", spec.Float32, t[2:], mse, 50, 1),
		shape("Deep", spec.Float32, []string{"tanh", "tanh", "tanh", "tanh", "tanh", "tanh", "identity"}, mse,
			16, 16, 16, 16, 16, 16, 16, 4),
	}
	doubles := classes("Doubles", 64, 64, 10)
	doubles.Precision = spec.Float64
	middle := classes("Wide64", 200, 150, 10)
	middle.Precision = spec.Float64
	return append(list, doubles, middle)
}

// TestChoices measures the variants of all functions of many networks, with -measure, and says where what runs on this
// machine is not the best. It takes minutes, and asserts nothing of times.
//
//	go test ./gen/measure -run Choices -measure -v -timeout 60m
//	go test ./gen/measure -run Choices -measure -batches=false -drawn 20 -seed 1 -v -timeout 60m
func TestChoices(t *testing.T) {
	if !*measureAll {
		t.Skip("times are taken with -measure only")
	}
	var networks []spec.Network
	for _, name := range []string{"xor", "iris", "control", "digits", "pixels"} {
		path := filepath.Join(gentest.Root(t), "generated", name, name+".yaml")
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		n, err := spec.Decode(path, data)
		if err != nil {
			t.Fatal(err)
		}
		networks = append(networks, n)
	}
	networks = append(networks, shapes()...)
	if *drawn > 0 {
		networks = gentest.DrawShapes(*gentest.Seed, *drawn)
	}
	functions, right := 0, 0
	for _, n := range networks {
		if ok, err := regexp.MatchString(*only, n.Name); err != nil {
			t.Fatal(err)
		} else if !ok {
			continue
		}
		if !*batches {
			n.Emit = []spec.Part{spec.EmitForward, spec.EmitGrad, spec.EmitStep}
		}
		r, err := Run(context.Background(), n, Options{Time: *long})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("\n%v", r)
		for _, f := range r.Functions {
			if functions++; f.Lost() <= Tolerance {
				right++
			}
		}
	}
	t.Logf("what runs is within %d %% of the best in %d of %d functions, %.0f %%", Tolerance, right, functions,
		100*float64(right)/float64(functions))
}
