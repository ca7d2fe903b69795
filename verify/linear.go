package verify

import "gonum.org/v1/gonum/mat"

// elements returns the elements of a vector that mat.NewVecDense made, not a copy.
func elements(v *mat.VecDense) []float64 { return v.RawVector().Data }

// vector returns a slice as the vector gonum computes with, not a copy.
func vector(v []float64) *mat.VecDense { return mat.NewVecDense(len(v), v) }

// mulTransposed returns Mᵀ·v.
func mulTransposed(m mat.Matrix, v *mat.VecDense) *mat.VecDense {
	_, cols := m.Dims()
	product := mat.NewVecDense(cols, nil)
	product.MulVec(m.T(), v)
	return product
}

// outer returns u·vᵀ.
func outer(u, v *mat.VecDense) *mat.Dense {
	product := mat.NewDense(u.Len(), v.Len(), nil)
	product.Outer(1, u, v)
	return product
}

// row returns row i as a column vector, a copy.
func row(m *mat.Dense, i int) *mat.VecDense {
	return vector(mat.Row(nil, i, m))
}

// rows returns the matrix whose row i is f(i), for N > 0 rows.
func rows(n int, f func(i int) *mat.VecDense) *mat.Dense {
	var m *mat.Dense
	for i := range n {
		v := f(i)
		if m == nil {
			m = mat.NewDense(n, v.Len(), nil)
		}
		m.SetRow(i, elements(v))
	}
	return m
}

// ones is the column vector 1_N.
func ones(n int) *mat.VecDense {
	v := mat.NewVecDense(n, nil)
	for i := range n {
		v.SetVec(i, 1)
	}
	return v
}
