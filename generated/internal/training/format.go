package training

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Align aligns cells: the first column to the left, the others to the right. Every row has the
// same number of cells.
func Align(cells [][]string) string {
	widths := make([]int, len(cells[0]))
	for _, row := range cells {
		for j, s := range row {
			widths[j] = max(widths[j], utf8.RuneCountInString(s))
		}
	}
	var b strings.Builder
	for _, row := range cells {
		for j, s := range row {
			pad := strings.Repeat(" ", widths[j]-utf8.RuneCountInString(s))
			if j == 0 {
				b.WriteString(s + pad)
			} else {
				b.WriteString("  " + pad + s)
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// Percent prints a part of 1 as a percentage.
func Percent(part float64) string { return fmt.Sprintf("%.1f %%", 100*part) }

// Duration prints milliseconds, the unit in which small networks train.
func Duration(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
}
