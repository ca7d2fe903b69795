package leastsquares

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack"
	"gonum.org/v1/gonum/lapack/gonum"
	"gonum.org/v1/gonum/lapack/lapack64"
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

// scales are two diagonals: units is what parameters are divided by, so that their units do not spoil the condition,
// and damped is D.
type scales struct{ units, damped []float64 }

// factored is the damped matrix JᵀHJ + μD², factored, in scaled parameters.
type factored struct {
	scales
	// triangle is T with TᵀT the matrix.
	triangle blas64.Triangular
	// residual is, under QR, what T times the step is.
	residual []float64
}

// factor is nil where there is none: the matrix is singular or, where it may not be that, ill-conditioned. It uses
// room, and what it returns lies there.
func (s *system) factor(damping float64, by scales, conditioned bool, room []float64) *factored {
	if s.residual != nil {
		return s.factorQR(damping, by)
	}
	n := len(s.g)
	inverse := make([]float64, n)
	for i, unit := range by.units {
		inverse[i] = 1 / unit
	}
	for i := range n {
		from, to := s.a[i*n+i:(i+1)*n], room[i*n+i:(i+1)*n]
		for j, v := range inverse[i:] {
			to[j] = from[j] * inverse[i] * v
		}
		d := by.damped[i] * inverse[i]
		to[0] += damping * d * d
	}
	// In units of D the matrix is J's, of columns of at most 1, plus μ: its largest eigenvalue is at most n + μ and its
	// least μ. The condition counts sums, which are up to n times as large. Errors of Cholesky do not depend on units.
	conditioned = conditioned && float64(n)*(float64(n)+damping) > illConditioned*damping
	a := blas64.Symmetric{N: n, Stride: n, Data: room, Uplo: blas.Upper}
	norm := 0.0
	if conditioned {
		norm = lapack64.Lansy(lapack.MaxColumnSum, a, make([]float64, n))
	}
	// Of gonum's two functions the one without blocks is twice as fast at these sizes.
	if !(gonum.Implementation{}).Dpotf2(a.Uplo, n, a.Data, a.Stride) {
		return nil
	}
	if conditioned && lapack64.Pocon(a, norm, make([]float64, 3*n), make([]int, n))*illConditioned < 1 {
		return nil
	}
	return &factored{
		scales:   by,
		triangle: blas64.Triangular{N: n, Stride: n, Data: room, Uplo: blas.Upper, Diag: blas.NonUnit},
	}
}

// factorQR makes the triangle of [R; √μ·D], beside -[Qᵀs; 0].
func (s *system) factorQR(damping float64, by scales) *factored {
	n := len(s.g)
	stacked := mat.NewDense(2*n, n+1, nil)
	for i := range n {
		row := stacked.RawRowView(i)
		for j := i; j < n; j++ {
			row[j] = s.a[i*n+j] / by.units[j]
		}
		row[n] = -s.residual[i]
		stacked.Set(n+i, i, math.Sqrt(damping)*by.damped[i]/by.units[i])
	}
	whole := make([]float64, (n+1)*(n+1))
	triangle(stacked, whole)
	f := &factored{
		scales:   by,
		triangle: blas64.Triangular{N: n, Stride: n + 1, Data: whole, Uplo: blas.Upper, Diag: blas.NonUnit},
		residual: make([]float64, n),
	}
	largest, least := 0.0, math.Inf(1)
	for i := range n {
		largest, least = max(largest, math.Abs(whole[i*(n+1)+i])), min(least, math.Abs(whole[i*(n+1)+i]))
		f.residual[i] = whole[i*(n+1)+n]
	}
	if !(least > largest*0x1p-52) {
		return nil
	}
	return f
}

// step is the step δ for the gradient g of the system that was factored.
func (f *factored) step(g []float64) []float64 {
	if f.residual == nil {
		return f.solve(g)
	}
	d := slices.Clone(f.residual)
	blas64.Trsv(blas.NoTrans, f.triangle, blas64.Vector{N: len(d), Inc: 1, Data: d})
	return f.unscaled(d)
}

// solve solves (JᵀHJ + μD²) δ = -g for any g, by TᵀT δ = -g: under QR these are the seminormal equations,
// which suffice for what corrects a step.
func (f *factored) solve(g []float64) []float64 {
	d := make([]float64, len(g))
	for i := range d {
		d[i] = -g[i] / f.units[i]
	}
	v := blas64.Vector{N: len(d), Inc: 1, Data: d}
	blas64.Trsv(blas.Trans, f.triangle, v)
	blas64.Trsv(blas.NoTrans, f.triangle, v)
	return f.unscaled(d)
}

// unscaled is a step in the parameters themselves, nil where it is not finite.
func (f *factored) unscaled(d []float64) []float64 {
	for i := range d {
		d[i] /= f.units[i]
		if math.IsNaN(d[i]) || math.IsInf(d[i], 0) {
			return nil
		}
	}
	return d
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
