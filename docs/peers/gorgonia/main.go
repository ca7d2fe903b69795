// Command gorgonia times training steps of a 64-64-10 network (relu, softmax, cross-entropy) in gorgonia, to compare
// generated/digits with. It is a module of its own, so that nothing else needs gorgonia. From this folder:
//
//	go run .
//
// It prints the least time for one sample of many short measurements, so other programs may run meanwhile.
package main

import (
	"fmt"
	"log"
	"math/rand/v2"
	"runtime"
	"time"

	g "gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

func main() {
	runtime.GOMAXPROCS(1)
	const batch = 256
	for _, samples := range []int{1, batch} {
		step, err := newStep(samples)
		if err != nil {
			log.Fatal(err)
		}
		least := time.Duration(1 << 62)
		for begin := time.Now(); time.Since(begin) < 3*time.Second; {
			start := time.Now()
			for range 5 {
				if err := step(); err != nil {
					log.Fatal(err)
				}
			}
			least = min(least, time.Since(start)/5)
		}
		fmt.Printf("step on %3d samples: %9.1f ns a sample\n", samples, float64(least)/float64(samples))
	}
}

// newStep builds the graph of the loss of a number of samples and returns a function that takes one step of gradient
// descent on them.
func newStep(samples int) (func() error, error) {
	graph := g.NewGraph()
	weights := func(name string, inputs, outputs int) *g.Node {
		return g.NewMatrix(graph, g.Float32, g.WithShape(inputs, outputs), g.WithName(name), g.WithInit(g.GlorotU(1)))
	}
	biases := func(name string, outputs int) *g.Node {
		return g.NewMatrix(graph, g.Float32, g.WithShape(1, outputs), g.WithName(name), g.WithInit(g.Zeroes()))
	}
	w1, b1, w2, b2 := weights("w1", 64, 64), biases("b1", 64), weights("w2", 64, 10), biases("b2", 10)
	x := g.NewMatrix(graph, g.Float32, g.WithShape(samples, 64), g.WithName("x"), g.WithValue(inputs(samples)))
	y := g.NewMatrix(graph, g.Float32, g.WithShape(samples, 10), g.WithName("y"), g.WithValue(targets(samples)))

	a1, err := dense(x, w1, b1, samples, g.Rectify)
	if err != nil {
		return nil, err
	}
	a2, err := dense(a1, w2, b2, samples, func(z *g.Node) (*g.Node, error) { return g.SoftMax(z) })
	if err != nil {
		return nil, err
	}
	loss, err := crossEntropy(a2, y)
	if err != nil {
		return nil, err
	}
	learned := g.Nodes{w1, b1, w2, b2}
	if _, err := g.Grad(loss, learned...); err != nil {
		return nil, err
	}
	machine := g.NewTapeMachine(graph, g.BindDualValues(learned...))
	solver := g.NewVanillaSolver(g.WithLearnRate(1e-4))
	return func() error {
		if err := machine.RunAll(); err != nil {
			return err
		}
		if err := solver.Step(g.NodesToValueGrads(learned)); err != nil {
			return err
		}
		machine.Reset()
		return nil
	}, nil
}

// dense is activation(x·W + b). Gorgonia does not broadcast the biases to a batch of one.
func dense(x, w, b *g.Node, samples int, activation func(*g.Node) (*g.Node, error)) (*g.Node, error) {
	z, err := g.Mul(x, w)
	if err != nil {
		return nil, err
	}
	if samples == 1 {
		z, err = g.Add(z, b)
	} else {
		z, err = g.BroadcastAdd(z, b, nil, []byte{0})
	}
	if err != nil {
		return nil, err
	}
	return activation(z)
}

// crossEntropy is −Σ y·log a.
func crossEntropy(a, y *g.Node) (*g.Node, error) {
	logs, err := g.Log(a)
	if err != nil {
		return nil, err
	}
	products, err := g.HadamardProd(logs, y)
	if err != nil {
		return nil, err
	}
	sum, err := g.Sum(products)
	if err != nil {
		return nil, err
	}
	return g.Neg(sum)
}

// inputs are numbers from 0 to 1.
func inputs(samples int) *tensor.Dense {
	numbers := make([]float32, 64*samples)
	for i := range numbers {
		numbers[i] = rand.Float32()
	}
	return tensor.New(tensor.WithShape(samples, 64), tensor.WithBacking(numbers))
}

// targets have a 1 for each sample's class.
func targets(samples int) *tensor.Dense {
	numbers := make([]float32, 10*samples)
	for i := range samples {
		numbers[10*i+rand.IntN(10)] = 1
	}
	return tensor.New(tensor.WithShape(samples, 10), tensor.WithBacking(numbers))
}
