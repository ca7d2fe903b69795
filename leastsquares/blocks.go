package leastsquares

import (
	"context"
	"fmt"
	"math"
	"sync"
	"sync/atomic"

	"gonum.org/v1/gonum/floats"
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
	// out are the outputs at the parameters, one sample after another, and tried those where loss was asked for last.
	out, tried []float64
	// sides are outputs at two more points, of the second difference.
	sides [2][]float64
	// roots are √H at out, 0 of samples without weight.
	roots []float64
	// kept is √H·J where all of it is small, nil where blocks of it are computed anew.
	kept []float64
	// products are the matrices of all runs, and free a system that is of no use any more, made when they are needed.
	products [][]float64
	free     *system
}

// keptNumbers is how many numbers of J are kept at most: what a second cache holds.
const keptNumbers = 1 << 17

// start makes room for what follows the parameters.
func (p *problem[X, Y]) start() {
	p.out, p.tried = make([]float64, len(p.targets)), make([]float64, len(p.targets))
	p.sides = [2][]float64{make([]float64, len(p.targets)), make([]float64, len(p.targets))}
	p.roots = make([]float64, len(p.targets))
	if n := p.params.len(); len(p.targets) <= keptNumbers/n {
		p.kept = make([]float64, len(p.targets)*n)
	}
}

// take makes the outputs that loss has computed those at the parameters.
func (p *problem[X, Y]) take() { p.out, p.tried = p.tried, p.out }

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
// computed which. There are at most so many, each of so many residuals, which take longer than the sum of the matrices,
// and fewer of networks whose matrices are large.
const maxRuns, runResiduals, runMemory = 32, 256, 1 << 25

func (p *problem[X, Y]) runs() int {
	n := p.params.len()
	return max(min(p.blocks(), maxRuns, len(p.targets)/runResiduals, runMemory/(n*n)), 1)
}

func (p *problem[X, Y]) blocks() int { return (len(p.xs) + p.samples - 1) / p.samples }

// share is how many multiply-adds another goroutine takes over at least: waking it takes as long as tens of thousands.
const share = 1 << 18

// sharing is how many goroutines, most or fewer, there is work for: about so many multiply-adds for each residual. Of
// large problems these are more than an int of 32 bits has room for.
func sharing(most, residuals, work int) int {
	return int(min(int64(most), 1+int64(residuals)*int64(work)/share))
}

// each computes all runs, on several goroutines where there is work for them: about so many multiply-adds for each
// residual. The error is that of the first run that has one.
func (p *problem[X, Y]) each(work int, run func(w worker[X], run, from, to int) error) error {
	blocks, runs := p.blocks(), p.runs()
	goes := sharing(min(p.goes, runs), len(p.targets), work)
	for len(p.workers) < goes {
		p.workers = append(p.workers, p.worker())
	}
	errs, panics := make([]error, runs), make([]any, goes)
	var next atomic.Int64
	var done sync.WaitGroup
	for i, w := range p.workers[:goes] {
		takeRuns := func() {
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
			takeRuns()
			break
		}
		done.Go(func() {
			defer func() { panics[i] = recover() }()
			takeRuns()
		})
	}
	done.Wait()
	for _, value := range panics {
		if value != nil { // where Fit's caller can catch it
			panic(value)
		}
	}
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// eachBlock is each with every run's blocks of samples, one after another.
func (p *problem[X, Y]) eachBlock(work int, block func(w worker[X], run, at, end int) error) error {
	return p.each(work, func(w worker[X], run, from, to int) error {
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

// outputsTo computes the outputs of all samples at the parameters of the network.
func (p *problem[X, Y]) outputsTo(all []float64) error {
	return p.eachBlock(p.params.len(), func(w worker[X], _, at, end int) error {
		w.forward(p.xs[at:end], all[at*p.outputs:end*p.outputs])
		return nil
	})
}

// loss is the loss at the parameters of the network, NaN or infinite where an output is.
func (p *problem[X, Y]) loss() (float64, error) {
	if err := p.outputsTo(p.tried); err != nil {
		return 0, err
	}
	// Added up as the parts of a system are.
	blocks, runs, sum := p.blocks(), p.runs(), 0.0
	for run := range runs {
		ofRun := 0.0
		for block := run * blocks / runs; block < (run+1)*blocks/runs; block++ {
			ofBlock := 0.0
			for i := block * p.samples * p.outputs; i < min((block+1)*p.samples*p.outputs, len(p.targets)); i++ {
				if weight := p.weight(i / p.outputs); weight != 0 {
					loss, _, _ := p.cost.of(p.tried[i], p.targets[i], p.outputs, weight)
					ofBlock += loss
				}
			}
			ofRun += ofBlock
		}
		sum += ofRun
	}
	return sum, nil
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

// block returns the rows of √H·J of a block, and sets s to the residuals ∇C/√H. It returns the loss and Σ s² besides.
// Samples of weight 0 have rows of zeros.
func (p *problem[X, Y]) block(w worker[X], at, end int, s []float64) (rows []float64, loss, square float64, err error) {
	for i := range s {
		k := at*p.outputs + i
		weight := p.weight(k / p.outputs)
		if weight == 0 {
			s[i], p.roots[k] = 0, 0
			continue
		}
		term, slope, curvature := p.cost.of(p.out[k], p.targets[k], p.outputs, weight)
		if !(curvature > 0) || !(math.Abs(slope) <= math.MaxFloat64) || math.IsInf(curvature, 0) {
			sample, output := k/p.outputs, k%p.outputs
			if curvature <= 0 {
				return nil, 0, 0, fmt.Errorf("leastsquares: the cost has the curvature %v at output %d of sample %d; it "+
					"must be positive", curvature, output, sample)
			}
			return nil, 0, 0, &NotFiniteError{sample, output, "loss"}
		}
		p.roots[k] = math.Sqrt(curvature)
		s[i] = slope / p.roots[k]
		loss, square = loss+term, square+s[i]*s[i]
		if !(math.Abs(loss) <= math.MaxFloat64) || !(square <= math.MaxFloat64) {
			return nil, 0, 0, &NotFiniteError{k / p.outputs, k % p.outputs, "loss"}
		}
	}
	return p.gradients(w, at, end), loss, square, nil
}

// finite finds rows of a block that are not.
func (p *problem[X, Y]) finite(at int, rows []float64) error {
	for i, v := range rows {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			k := at*p.outputs + i/p.params.len()
			return &NotFiniteError{k / p.outputs, k % p.outputs, "gradient"}
		}
	}
	return nil
}

// gradients computes √H·J of a block, with the roots of block.
func (p *problem[X, Y]) gradients(w worker[X], at, end int) []float64 {
	rows := p.rows(w, at, end)
	w.jacobian(p.xs[at:end], rows)
	n := p.params.len()
	for i, root := range p.roots[at*p.outputs : end*p.outputs] {
		switch row := rows[i*n : (i+1)*n]; root {
		case 0:
			clear(row)
		case 1:
		default:
			floats.Scale(root, row)
		}
	}
	return rows
}

// rows is where those of a block are.
func (p *problem[X, Y]) rows(w worker[X], at, end int) []float64 {
	width := p.outputs * p.params.len()
	if p.kept != nil {
		return p.kept[at*width : end*width]
	}
	return w.rows[:(end-at)*width]
}

// normal forms JᵀHJ and Jᵀ∇C.
func (p *problem[X, Y]) normal() (*system, error) {
	n := p.params.len()
	stride := padded(n + 1)
	parts := make([]system, p.runs())
	if p.products == nil {
		p.products = make([][]float64, len(parts))
	}
	err := p.each(n*n/2, func(w worker[X], run, from, to int) error {
		part := &parts[run]
		if p.products[run] == nil {
			p.products[run] = make([]float64, stride*stride)
		}
		part.a = p.products[run]
		clear(part.a)
		for at := from; at < to; at += p.samples {
			end := min(at+p.samples, to)
			s := w.out[:(end-at)*p.outputs]
			rows, loss, square, err := p.block(w, at, end, s)
			if err != nil {
				return err
			}
			w.panels.pack(rows, s)
			w.panels.addTo(part.a)
			for j := range n {
				// Otherwise squares may be too large, and that is all.
				if d := part.a[j*stride+j]; math.IsNaN(d) || math.IsInf(d, 0) {
					if err := p.finite(at, rows); err != nil {
						return err
					}
					break
				}
			}
			part.loss, part.square = part.loss+loss, part.square+square
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	total := p.free
	if p.free = nil; total == nil {
		total = &system{a: make([]float64, n*n), g: make([]float64, n)}
	}
	total.loss, total.square = 0, 0
	for i, part := range parts {
		for j := range n {
			row, to := part.a[j*stride:(j+1)*stride], total.a[j*n:(j+1)*n]
			if i == 0 {
				copy(to[j:], row[j:])
				total.g[j] = row[n]
				continue
			}
			floats.Add(to[j:], row[j:n])
			total.g[j] += row[n]
		}
		total.loss, total.square = total.loss+part.loss, total.square+part.square
	}
	return total, nil
}
