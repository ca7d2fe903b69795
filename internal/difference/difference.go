// Package difference says in tests where two texts begin to differ.
package difference

import (
	"bytes"
	"fmt"
)

// First quotes the first line in which two texts differ, and its number from 1.
func First(got, want []byte) string {
	a, b := bytes.Split(got, []byte("\n")), bytes.Split(want, []byte("\n"))
	line := func(lines [][]byte, i int) string {
		if i >= len(lines) {
			return "the end of the file"
		}
		return fmt.Sprintf("%q", lines[i])
	}
	for i := range max(len(a), len(b)) {
		if x, y := line(a, i), line(b, i); x != y {
			return fmt.Sprintf("line %d is %s, not %s", i+1, x, y)
		}
	}
	return "they are equal"
}
