package train_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/backpropgen/backpropgen/generated/spirals"
	"github.com/backpropgen/backpropgen/generated/xor"
	"github.com/backpropgen/backpropgen/train"
)

// Four samples teach a small network the exclusive or, all of them in one step.
func Example() {
	xs := [][2]float32{{0, 0}, {0, 1}, {1, 0}, {1, 1}}
	ys := [][1]float32{{0}, {1}, {1}, {0}}

	var net xor.Xor
	net.Init(rand.New(rand.NewPCG(1, 2)).NormFloat64)
	_, err := train.New(&net).Fit(context.Background(), xs, ys, train.Options{
		Epochs: 5000, Batch: 4, Rate: train.Constant(4), Seed: 1,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	var ws xor.XorWorkspace
	for _, x := range xs {
		fmt.Printf("%v xor %v = %.1f\n", x[0], x[1], net.Forward(&ws, &x)[0])
	}
	// Output:
	// 0 xor 0 = 0.0
	// 0 xor 1 = 1.0
	// 1 xor 0 = 1.0
	// 1 xor 1 = 0.0
}

// disc is a data set: points of a square, and whether they lie in a disc.
func disc(n int) (xs [][2]float32, ys [][2]float32) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range n {
		x, y := 4*rng.Float32()-2, 4*rng.Float32()-2
		target := [2]float32{1, 0}
		if x*x+y*y < 2 {
			target = [2]float32{0, 1}
		}
		xs, ys = append(xs, [2]float32{x, y}), append(ys, target)
	}
	return xs, ys
}

// An optimizer, gradients no longer than 1, a rate that warms up and falls, a fifth of the data held out, and an end
// when the loss on it has not fallen for ten epochs. The network is left as it was at its lowest.
func ExampleTrainer_Fit() {
	xs, ys := disc(1000)
	var net spirals.Spirals
	net.Init(rand.New(rand.NewPCG(1, 2)).NormFloat64)

	t := train.New(&net)
	t.Optimizer = spirals.NewSpiralsAdam()
	result, err := t.Fit(context.Background(), xs, ys, train.Options{
		Epochs:     100,
		Batch:      32,
		Rate:       train.Cosine(0.01, 5, 100),
		Clip:       1,
		Validation: 0.2,
		Patience:   10,
		Seed:       1,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	first, best := result.Epochs[0], result.Epochs[result.Best]
	fmt.Println("validation loss of the first epoch above 0.5:", first.Validation > 0.5)
	fmt.Println("of the best one below 0.1:", best.Validation < 0.1)
	// Output:
	// validation loss of the first epoch above 0.5: true
	// of the best one below 0.1: true
}

// A training that is broken off goes on, from the parameters and the optimizer it had after an epoch, to the same bits.
func ExampleOptions_start() {
	xs, ys := disc(200)
	options := train.Options{Epochs: 20, Batch: 32, Rate: train.Cosine(0.01, 2, 20), Seed: 1}

	var whole spirals.Spirals
	whole.Init(rand.New(rand.NewPCG(1, 2)).NormFloat64)
	start := whole
	t := train.New(&whole)
	t.Optimizer = spirals.NewSpiralsAdam()
	if _, err := t.Fit(context.Background(), xs, ys, options); err != nil {
		fmt.Println(err)
		return
	}

	broken, adam := start, spirals.NewSpiralsAdam()
	t = train.New(&broken)
	t.Optimizer = adam
	options.OnEpoch = func(e train.Epoch) error {
		if e.Number == 7 {
			return train.ErrStop
		}
		return nil
	}
	if _, err := t.Fit(context.Background(), xs, ys, options); err != nil {
		fmt.Println(err)
		return
	}

	resumed, state := broken, *adam // or from files: both can be saved and loaded
	t = train.New(&resumed)
	t.Optimizer = &state
	options.Start, options.OnEpoch = 7, nil
	if _, err := t.Fit(context.Background(), xs, ys, options); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("the same bits:", resumed == whole)
	// Output:
	// the same bits: true
}

// A training that can be stopped at any time, by a power cut too, goes on from its last epoch when the program runs
// again.
func ExampleTrainer_Load() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "spirals.checkpoint")
	xs, ys := disc(200)

	program := func(last int) error {
		var net spirals.Spirals
		net.Init(rand.New(rand.NewPCG(1, 2)).NormFloat64)
		t := train.New(&net)
		t.Optimizer = spirals.NewSpiralsAdam()
		done, err := t.Load(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		fmt.Println("epochs done before:", done)
		_, err = t.Fit(context.Background(), xs, ys, train.Options{
			Epochs: 20, Batch: 32, Rate: train.Cosine(0.01, 2, 20), Seed: 1,
			Start: done,
			OnEpoch: func(e train.Epoch) error {
				if err := t.Save(path, e.Number); err != nil || e.Number < last {
					return err
				}
				return train.ErrStop
			},
		})
		return err
	}
	for _, last := range []int{7, 20} {
		if err := program(last); err != nil {
			fmt.Println(err)
			return
		}
	}
	// Output:
	// epochs done before: 0
	// epochs done before: 7
}

// Metrics after every epoch, on the part of the data that is held out, and the confusion matrix at the end.
func ExampleTrainer_Report() {
	xs, ys := disc(1000)
	var net spirals.Spirals
	net.Init(rand.New(rand.NewPCG(1, 2)).NormFloat64)
	t := train.New(&net)
	t.Optimizer = spirals.NewSpiralsAdam()
	t.Report("accuracy", train.Accuracy)
	t.Report("error", train.MAE)
	result, err := t.Fit(context.Background(), xs, ys, train.Options{
		Epochs: 40, Batch: 32, Rate: train.Constant(0.01), Validation: 0.2, Seed: 1,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	last := result.Epochs[len(result.Epochs)-1]
	fmt.Println("accuracy above 0.95:", last.Metric("accuracy") > 0.95)
	fmt.Println("error below 0.1:", last.Metric("error") < 0.1)

	out := make([][2]float32, len(xs))
	var b spirals.SpiralsBatch
	net.ForwardBatch(&b, xs, out)
	matrix, err := train.Confuse(out, ys, "outside", "inside")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("most of what is inside is found:", matrix.Counts[1][1] > 9*matrix.Counts[1][0])
	// Output:
	// accuracy above 0.95: true
	// error below 0.1: true
	// most of what is inside is found: true
}

// A matrix as it is printed.
func ExampleConfuse() {
	outputs := [][3]float32{{0.9, 0.1, 0}, {0.2, 0.7, 0.1}, {0.1, 0.3, 0.6}, {0.1, 0.6, 0.3}}
	targets := [][3]float32{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {0, 0, 1}}
	matrix, err := train.Confuse(outputs, targets, "setosa", "versicolor", "virginica")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(matrix)
	fmt.Println(matrix.Accuracy())
	// Output:
	// true\predicted  setosa  versicolor  virginica   recall
	// setosa               1           ·          ·  100.0 %
	// versicolor           ·           1          ·  100.0 %
	// virginica            ·           1          1   50.0 %
	// 0.75
}

// A NaN among the data ends the training before it reaches the parameters.
func ExampleNotFiniteError() {
	xs, ys := disc(200)
	var nan float32
	xs[17][1] = nan / nan
	var net spirals.Spirals
	net.Init(rand.New(rand.NewPCG(1, 2)).NormFloat64)
	_, err := train.New(&net).Fit(context.Background(), xs, ys, train.Options{
		Epochs: 20, Batch: 200, Rate: train.Constant(0.1), Seed: 1,
	})
	fmt.Println(err)
	// Output:
	// train: epoch 1, step 1: input 1 of sample 17 is NaN; repair the sample or leave it out
}
