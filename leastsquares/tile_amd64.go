//go:build !purego

package leastsquares

import "golang.org/x/sys/cpu"

// addTile adds to the 8 by 8 numbers at c, whose rows are stride numbers apart, the product of the 8 columns at left
// and the 8 at right. Both are panels, of so many rows. Fused multiply-adds give the same bits in registers of either
// size.
func addTile(rows int, left, right, c *float64, stride int) {
	switch {
	case hasAVX512:
		addTileAVX512(rows, left, right, c, stride)
	case hasFMA:
		addTileFMA(rows, left, right, c, stride)
	default:
		addTileGo(rows, left, right, c, stride)
	}
}

var (
	hasFMA    = cpu.X86.HasAVX2 && cpu.X86.HasFMA
	hasAVX512 = hasFMA && cpu.X86.HasAVX512F
)

// addTileFMA is addTileGo with fused multiply-adds. It needs AVX2.
//
//go:noescape
func addTileFMA(rows int, left, right, c *float64, stride int)

// addTileAVX512 is addTileFMA with a row of the tile in a register.
//
//go:noescape
func addTileAVX512(rows int, left, right, c *float64, stride int)
