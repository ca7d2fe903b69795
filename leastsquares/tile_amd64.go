//go:build !purego

package leastsquares

import "golang.org/x/sys/cpu"

// addTile adds to the 4 by 8 numbers at c, whose rows are stride numbers apart, the product of the 4 columns at left and
// the 8 at right. Both are in panels, of so many rows.
func addTile(rows int, left, right, c *float64, stride int) {
	if hasFMA {
		addTileFMA(rows, left, right, c, stride)
		return
	}
	addTileGo(rows, left, right, c, stride)
}

var hasFMA = cpu.X86.HasAVX2 && cpu.X86.HasFMA

// addTileFMA is addTileGo with fused multiply-adds. It needs AVX2.
//
//go:noescape
func addTileFMA(rows int, left, right, c *float64, stride int)
