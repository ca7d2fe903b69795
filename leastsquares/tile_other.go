//go:build !amd64 || purego

package leastsquares

// addTile adds to the 8 by 8 numbers at c, whose rows are stride numbers apart, the product of the 8 columns at left
// and the 8 at right. Both are panels, of so many rows.
func addTile(rows int, left, right, c *float64, stride int) { addTileGo(rows, left, right, c, stride) }
