package leastsquares

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// triangular forms the triangle of [√H·J | ∇C/√H]: every run takes its blocks one after another, each below the
// triangle so far, and the triangles of all runs are taken together likewise.
func (p *problem[X, Y]) triangular() (*system, error) {
	n := p.params.len()
	parts := make([]system, p.runs())
	err := p.each(n*n, func(w worker[X], run, from, to int) error {
		part := &parts[run]
		part.a = make([]float64, (n+1)*(n+1))
		for at := from; at < to; at += p.samples {
			end := min(at+p.samples, to)
			s := w.out[:(end-at)*p.outputs]
			rows, loss, square, err := p.block(w, at, end, s)
			if err != nil {
				return err
			}
			if err := p.finite(at, rows); err != nil {
				return err
			}
			stacked := mat.NewDense(n+1+len(s), n+1, nil)
			for i := range n + 1 {
				copy(stacked.RawRowView(i), part.a[i*(n+1):(i+1)*(n+1)])
			}
			for i := range s {
				row := stacked.RawRowView(n + 1 + i)
				copy(row, rows[i*n:(i+1)*n])
				row[n] = s[i]
			}
			triangle(stacked, part.a)
			part.loss, part.square = part.loss+loss, part.square+square
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	total := &parts[0]
	for _, part := range parts[1:] {
		stacked := mat.NewDense(2*(n+1), n+1, nil)
		copy(stacked.RawMatrix().Data, total.a)
		copy(stacked.RawMatrix().Data[(n+1)*(n+1):], part.a)
		triangle(stacked, total.a)
		total.loss, total.square = total.loss+part.loss, total.square+part.square
	}
	whole := total.a
	total.a, total.residual, total.g = make([]float64, n*n), make([]float64, n), make([]float64, n)
	for i := range n {
		copy(total.a[i*n+i:(i+1)*n], whole[i*(n+1)+i:i*(n+1)+n])
		total.residual[i] = whole[i*(n+1)+n]
	}
	copy(total.g, total.residual) // Jᵀ∇C = RᵀQᵀ∇C/√H
	blas64.Trmv(blas.Trans, total.upper(), blas64.Vector{N: n, Inc: 1, Data: total.g})
	return total, nil
}

// triangle sets to to the triangle R of a matrix with at least as many rows as columns.
func triangle(m *mat.Dense, to []float64) {
	_, n := m.Dims()
	var qr mat.QR
	qr.Factorize(m)
	var r mat.Dense
	qr.RTo(&r)
	clear(to)
	for i := range n {
		copy(to[i*n+i:(i+1)*n], r.RawRowView(i)[i:n])
	}
}

// upper is R.
func (s *system) upper() blas64.Triangular {
	n := len(s.g)
	return blas64.Triangular{N: n, Stride: n, Data: s.a, Uplo: blas.Upper, Diag: blas.NonUnit}
}
