package elementary

import (
	"fmt"
	"math"
)

// Some functions change the less the larger their argument. Their tables have a row for |x| below a power of two,
// start, and then one for every quarter of a binade.

// quarterRow finds the row from the bits a of |x|, of which shift come after those that tell the quarter of a binade,
// as j and as a pointer c to the entry of a table whose length is a power of two. The index is kept within bounds by
// arithmetic: where a comparison decides on an address, the compiler prefers a jump.
func quarterRow(table string, bits, shift int, start uint64, rows, length int) string {
	return fmt.Sprintf(`
		// the entry of |x|'s quarter of a binade, of the first or of the last
		j := int%[2]d(a>>%[3]d) - %#[4]x
		j &^= j >> %[5]d
		j -= (j - %[6]d) &^ ((j - %[6]d) >> %[5]d)
		c := &@%[1]s[j&%[7]d]
	`, table, bits, shift, start>>shift-1, bits-1, rows-1, length-1)
}

// quarterEnds are the least argument of a row and that of the next.
func quarterEnds(start float64, j int) (low, high float64) {
	end := func(j int) float64 { return math.Float64frombits(math.Float64bits(start) + uint64(j)<<50) }
	if j == 0 {
		return 0, start
	}
	return end(j - 1), end(j)
}
