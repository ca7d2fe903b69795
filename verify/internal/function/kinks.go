package function

import (
	"math"

	"github.com/backpropgen/backpropgen/verify/internal/formula"
	"gonum.org/v1/gonum/mat"
)

// KinksOf lists where the slope of an activation jumps, as far as it is known or found between -4 and 4.
func KinksOf(sigma Activation) (list []float64) {
	switch sigma := sigma.(type) {
	case pointwise:
		for _, b := range sigma.derivative.Breaks {
			if math.Abs(sigma.derivative.At(b+1e-9)-sigma.derivative.At(b-1e-9)) > 1e-3 {
				list = append(list, b)
			}
		}
	case formula.Units:
		return Jumps(func(z float64) float64 { return sigma.Jacobian(mat.NewVecDense(1, []float64{z})).At(0, 0) }, -4,
			4)
	}
	return list
}

// Jumps lists where a function jumps by a tenth or more between two numbers, unless jumps lie within 1/512 of the way
// of each other.
func Jumps(f func(float64) float64, from, to float64) (list []float64) {
	const steps, least = 512, 0.1
	step := (to - from) / steps
	left := f(from)
	for i := range steps {
		lo, hi := from+float64(i)*step, from+float64(i+1)*step
		right := f(hi)
		if math.Abs(right-left) >= least {
			if at, ok := jump(f, lo, hi, least); ok {
				list = append(list, at)
			}
		}
		left = right
	}
	return list
}

// jump halves an interval until it is narrow, and says whether the function still jumps in it.
func jump(f func(float64) float64, lo, hi, least float64) (at float64, ok bool) {
	low, high := f(lo), f(hi)
	for range 40 {
		middle := (lo + hi) / 2
		if v := f(middle); math.Abs(v-low) > math.Abs(high-v) {
			hi, high = middle, v
		} else {
			lo, low = middle, v
		}
	}
	return (lo + hi) / 2, math.Abs(high-low) >= least
}

// MaximaOf says of how many units an activation takes the maximum, 0 for the whole layer, and whether it takes one.
func MaximaOf(sigma Activation) (window int, ok bool) {
	p, ok := sigma.(maxPool)
	return int(p.window), ok
}

// SlopeJumps are the places where the derivative of an activation jumps. Of activations that are no functions of one
// unit and have a derivative that jumps, and of formulas, they are not known.
func SlopeJumps(sigma Activation) (places []float64, known bool) {
	switch sigma := sigma.(type) {
	case softmax, logSoftmax, averagePool:
		return nil, true
	case pointwise:
		return sigma.jumps(), true
	}
	return nil, false
}

// jumps are the places where the derivative jumps.
func (p pointwise) jumps() (list []float64) {
	for _, b := range p.derivative.Breaks {
		before, after := p.derivative.At(math.Nextafter(b, math.Inf(-1))),
			p.derivative.At(math.Nextafter(b, math.Inf(1)))
		if math.Abs(after-before) > 1e-9 {
			list = append(list, b)
		}
	}
	return list
}
