package leastsquares

// The product [J s]ᵀ[J s] of a block takes most of the time of a fit. It is formed in tiles of 4 by 8 numbers that stay in
// registers, of columns that are packed: panels of 8 columns, row after row.
const tileRows, tileColumns = 4, 8

// panels are the packed columns of a block, n of them. What follows up to a multiple of 8 is of no use.
type panels struct {
	n, rows int
	data    []float64
}

// padded is n up to the next multiple of a panel's width.
func padded(n int) int { return (n + tileColumns - 1) / tileColumns * tileColumns }

func newPanels(n, rows int) panels { return panels{n, rows, make([]float64, padded(n)*rows)} }

// pack takes rows of n - 1 numbers and, as the last column, s.
func (p *panels) pack(rows, s []float64) {
	p.rows = len(s)
	n := p.n - 1
	for i := range s {
		row := rows[i*n : (i+1)*n]
		for j := 0; j < n; j += tileColumns {
			copy(p.data[j*p.rows+i*tileColumns:][:tileColumns], row[j:min(j+tileColumns, n)])
		}
		last := n / tileColumns * tileColumns
		p.data[last*p.rows+i*tileColumns+n%tileColumns] = s[i]
	}
}

// addTo adds the product to the upper triangle of c, a matrix of the padded size. Below the diagonal, what is within its
// tiles is added as well.
func (p *panels) addTo(c []float64) {
	if p.rows == 0 {
		return
	}
	stride := padded(p.n)
	panel := tileColumns * p.rows
	for i := 0; i < stride; i += tileRows {
		left := p.data[i/tileColumns*panel+i%tileColumns:]
		for j := i / tileColumns * tileColumns; j < stride; j += tileColumns {
			addTile(p.rows, &left[0], &p.data[j/tileColumns*panel], &c[i*stride+j], stride)
		}
	}
}
