//go:build !purego

package leastsquares

func init() {
	if hasFMA {
		tiles["addTileFMA"] = addTileFMA
	}
	if hasAVX512 {
		tiles["addTileAVX512"] = addTileAVX512
	}
}
