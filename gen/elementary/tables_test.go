package elementary

import (
	"math"
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/gen/expr"
)

// TestTables checks what every table has: a name of its own that a table for the other precision may share, readers
// with functions, rows of one length without a negative zero, which a literal can't say, and a few kilobytes at most.
func TestTables(t *testing.T) {
	for typ, tables := range map[string][]table{"float32": tables32, "float64": tables64} {
		seen := map[string]bool{}
		for _, table := range tables {
			if seen[table.suffix] || !slices.Contains(Names("iris"), "iris"+table.suffix) {
				t.Errorf("%s: %s is there twice, or not among the names %v", typ, table.suffix, Names("iris"))
			}
			seen[table.suffix] = true
			for _, op := range table.readers {
				if _, ok := elementary32[op]; !ok || !table.readBy([]expr.Op{expr.OpAbs, op}) {
					t.Errorf("%s: %s is read by %v, for which it is not emitted", typ, table.suffix, op)
				}
			}
			if table.readBy([]expr.Op{expr.OpAbs}) {
				t.Errorf("%s: %s is emitted with a function that doesn't read it", typ, table.suffix)
			}
			numbers := table.length
			if table.rows != nil {
				rows := table.rows()
				numbers = max(len(rows), table.length) * len(rows[0])
				for _, row := range rows {
					if len(row) != len(rows[0]) {
						t.Errorf("%s: %s has rows of %d and of %d numbers", typ, table.suffix, len(rows[0]), len(row))
					}
					for _, v := range row {
						if math.IsInf(v, 0) || math.IsNaN(v) || v == 0 && math.Signbit(v) {
							t.Errorf("%s: %s holds %v", typ, table.suffix, v)
						}
					}
				}
			}
			if bytes := 8 * numbers; bytes == 0 || bytes > 6144 {
				t.Errorf("%s: %s takes %d bytes", typ, table.suffix, bytes)
			}
		}
	}
}
