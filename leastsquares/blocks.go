package leastsquares

import (
	"context"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
)

// problem is what is fitted.
type problem[X, Y any] struct {
	*Fitter[X, Y]
	xs      []X
	targets []float64 // one sample after another
	cost    Cost
	weights []float64 // nil: 1 everywhere
	goes    int       // how many goroutines
	ctx     context.Context
	// products are the matrices of all runs, made when they are needed.
	products [][]float64
}

// system is the linear model of the loss about a point.
type system struct {
	// a is JᵀHJ, its upper triangle, and g is Jᵀ∇C. Under QR, a is the triangle R of √H·J instead.
	a, g []float64
	loss float64
	// square is Σ slope²/curvature, the sum of the squared residuals as H weights them.
	square float64
	// residual is, under QR, the last column: Qᵀ times the residuals.
	residual []float64
}

// A run is blocks that are summed one after another; runs are summed in order, so that no number depends on who
// computed which. There are at most so many, and fewer of networks whose matrices are large.
const maxRuns, runMemory = 32, 1 << 25

func (p *problem[X, Y]) runs() int {
	n := p.params.len()
	blocks := (len(p.xs) + p.samples - 1) / p.samples
	return max(min(blocks, maxRuns, runMemory/(n*n)), 1)
}

// each computes all runs, on several goroutines. The error is that of the first run that has one.
func (p *problem[X, Y]) each(run func(w worker[X], run, from, to int) error) error {
	blocks, runs := (len(p.xs)+p.samples-1)/p.samples, p.runs()
	goes := min(p.goes, runs)
	for len(p.workers) < goes {
		p.workers = append(p.workers, p.worker())
	}
	errs := make([]error, runs)
	var next atomic.Int64
	var done sync.WaitGroup
	for _, w := range p.workers[:goes] {
		work := func() {
			for {
				r := int(next.Add(1)) - 1
				if r >= runs {
					return
				}
				from, to := r*blocks/runs*p.samples, min((r+1)*blocks/runs*p.samples, len(p.xs))
				if errs[r] = p.ctx.Err(); errs[r] == nil {
					errs[r] = run(w, r, from, to)
				}
			}
		}
		if goes == 1 {
			work()
			break
		}
		done.Go(work)
	}
	done.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// eachBlock is each with every run's blocks of samples, one after another.
func (p *problem[X, Y]) eachBlock(block func(w worker[X], run, at, end int) error) error {
	return p.each(func(w worker[X], run, from, to int) error {
		for at := from; at < to; at += p.samples {
			if err := block(w, run, at, min(at+p.samples, to)); err != nil {
				return err
			}
		}
		return nil
	})
}

// weight is that of a sample.
func (p *problem[X, Y]) weight(i int) float64 {
	if p.weights == nil {
		return 1
	}
	return p.weights[i]
}

// loss is the loss at the parameters of the network, NaN or infinite where an output is.
func (p *problem[X, Y]) loss() (float64, error) {
	parts := make([]float64, p.runs())
	err := p.eachBlock(func(w worker[X], run, at, end int) error {
		w.forward(p.xs[at:end], w.out)
		sum := 0.0 // as block adds up
		for i := range (end - at) * p.outputs {
			if weight := p.weight(at + i/p.outputs); weight != 0 {
				loss, _, _ := p.cost.of(w.out[i], p.targets[at*p.outputs+i], p.outputs, weight)
				sum += loss
			}
		}
		parts[run] += sum
		return nil
	})
	sum := 0.0
	for _, v := range parts {
		sum += v
	}
	return sum, err
}

// NotFiniteError says that the network, its gradients or the cost have no number at a sample.
type NotFiniteError struct {
	// Sample is its index, Output that of the output.
	Sample, Output int
	// What is "loss" or "gradient".
	What string
}

func (e *NotFiniteError) Error() string {
	return fmt.Sprintf("leastsquares: the %s of output %d of sample %d is NaN or infinite; look at the sample, the "+
		"parameters, and whether the cost fits the outputs", e.What, e.Output, e.Sample)
}

// block sets the rows of a worker to those of √H·J of a block, and s to the residuals ∇C/√H, and returns the loss and
// Σ s². Samples of weight 0 have rows of zeros.
func (p *problem[X, Y]) block(w worker[X], at, end int, s []float64) (loss, square float64, err error) {
	n := p.params.len()
	w.forward(p.xs[at:end], w.out)
	w.jacobian(p.xs[at:end], w.rows)
	for i := range (end - at) * p.outputs {
		sample, output := at+i/p.outputs, i%p.outputs
		row := w.rows[i*n : (i+1)*n]
		weight := p.weight(sample)
		if weight == 0 {
			clear(row)
			s[i] = 0
			continue
		}
		term, slope, curvature := p.cost.of(w.out[i], p.targets[at*p.outputs+i], p.outputs, weight)
		if !(curvature > 0) || !(math.Abs(slope) <= math.MaxFloat64) || math.IsInf(curvature, 0) {
			if curvature <= 0 {
				return 0, 0, fmt.Errorf("leastsquares: the cost has the curvature %v at output %d of sample %d; it must "+
					"be positive", curvature, output, sample)
			}
			return 0, 0, &NotFiniteError{sample, output, "loss"}
		}
		root, sum := math.Sqrt(curvature), 0.0
		for j := range row {
			row[j] *= root
			sum += row[j] - row[j] // 0, or NaN where it is no finite number
		}
		if sum != 0 {
			return 0, 0, &NotFiniteError{sample, output, "gradient"}
		}
		s[i] = slope / root
		loss, square = loss+term, square+s[i]*s[i]
	}
	if !(math.Abs(loss) <= math.MaxFloat64) {
		return 0, 0, &NotFiniteError{at, 0, "loss"}
	}
	return loss, square, nil
}

// normal forms JᵀHJ and Jᵀ∇C.
func (p *problem[X, Y]) normal() (*system, error) {
	n := p.params.len()
	stride := padded(n + 1)
	parts := make([]system, p.runs())
	if p.products == nil {
		p.products = make([][]float64, len(parts))
	}
	err := p.each(func(w worker[X], run, from, to int) error {
		part := &parts[run]
		if p.products[run] == nil {
			p.products[run] = make([]float64, stride*stride)
		}
		part.a = p.products[run]
		clear(part.a)
		s := make([]float64, p.samples*p.outputs)
		for at := from; at < to; at += p.samples {
			end := min(at+p.samples, to)
			loss, square, err := p.block(w, at, end, s)
			if err != nil {
				return err
			}
			w.panels.pack(w.rows, s[:(end-at)*p.outputs])
			w.panels.addTo(part.a)
			part.loss, part.square = part.loss+loss, part.square+square
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	total := &system{a: make([]float64, n*n), g: make([]float64, n)}
	for _, part := range parts {
		for j := range n {
			row := part.a[j*stride : (j+1)*stride]
			for k := j; k < n; k++ {
				total.a[j*n+k] += row[k]
			}
			total.g[j] += row[n]
		}
		total.loss, total.square = total.loss+part.loss, total.square+part.square
	}
	return total, nil
}
