package leastsquares

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// lengths are those of J's columns, as H weights them.
func (s *system) lengths() []float64 {
	n := len(s.g)
	l := make([]float64, n)
	for j := range n {
		if s.residual == nil {
			l[j] = math.Sqrt(s.a[j*n+j])
			continue
		}
		for i := range j + 1 {
			l[j] = math.Hypot(l[j], s.a[i*n+j])
		}
	}
	return l
}

// cosine is the largest cosine of the angle that a column of J has with the residuals.
func (s *system) cosine(lengths []float64) (largest float64) {
	if s.square == 0 {
		return 0
	}
	for j, g := range s.g {
		if lengths[j] > 0 {
			largest = max(largest, math.Abs(g)/lengths[j]/math.Sqrt(s.square))
		}
	}
	return largest
}

// illConditioned is the condition of JᵀHJ, by columns of length 1, from which on steps are made of J itself.
const illConditioned = 1e12

// solve is the step with damping μ, or nil where there is none: the matrix is singular or, where it may not be that,
// ill-conditioned.
func (s *system) solve(damping float64, scale []float64, conditioned bool) []float64 {
	if s.residual != nil {
		return s.solveQR(damping, scale)
	}
	n := len(s.g)
	// In scaled parameters, so that units do not spoil the condition.
	a, g := mat.NewSymDense(n, nil), mat.NewVecDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			v := s.a[i*n+j] / scale[i] / scale[j]
			if i == j {
				v += damping
			}
			a.SetSym(i, j, v)
		}
		g.SetVec(i, -s.g[i]/scale[i])
	}
	var factors mat.Cholesky
	if !factors.Factorize(a) || conditioned && factors.Cond() > illConditioned {
		return nil
	}
	d := mat.NewVecDense(n, nil)
	_ = factors.SolveVecTo(d, g) // it warns of a condition that is known
	return unscaled(d, scale)
}

// solveQR is the step by the triangle: the least squares of [R; √μ·D] δ = [-Qᵀs; 0].
func (s *system) solveQR(damping float64, scale []float64) []float64 {
	n := len(s.g)
	stacked := mat.NewDense(2*n, n+1, nil)
	for i := range n {
		row := stacked.RawRowView(i)
		for j := i; j < n; j++ {
			row[j] = s.a[i*n+j] / scale[j]
		}
		row[n] = -s.residual[i]
		stacked.Set(n+i, i, math.Sqrt(damping))
	}
	whole := make([]float64, (n+1)*(n+1))
	triangle(stacked, whole)
	r := blas64.Triangular{N: n, Stride: n + 1, Data: whole, Uplo: blas.Upper, Diag: blas.NonUnit}
	largest, least := 0.0, math.Inf(1)
	d := mat.NewVecDense(n, nil)
	for i := range n {
		largest, least = max(largest, math.Abs(whole[i*(n+1)+i])), min(least, math.Abs(whole[i*(n+1)+i]))
		d.SetVec(i, whole[i*(n+1)+n])
	}
	if !(least > largest*0x1p-52) {
		return nil
	}
	blas64.Trsv(blas.NoTrans, r, blas64.Vector{N: n, Inc: 1, Data: d.RawVector().Data})
	return unscaled(d, scale)
}

func unscaled(d *mat.VecDense, scale []float64) []float64 {
	step := make([]float64, d.Len())
	for i := range step {
		step[i] = d.AtVec(i) / scale[i]
		if math.IsNaN(step[i]) || math.IsInf(step[i], 0) {
			return nil
		}
	}
	return step
}

// promised is by how much the linear model says that a step lowers the loss: -gᵀδ - δᵀJᵀHJδ/2.
func (s *system) promised(step []float64) float64 {
	n := len(step)
	d := blas64.Vector{N: n, Inc: 1, Data: step}
	slope := blas64.Dot(blas64.Vector{N: n, Inc: 1, Data: s.g}, d)
	along := blas64.Vector{N: n, Inc: 1, Data: make([]float64, n)}
	if s.residual != nil {
		blas64.Copy(d, along)
		blas64.Trmv(blas.NoTrans, s.upper(), along)
		return -slope - blas64.Dot(along, along)/2
	}
	blas64.Symv(1, blas64.Symmetric{N: n, Stride: n, Data: s.a, Uplo: blas.Upper}, d, 0, along)
	return -slope - blas64.Dot(along, d)/2
}
