package templates

import (
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/expr"
)

// TestExactLiteral checks that numbers read back as the same float64, and that those of few bits are short.
func TestExactLiteral(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	values := []float64{0, 1, -1, 0.1, math.Pi, 0x1p600, -0x1.812746bp-11, math.SmallestNonzeroFloat64, -math.MaxFloat64}
	for len(values) < 2000 {
		if v := math.Float64frombits(r.Uint64() &^ (1<<r.IntN(53) - 1)); !math.IsNaN(v) && !math.IsInf(v, 0) && v != 0 {
			values = append(values, v)
		}
	}
	for _, v := range values {
		f := NewFile("p", nil)
		f.f.Var().Id("v").Op("=").Add(exactLiteral(v))
		_, text, _ := strings.Cut(render(t, f), "var v = ")
		text = strings.TrimSpace(text)
		if got, err := strconv.ParseFloat(text, 64); err != nil || math.Float64bits(got) != math.Float64bits(v) {
			t.Errorf("%x is written %s, which is %x: %v", v, text, got, err)
		}
		if len(text) > 25 {
			t.Errorf("%x is written %s", v, text)
		}
	}
}

// TestTables checks what every table has: a name of its own that a table for the other precision may share, readers
// with functions, rows of one length without a negative zero, which a literal can't say, and a few kilobytes at most.
func TestTables(t *testing.T) {
	for typ, tables := range map[string][]table{"float32": tables32, "float64": tables64} {
		seen := map[string]bool{}
		for _, table := range tables {
			if seen[table.suffix] || !slices.Contains(FunctionNames("iris"), "iris"+table.suffix) {
				t.Errorf("%s: %s is there twice, or not among the names %v", typ, table.suffix, FunctionNames("iris"))
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
