package elementary

import (
	"math"
	"testing"
)

// TestLogs checks what the logarithms ask of their tables: c of 13 bits, near enough to 1/z for every z of a row, 1
// with a logarithm of 0 around 1, -log c in parts that are good to 2⁻⁵³ and 2⁻⁹⁰, and elsewhere more than r.
func TestLogs(t *testing.T) {
	for rows, units := range map[int][]float64{logRows32: nil, logRows64: {0x1p-42}} {
		table := logs(rows, units...)
		if len(table) != rows {
			t.Fatalf("%d rows, want %d", len(table), rows)
		}
		ends := func(j int) float64 {
			return math.Float64frombits(math.Float64bits(logFirst(rows)) + uint64(j)<<52/uint64(rows))
		}
		if ends(rows) != 2*ends(0) || math.Abs(ends(0)-math.Sqrt2/2) > 1/float64(2*rows) {
			t.Errorf("the rows go from %v to %v", ends(0), ends(rows))
		}
		ones := 0
		for j, row := range table {
			c, low, high := row[0], ends(j), ends(j+1)
			if c != math.Trunc(c*0x1p12)*0x1p-12 {
				t.Errorf("row %d: c is %x", j, c)
			}
			sum := logarithm(number(c))
			for _, part := range row[1:] {
				sum.Add(sum, number(part))
			}
			if err, _ := sum.Float64(); math.Abs(err) > map[int]float64{2: 0x1p-53, 3: 0x1p-90}[len(row)] {
				t.Errorf("row %d: -log(%v) is %v, off by %v", j, c, row[1:], err)
			}
			widest := 0.0
			for _, z := range []float64{low, high} {
				widest = max(widest, math.Abs(c*z-1))
			}
			if limit := 1.03 / float64(2*rows); widest > limit && !(c == 1 && widest <= 1/float64(rows/2*2)) {
				t.Errorf("row %d: r is up to %v, more than %v", j, widest, limit)
			}
			if low < 1 && high > 1 {
				ones++
				if c != 1 || row[1] != 0 {
					t.Errorf("row %d is around 1 and has %v", j, row)
				}
			} else if math.Abs(row[1]) < widest {
				t.Errorf("row %d: -log c is %v, less than r, which is up to %v", j, row[1], widest)
			}
		}
		if ones != 1 {
			t.Errorf("%d rows are around 1", ones)
		}
	}
}
