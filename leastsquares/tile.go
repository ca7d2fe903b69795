package leastsquares

import "unsafe"

// addTileGo is addTile for any processor: two tiles of 4 by 4, whose sums fit into registers.
func addTileGo(rows int, left, right, c *float64, stride int) {
	p := unsafe.Slice(left, (rows-1)*tileColumns+tileRows)
	q := unsafe.Slice(right, rows*tileColumns)
	to := unsafe.Slice(c, (tileRows-1)*stride+tileColumns)
	for half := 0; half < tileColumns; half += 4 {
		var c00, c01, c02, c03, c10, c11, c12, c13, c20, c21, c22, c23, c30, c31, c32, c33 float64
		for k := range rows {
			u := (*[4]float64)(p[k*tileColumns:])
			v := (*[4]float64)(q[k*tileColumns+half:])
			u0, u1, u2, u3 := u[0], u[1], u[2], u[3]
			v0, v1, v2, v3 := v[0], v[1], v[2], v[3]
			c00, c01, c02, c03 = c00+u0*v0, c01+u0*v1, c02+u0*v2, c03+u0*v3
			c10, c11, c12, c13 = c10+u1*v0, c11+u1*v1, c12+u1*v2, c13+u1*v3
			c20, c21, c22, c23 = c20+u2*v0, c21+u2*v1, c22+u2*v2, c23+u2*v3
			c30, c31, c32, c33 = c30+u3*v0, c31+u3*v1, c32+u3*v2, c33+u3*v3
		}
		for r, sums := range [tileRows][4]float64{
			{c00, c01, c02, c03}, {c10, c11, c12, c13}, {c20, c21, c22, c23}, {c30, c31, c32, c33},
		} {
			row := (*[4]float64)(to[r*stride+half:])
			for j, sum := range sums {
				row[j] += sum
			}
		}
	}
}
