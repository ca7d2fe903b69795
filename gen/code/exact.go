package code

import (
	"strconv"
	"strings"
)

// Exact is a float64 as a text that reads back as the same number: in decimal, or in hexadecimal where that is shorter,
// as it is for numbers of few bits.
func Exact(v float64) string {
	if v == 0 {
		return "0"
	}
	hex, decimal := strconv.FormatFloat(v, 'x', -1, 64), strconv.FormatFloat(v, 'g', -1, 64)
	switch {
	case len(hex) < len(decimal):
		return hex
	case !strings.ContainsAny(decimal, ".eN"):
		return decimal + ".0"
	}
	return decimal
}
