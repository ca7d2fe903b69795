// Package examples has the code that the pages of docs quote. What stands between two lines "region NAME" and
// "endregion" is on the page under the mark "example NAME". It is compiled and run as tests, so that it stays true.
package examples

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/backpropgen/backpropgen/generated/iris"
	"github.com/backpropgen/backpropgen/generated/spirals"
	"github.com/backpropgen/backpropgen/train"
)

func TestUse(t *testing.T) {
	x, y := [4]float32{5.1, 3.5, 1.4, 0.2}, [3]float32{1, 0, 0}
	// region Use
	var net iris.Iris
	var ws iris.IrisWorkspace                         // one per goroutine
	net.Init(rand.New(rand.NewPCG(1, 2)).NormFloat64) // draws the weights
	loss := net.Step(&ws, &x, &y, 0.05)               // one step of gradient descent, in place
	probabilities := net.Forward(&ws, &x)             // *[3]float32, inside ws
	fmt.Println(loss, probabilities)
	// endregion
}

// samples are n samples of the two spirals' network, drawn at random.
func samples(n int) (xs, ys [][2]float32) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range n {
		xs = append(xs, [2]float32{rng.Float32(), rng.Float32()})
		ys = append(ys, [2]float32{1, 0})
	}
	return xs, ys
}

func newNet() *spirals.Spirals {
	var net spirals.Spirals
	net.Init(rand.New(rand.NewPCG(1, 2)).NormFloat64)
	return &net
}

func TestOptimizer(t *testing.T) {
	net, xs, ys := newNet(), [][2]float32{{1, 2}}, [][2]float32{{1, 0}}
	var ws spirals.SpiralsWorkspace
	var b spirals.SpiralsBatch
	// region Optimizer
	opt := spirals.NewSpiralsAdam()
	var g spirals.SpiralsGrad
	net.Grad(&ws, &xs[0], &ys[0], &g)
	g.Clip(1) // now at most 1 long
	opt.Update(net, &g, 0.001)

	loss := opt.StepBatch(net, &b, xs, ys, 0.001) // one step on the sum over many samples
	// endregion
	if !(loss >= 0) {
		t.Errorf("the loss is %v", loss)
	}
}

func TestBatch(t *testing.T) {
	net := newNet()
	xs, ys := samples(64)
	// region Batch
	var b spirals.SpiralsBatch                              // one per goroutine
	sum := net.StepBatch(&b, xs, ys, 0.05/float32(len(xs))) // a step on the mean loss

	team := spirals.NewSpiralsTeam(runtime.GOMAXPROCS(0)) // its workers are goroutines, until Close
	defer team.Close()
	after := team.StepBatch(net, xs, ys, 0.05/float32(len(xs))) // the same on all cores
	// endregion
	if !(after < sum) {
		t.Errorf("a step took the loss from %v to %v", sum, after)
	}
}

func TestFit(t *testing.T) {
	ctx, net := context.Background(), newNet()
	xs, ys := samples(64)
	team := spirals.NewSpiralsTeam(2)
	defer team.Close()
	// region Fit
	t1 := train.New(net)
	t1.Optimizer = spirals.NewSpiralsAdam() // needs optimizers: [adam]; without one it is gradient descent
	t1.Team = team                          // all cores; without one it is the goroutine that calls Fit
	result, err := t1.Fit(ctx, xs, ys, train.Options{
		Epochs: 40, Batch: 32, Rate: train.Cosine(0.01, 2, 40), Validation: 0.2, Patience: 5, Seed: 1,
	})
	// endregion
	if err != nil || len(result.Epochs) == 0 {
		t.Error(err)
	}
}

func TestSave(t *testing.T) {
	net, opt := newNet(), spirals.NewSpiralsAdam()
	file := new(bytes.Buffer)
	err := func() error {
		// region Save
		if _, err := net.WriteTo(file); err != nil { // one record each, in any order
			return err
		}
		if _, err := opt.WriteTo(file); err != nil {
			return err
		}
		// and back, into values that stay as they are on an error
		if _, err := net.ReadFrom(file); err != nil {
			return err
		}
		if _, err := opt.ReadFrom(file); err != nil {
			return err
		}
		text, err := json.Marshal(net) // for people, and exact: json.Unmarshal(text, net)
		// endregion
		if len(text) == 0 {
			t.Error("no text")
		}
		return err
	}()
	if err != nil {
		t.Error(err)
	}
}

func TestMetrics(t *testing.T) {
	ctx := context.Background()
	xs, ys := samples(64)
	t1 := train.New(newNet())
	// region Metrics
	t1.Report("accuracy", train.Accuracy)
	t1.Report("error", train.MAE)
	result, err := t1.Fit(ctx, xs, ys, train.Options{
		Epochs: 40, Batch: 32, Rate: train.Constant(0.01), Validation: 0.2, Seed: 1,
		OnEpoch: func(e train.Epoch) error {
			fmt.Printf("epoch %d: accuracy %.3f, error %.3f\n", e.Number, e.Metric("accuracy"), e.Metric("error"))
			return nil
		},
	})
	// endregion
	if err != nil || result.Epochs[39].Metric("accuracy") != 1 {
		t.Errorf("%v, %v", result, err)
	}
}

func TestWeights(t *testing.T) {
	ctx, net := context.Background(), newNet()
	xs, ys := samples(64)
	trust := make([]float64, len(xs))
	for i := range trust {
		trust[i] = 1 + float64(i%2)
	}
	// region Weights
	result, err := train.New(net).Fit(ctx, xs, ys, train.Options{
		Epochs: 10, Batch: 32, Rate: train.Constant(0.1), Validation: 0.2,
		ClassWeights: []float64{1, 20}, // the second class is rare
		Weights:      trust,            // of each sample
	})
	// endregion
	if err != nil || len(result.Epochs) != 10 {
		t.Error(err)
	}
}

func TestCheckpoint(t *testing.T) {
	ctx, net, path := context.Background(), newNet(), filepath.Join(t.TempDir(), "spirals.checkpoint")
	xs, ys := samples(64)
	err := func() error {
		// region Checkpoint
		t1 := train.New(net)
		t1.Optimizer = spirals.NewSpiralsAdam()
		done, err := t1.Load(path) // the number of epochs trained
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		_, err = t1.Fit(ctx, xs, ys, train.Options{
			Epochs: 40, Batch: 32, Rate: train.Constant(0.01), Seed: 1,
			Start:   done,
			OnEpoch: func(e train.Epoch) error { return t1.Save(path, e.Number) },
		})
		// endregion
		return err
	}()
	if err != nil {
		t.Error(err)
	}
}

func TestScaling(t *testing.T) {
	net := newNet()
	xs, ys := samples(64)
	err := func() error {
		// region Scaling
		s, err := train.Standard(xs) // or train.MinMax(xs, 0, 1)
		if err != nil {
			return err
		}
		scaled := train.Scaled(s, xs)
		_, err = train.New(net).Fit(context.Background(), scaled, ys, train.Options{
			Epochs: 10, Batch: 32, Rate: train.Constant(0.1),
		})
		if err != nil {
			return err
		}
		return train.FoldInputs(net, s) // from here on the network takes raw inputs
		// endregion
	}()
	if err != nil {
		t.Error(err)
	}
}

func TestSlices(t *testing.T) {
	net := newNet()
	var ws spirals.SpiralsWorkspace
	rows := [][]float32{{1, 2}, {3, 4}}
	// region Slices
	for _, row := range rows {
		y := net.Forward(&ws, (*[2]float32)(row)) // no copy; panics if the row is shorter
		fmt.Println(y[0])
	}
	// endregion
}

func TestGonum(t *testing.T) {
	m := mat.NewDense(2, 2, []float64{1, 2, 3, 4})
	// region Gonum
	rows, _ := m.Dims()
	xs := make([][2]float32, rows)
	for i := range xs {
		for j := range xs[i] {
			xs[i][j] = float32(m.At(i, j))
		}
	}
	// endregion
	if xs[1] != [2]float32{3, 4} {
		t.Errorf("%v", xs)
	}
}

func TestMask(t *testing.T) {
	net := newNet()
	xs, ys := samples(4)
	known := []bool{true, false, true, true}
	var b spirals.SpiralsBatch
	// region Mask
	keptXs, keptYs := xs[:0:0], ys[:0:0]
	for i := range xs {
		if known[i] {
			keptXs, keptYs = append(keptXs, xs[i]), append(keptYs, ys[i])
		}
	}
	net.StepBatch(&b, keptXs, keptYs, 0.01)
	// endregion
}
