package leastsquares

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
)

// A step v follows the tangent of the surface that the outputs ŷ(θ) make. The surface bends away from it by half of
// ŷ_vv, the outputs' second derivative along v, and the step that goes along with it is v + a/2, where
//
//	(JᵀHJ + μD²) a = -JᵀH ŷ_vv
//
// (Transtrum and Sethna, Improvements to the Levenberg–Marquardt Algorithm for Nonlinear Least-Squares Minimization,
// 2012). In the narrow curved valleys that networks have it saves most of the iterations. It costs two forward passes
// and a product of J with a vector.
const (
	// along is how far along v the second difference reaches.
	along = 0.1
	// straight is the most of |a|/|v|, by D, that is still a correction: beyond it, v itself is tried. Transtrum and
	// Sethna take half of it and reject the step. Over 20 starts of the networks of compare, fits of the curve come to
	// the noise in a tenth to a fifth fewer iterations than with half, and those of other problems in about as many.
	straight = 0.75
)

// bend limits a step and gives it its second order. promised is by how much the linear model says that it lowers the
// loss, 0 where that is the model's for the step as it is returned.
func (s *search[X, Y]) bend(v []float64, factors *factored) (step []float64, promised float64, err error) {
	step = v
	if s.Method == LevenbergMarquardt && !s.Straight {
		second, err := s.second(v)
		if err != nil {
			return nil, 0, err
		}
		if second != nil {
			if a := factors.solve(second); a != nil && factors.length(a) <= straight*factors.length(v) {
				promised = s.system.promised(v)
				step = make([]float64, len(v))
				floats.AddScaledTo(step, v, 0.5, a)
			}
		}
	}
	part := s.within(step)
	if s.limited = part < 1; s.limited {
		floats.Scale(part, step)
		promised = 0
	}
	return step, promised, nil
}

// length is that of a step, as damping measures it.
func (f *factored) length(step []float64) float64 { return length(f.damped, step) }

// length is that of a vector in such units.
func length(units, v []float64) float64 {
	return floats.Norm(floats.MulTo(make([]float64, len(v)), units, v), 2)
}

// within is the part of a step that is within Options.StepLimit and StepLimits.
func (s *search[X, Y]) within(step []float64) float64 {
	part := 1.0
	for j, d := range step {
		if s.StepLimit > 0 {
			part = min(part, s.StepLimit/math.Abs(d))
		}
		if s.StepLimits != nil && s.StepLimits[j] > 0 {
			part = min(part, s.StepLimits[j]/math.Abs(d))
		}
	}
	return part
}

// second is JᵀHŷ_vv at the parameters, nil where the outputs have no finite second difference along v.
func (s *search[X, Y]) second(v []float64) ([]float64, error) {
	defer s.params.set(s.x)
	x := make([]float64, len(v))
	for i, t := range []float64{along, -along} {
		floats.AddScaledTo(x, s.x, t, v)
		s.params.set(x)
		if err := s.outputsTo(s.sides[i]); err != nil {
			return nil, err
		}
	}
	s.params.set(s.x)
	s.result.Losses += len(s.sides)
	return s.curved(s.sides[0], s.sides[1])
}

// curved sums JᵀH (up - 2ŷ + down)/along², by the runs and blocks of [problem.normal].
func (p *problem[X, Y]) curved(up, down []float64) ([]float64, error) {
	n := p.params.len()
	parts := make([][]float64, p.runs())
	err := p.each(2*n, func(w worker[X], run, from, to int) error {
		parts[run] = make([]float64, n)
		sum := blas64.Vector{N: n, Inc: 1, Data: parts[run]}
		for at := from; at < to; at += p.samples {
			end := min(at+p.samples, to)
			rows := p.rows(w, at, end)
			if p.kept == nil {
				rows = p.gradients(w, at, end)
			}
			second := w.out[:(end-at)*p.outputs]
			for i := range second {
				second[i] = 0
				if k := at*p.outputs + i; p.roots[k] != 0 {
					second[i] = p.roots[k] * p.secondDifference(up[k], p.out[k], down[k])
				}
			}
			m := blas64.General{Rows: len(second), Cols: n, Stride: n, Data: rows}
			blas64.Gemv(blas.Trans, 1, m, blas64.Vector{N: len(second), Inc: 1, Data: second}, 1, sum)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	total := parts[0]
	for _, part := range parts[1:] {
		floats.Add(total, part)
	}
	for _, v := range total {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, nil
		}
	}
	return total, nil
}

// secondDifference is 0 where it is within what rounding may make of equal numbers.
func (p *problem[X, Y]) secondDifference(up, mid, down float64) float64 {
	epsilon := 0x1p-50
	if p.single {
		epsilon = 0x1p-21
	}
	d := up - 2*mid + down
	if math.Abs(d) <= epsilon*(math.Abs(up)+2*math.Abs(mid)+math.Abs(down)) {
		return 0
	}
	return d / (along * along)
}
