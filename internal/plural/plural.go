// Package plural writes numbers of things for people: 1 sample, 2 samples.
package plural

import (
	"fmt"
	"strings"
)

// Of is n and the word for so many things. The word is given for one of them.
func Of[N int | int64 | uint32 | uint64 | uintptr](n N, what string) string {
	if n != 1 {
		switch stem, matrix := strings.CutSuffix(what, "matrix"); {
		case matrix:
			what = stem + "matrices"
		case strings.HasSuffix(what, "s"):
			what += "es"
		default:
			what += "s"
		}
	}
	return fmt.Sprintf("%d %s", n, what)
}
