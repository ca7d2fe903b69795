package leastsquares

// The product [J s]ᵀ[J s] of a block takes most of the time of a fit. It is formed in tiles of 8 by 8 numbers, whose
// sums stay in registers, of columns that are packed: panels of 8 columns, row after row.
const tile = 8

// panels are the packed columns of a block, n of them. What follows up to a multiple of 8 is of no use.
type panels struct {
	n, rows int
	data    []float64
}

// padded is n up to the next multiple of a panel's width.
func padded(n int) int { return (n + tile - 1) / tile * tile }

func newPanels(n, rows int) panels { return panels{n, rows, make([]float64, padded(n)*rows)} }

// pack takes rows of n - 1 numbers and, as the last column, s.
func (p *panels) pack(rows, s []float64) {
	p.rows = len(s)
	n := p.n - 1
	whole := n / tile * tile
	for i := range s {
		row := rows[i*n : (i+1)*n]
		for j := 0; j < whole; j += tile {
			*(*[tile]float64)(p.data[j*p.rows+i*tile:]) = *(*[tile]float64)(row[j:])
		}
		last := p.data[whole*p.rows+i*tile:]
		copy(last, row[whole:])
		last[n-whole] = s[i]
	}
}

// addTo adds the product to the upper triangle of c, a matrix of the padded size. Below the diagonal, what is within
// its tiles is added as well.
func (p *panels) addTo(c []float64) {
	if p.rows == 0 {
		return
	}
	stride := padded(p.n)
	for i := 0; i < stride; i += tile {
		for j := i; j < stride; j += tile {
			addTile(p.rows, &p.data[i*p.rows], &p.data[j*p.rows], &c[i*stride+j], stride)
		}
	}
}
