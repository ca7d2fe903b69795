// Package linear has the few operations on gonum's matrices and vectors that the equations are written with.
package linear

import "gonum.org/v1/gonum/mat"

// Elements returns the elements of a vector that mat.NewVecDense made, not a copy.
func Elements(v *mat.VecDense) []float64 { return v.RawVector().Data }

// Vector returns a slice as the vector gonum computes with, not a copy.
func Vector(v []float64) *mat.VecDense { return mat.NewVecDense(len(v), v) }

// MulTransposed returns Mᵀ·v.
func MulTransposed(m mat.Matrix, v *mat.VecDense) *mat.VecDense {
	_, cols := m.Dims()
	product := mat.NewVecDense(cols, nil)
	product.MulVec(m.T(), v)
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
