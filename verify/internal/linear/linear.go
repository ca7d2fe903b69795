// Package linear has the few operations on gonum's matrices and vectors that the equations are written with.
package linear

import "gonum.org/v1/gonum/mat"

// Elements returns the elements of a vector that mat.NewVecDense made, not a copy.
func Elements(v *mat.VecDense) []float64 { return v.RawVector().Data }

// Vector returns a slice as the vector gonum computes with, not a copy.
func Vector(v []float64) *mat.VecDense { return mat.NewVecDense(len(v), v) }

// Diagonal returns the diagonal matrix with these elements, not a copy. The functions below know that the others are 0:
// a full matrix of a wide layer's Jacobian would take gigabytes, and its zeros make NaN of an infinity elsewhere.
func Diagonal(v []float64) *mat.DiagDense { return mat.NewDiagDense(len(v), v) }

// Mul returns M·v.
func Mul(m mat.Matrix, v *mat.VecDense) *mat.VecDense {
	rows, _ := m.Dims()
	product := mat.NewVecDense(rows, nil)
	if d, ok := m.(*mat.DiagDense); ok {
		for i := range rows {
			product.SetVec(i, d.At(i, i)*v.AtVec(i))
		}
		return product
	}
	product.MulVec(m, v)
	return product
}

// MulTransposed returns Mᵀ·v.
func MulTransposed(m mat.Matrix, v *mat.VecDense) *mat.VecDense {
	if d, ok := m.(*mat.DiagDense); ok {
		return Mul(d, v)
	}
	return Mul(m.T(), v)
}

// Product returns A·B, for a B that is not diagonal or an A that is not.
func Product(a, b mat.Matrix) *mat.Dense {
	product := new(mat.Dense)
	if d, ok := a.(*mat.DiagDense); ok {
		product.Apply(func(i, _ int, v float64) float64 { return d.At(i, i) * v }, b)
		return product
	}
	if d, ok := b.(*mat.DiagDense); ok {
		product.Apply(func(_, j int, v float64) float64 { return v * d.At(j, j) }, a)
		return product
	}
	product.Mul(a, b)
	return product
}

// Outer returns u·vᵀ.
func Outer(u, v *mat.VecDense) *mat.Dense {
	product := mat.NewDense(u.Len(), v.Len(), nil)
	product.Outer(1, u, v)
	return product
}

// Row returns row i as a column vector, a copy.
func Row(m *mat.Dense, i int) *mat.VecDense {
	return Vector(mat.Row(nil, i, m))
}

// Rows returns the matrix whose row i is f(i), for N > 0 rows.
func Rows(n int, f func(i int) *mat.VecDense) *mat.Dense {
	var m *mat.Dense
	for i := range n {
		v := f(i)
		if m == nil {
			m = mat.NewDense(n, v.Len(), nil)
		}
		m.SetRow(i, Elements(v))
	}
	return m
}

// Ones is the column vector 1_N.
func Ones(n int) *mat.VecDense {
	v := mat.NewVecDense(n, nil)
	for i := range n {
		v.SetVec(i, 1)
	}
	return v
}
