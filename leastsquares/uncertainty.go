package leastsquares

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"github.com/backpropgen/backpropgen/internal/plural"
)

// Uncertainty says how well the samples determine the parameters, by the linear model about these. It is right if the
// fit has converged, and if the residuals are small or scatter evenly.
type Uncertainty struct {
	// Covariance is the covariance of the parameters, in the order of Flat.
	Covariance *mat.SymDense
	// Sigma is the standard deviation of a residual, estimated with the degrees of freedom. For costs that are
	// likelihoods it is 1, and the covariance is the inverse of the Fisher information.
	Sigma float64
	// Freedom is the number of residuals minus the number of parameters.
	Freedom int
	// Errors are the standard errors of the parameters.
	Errors []float64

	inverse *mat.TriDense // R⁻¹
	scale   []float64
}

// Uncertainty computes the covariance of the parameters as they are, for the samples and the cost, weights and workers
// of the options. The error is as Fit's, or says that the samples do not determine a parameter.
func (f *Fitter[X, Y]) Uncertainty(ctx context.Context, xs []X, ys []Y, o Options) (*Uncertainty, error) {
	if err := f.ready(); err != nil {
		return nil, err
	}
	o = o.withDefaults(f.single)
	o.Underdetermined = true // what is missing is said below
	p, err := f.problem(ctx, xs, ys, o)
	if err != nil {
		return nil, err
	}
	p.start()
	if _, err := p.loss(); err != nil {
		return nil, err
	}
	p.take()
	s, err := p.triangular()
	if err != nil {
		return nil, err
	}
	n, used := len(s.g), len(xs)
	for _, w := range o.Weights {
		if w == 0 {
			used--
		}
	}
	u := &Uncertainty{Sigma: 1, Freedom: used*f.outputs - n, scale: s.lengths()}
	if u.Freedom < 0 || u.Freedom == 0 && !o.Cost.likelihood {
		return nil, fmt.Errorf("leastsquares: no degree of freedom is left by %s for %s; give more samples",
			plural.Of(used*f.outputs, "residual"), plural.Of(n, "parameter"))
	}
	r := mat.NewTriDense(n, mat.Upper, nil)
	largest, least, at := 0.0, math.Inf(1), 0
	for i := range n {
		for j := i; j < n; j++ {
			if u.scale[j] > 0 {
				r.SetTri(i, j, s.a[i*n+j]/u.scale[j])
			}
		}
		d := math.Abs(r.At(i, i))
		largest = max(largest, d)
		if d < least {
			least, at = d, i
		}
	}
	// What rounding leaves of a column that others make up: of the network's precision.
	precision := 0x1p-53
	if f.single {
		precision = 0x1p-24
	}
	if !(least > largest*precision*math.Sqrt(float64(n))) {
		return nil, fmt.Errorf("leastsquares: the samples do not determine parameter %d: no combination of outputs depends "+
			"on it that does not depend on others alike; leave out units, or give other samples", at)
	}
	u.inverse = mat.NewTriDense(n, mat.Upper, nil)
	if err := u.inverse.InverseTri(r); err != nil {
		if _, warned := err.(mat.Condition); !warned {
			return nil, fmt.Errorf("leastsquares: %w", err)
		}
	}
	dispersion := 1.0
	if !o.Cost.likelihood {
		dispersion = s.square / float64(u.Freedom)
	}
	var c mat.Dense
	c.Mul(u.inverse, u.inverse.T())
	u.Covariance = mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			u.Covariance.SetSym(i, j, dispersion*c.At(i, j)/u.scale[i]/u.scale[j])
		}
		u.Errors = append(u.Errors, math.Sqrt(u.Covariance.At(i, i)))
	}
	if !o.Cost.likelihood {
		u.Sigma = math.Sqrt(dispersion / o.curvature(f.outputs))
	}
	u.inverse.ScaleTri(math.Sqrt(dispersion), u.inverse)
	return u, nil
}

// curvature is that of the cost where the residual is 0: by it the squares that are minimised are more than those of
// residuals.
func (o Options) curvature(outputs int) float64 {
	_, _, c := o.Cost.of(0, 0, outputs, 1)
	return c
}

// Predictions returns the standard errors of the network's outputs, one sample after another. They are the errors of
// the model itself. The scatter of a new measurement, which is Sigma, is not in them.
func (f *Fitter[X, Y]) Predictions(u *Uncertainty, xs []X) [][]float64 {
	if err := f.ready(); err != nil {
		panic(err.Error())
	}
	n := f.params.len()
	switch {
	case u == nil:
		panic("leastsquares: Predictions: the uncertainty is nil; look at the error of Uncertainty")
	case len(u.scale) != n:
		panic(fmt.Sprintf("leastsquares: Predictions: the uncertainty is of another network, one of %s, "+
			"not %d", plural.Of(len(u.scale), "parameter"), n))
	}
	w := f.worker()
	list := make([][]float64, 0, len(xs))
	for at := 0; at < len(xs); at += f.samples {
		block := xs[at:min(at+f.samples, len(xs))]
		w.jacobian(block, w.rows)
		for i := range block {
			errors := make([]float64, f.outputs)
			for k := range errors {
				row := slices.Clone(w.rows[(i*f.outputs+k)*n:][:n])
				for j := range row {
					row[j] /= u.scale[j]
				}
				var v mat.VecDense
				v.MulVec(u.inverse.T(), mat.NewVecDense(n, row))
				errors[k] = mat.Norm(&v, 2)
			}
			list = append(list, errors)
		}
	}
	return list
}
