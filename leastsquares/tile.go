package leastsquares

import "unsafe"

// addTileGo is addTile for any processor: four tiles of 4 by 4, whose sums fit into registers.
func addTileGo(rows int, left, right, c *float64, stride int) {
	p, q := unsafe.Slice(left, rows*tile), unsafe.Slice(right, rows*tile)
	to := unsafe.Slice(c, (tile-1)*stride+tile)
	for quarter := range 4 {
		i, j := quarter/2*4, quarter%2*4
		var c00, c01, c02, c03, c10, c11, c12, c13, c20, c21, c22, c23, c30, c31, c32, c33 float64
		for k := range rows {
			u, v := (*[4]float64)(p[k*tile+i:]), (*[4]float64)(q[k*tile+j:])
			u0, u1, u2, u3 := u[0], u[1], u[2], u[3]
			v0, v1, v2, v3 := v[0], v[1], v[2], v[3]
			c00, c01, c02, c03 = c00+u0*v0, c01+u0*v1, c02+u0*v2, c03+u0*v3
			c10, c11, c12, c13 = c10+u1*v0, c11+u1*v1, c12+u1*v2, c13+u1*v3
			c20, c21, c22, c23 = c20+u2*v0, c21+u2*v1, c22+u2*v2, c23+u2*v3
			c30, c31, c32, c33 = c30+u3*v0, c31+u3*v1, c32+u3*v2, c33+u3*v3
		}
		for r, sums := range [4][4]float64{
			{c00, c01, c02, c03}, {c10, c11, c12, c13}, {c20, c21, c22, c23}, {c30, c31, c32, c33},
		} {
			row := (*[4]float64)(to[(i+r)*stride+j:])
			for k, sum := range sums {
				row[k] += sum
			}
		}
	}
}
