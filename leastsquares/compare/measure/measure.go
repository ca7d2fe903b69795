// Package measure times fits of one emitted network to samples: Levenberg–Marquardt, and Adam. Program compare writes a
// main function around it for every network that it emits.
package measure

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"time"
	"unsafe"

	"github.com/backpropgen/backpropgen/leastsquares"
	"github.com/backpropgen/backpropgen/tensors"
)

// Point is how far a fit had come after some time: Loss is Σ (ŷ - y)²/2 over all samples.
type Point struct {
	Seconds           float64
	Losses, Jacobians int
	Loss              float64
}

// Trace is one fit, from its start.
type Trace struct {
	Name   string
	Points []Point
}

// Fit is what there is to time, for samples of arrays X and Y.
type Fit[X, Y any] struct {
	Fitter *leastsquares.Fitter[X, Y]
	// Params is a view of the network's parameters.
	Params []float64
	// Loss is Σ (ŷ - y)²/2, and Adam returns a new optimizer's step on a batch, whose loss is a sum.
	Loss func(xs []X, ys []Y) float64
	Adam func() func(xs []X, ys []Y, rate float64)
}

// Each fit of Levenberg–Marquardt has at most so many iterations, as SciPy's have evaluations, and is made up to
// repeats times, until all have taken enough. The numbers are the same every time, so the least time from each point to
// the next counts: other programs that run meanwhile lengthen some of them.
const iterations, repeats, enough = 300, 30, 3 * time.Second

// Run reads x, y and start, the first parameters, from a file, fits, and writes the traces as JSON.
func Run[X, Y any](f Fit[X, Y], path string, workers int, adam time.Duration, out io.Writer) error {
	file, err := tensors.ReadFile(path)
	if err != nil {
		return err
	}
	xs, err := samples[X](file, "x")
	if err != nil {
		return err
	}
	ys, err := samples[Y](file, "y")
	if err != nil {
		return err
	}
	start, err := samples[float64](file, "start")
	if err != nil {
		return err
	}
	var traces []Trace
	for _, w := range slices.Compact([]int{1, workers}) {
		t, err := f.levenberg(xs, ys, start, w)
		if err != nil {
			return err
		}
		traces = append(traces, t)
	}
	if adam > 0 {
		traces = append(traces, f.adam(xs, ys, start, adam))
	}
	return json.NewEncoder(out).Encode(traces)
}

// samples reads a tensor as arrays.
func samples[X any](file *tensors.File, name string) ([]X, error) {
	t, ok := file.Tensor(name)
	if !ok {
		return nil, fmt.Errorf("there is no tensor %q", name)
	}
	var one X
	numbers := 1
	for _, n := range t.Shape {
		numbers *= n
	}
	list := make([]X, numbers*8/int(unsafe.Sizeof(one)))
	return list, tensors.CopyTo(unsafe.Slice((*float64)(unsafe.Pointer(&list[0])), numbers), t)
}

// levenberg fits with the package's defaults.
func (f Fit[X, Y]) levenberg(xs []X, ys []Y, start []float64, workers int) (Trace, error) {
	trace := Trace{Name: fmt.Sprintf("leastsquares, %d goroutines", workers)}
	if workers == 1 {
		trace.Name = "leastsquares"
	}
	for repeat, first := 0, time.Now(); repeat == 0 || repeat < repeats && time.Since(first) < enough; repeat++ {
		copy(f.Params, start)
		points := []Point{{Loss: f.Loss(xs, ys), Jacobians: 1}}
		jacobians, began := 1, time.Now()
		_, err := f.Fitter.Fit(context.Background(), xs, ys, leastsquares.Options{
			Iterations: iterations, Workers: workers,
			OnIteration: func(it leastsquares.Iteration) error {
				if it.Accepted {
					jacobians++
				}
				points = append(points, Point{time.Since(began).Seconds(), it.Number, jacobians, it.Loss})
				return nil
			},
		})
		if err != nil {
			return trace, err
		}
		if repeat == 0 {
			trace.Points = slices.Clone(points)
		}
		for i := len(points) - 1; i > 0; i-- {
			took := points[i].Seconds - points[i-1].Seconds
			if repeat > 0 {
				took = min(took, trace.Points[i].Seconds)
			}
			trace.Points[i].Seconds = took
		}
	}
	for i := range trace.Points[1:] {
		trace.Points[i+1].Seconds += trace.Points[i].Seconds
	}
	return trace, nil
}

// adam is the best of several rates, on batches of 32 in a random order. The rate falls by a half cosine over the time.
func (f Fit[X, Y]) adam(xs []X, ys []Y, start []float64, budget time.Duration) Trace {
	best := Trace{Points: []Point{{Loss: math.Inf(1)}}}
	for _, rate := range []float64{0.001, 0.003, 0.01, 0.03} {
		t := f.adamAt(xs, ys, start, rate, budget)
		if t.Points[len(t.Points)-1].Loss < best.Points[len(best.Points)-1].Loss {
			best = t
		}
	}
	return best
}

func (f Fit[X, Y]) adamAt(xs []X, ys []Y, start []float64, rate float64, budget time.Duration) Trace {
	xs, ys = slices.Clone(xs), slices.Clone(ys)
	copy(f.Params, start)
	step, random := f.Adam(), rand.New(rand.NewPCG(1, 1))
	trace := Trace{Name: fmt.Sprintf("Adam, rate %g", rate)}
	const batch = 32
	var spent time.Duration // measuring the loss is no part of it
	next := time.Duration(0)
	for epoch := 0; spent < budget; epoch++ {
		if spent >= next {
			trace.Points = append(trace.Points, Point{spent.Seconds(), epoch, epoch, f.Loss(xs, ys)})
			next = max(spent+spent/20, 10*time.Microsecond)
		}
		began := time.Now()
		now := rate * (1 + math.Cos(math.Pi*float64(spent)/float64(budget))) / 2
		random.Shuffle(len(xs), func(i, j int) {
			xs[i], xs[j] = xs[j], xs[i]
			ys[i], ys[j] = ys[j], ys[i]
		})
		for at := 0; at < len(xs); at += batch {
			end := min(at+batch, len(xs))
			step(xs[at:end], ys[at:end], now)
		}
		spent += time.Since(began)
	}
	return trace
}
