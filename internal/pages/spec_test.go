package pages

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/spec/formula"
)

// TestSpecTables compares the tables of activations and costs with the catalogue: the names and their order,
// the parameters and their defaults, and what the derivative is taken to be where there is none.
func TestSpecTables(t *testing.T) {
	page := read(t, specPage)
	activations := tableRows(t, page, "| activation |")
	costs := tableRows(t, page, "| cost |")
	compareTable(t, spec.Activations(), activations, func(f spec.Function) []expr.Kink {
		row, err := expr.ActivationOf(f)
		if err != nil {
			t.Fatal(err)
		}
		return row.Kinks
	})
	compareTable(t, spec.Costs(), costs, func(f spec.Function) []expr.Kink {
		row, err := expr.CostOf(f)
		if err != nil {
			t.Fatal(err)
		}
		return row.Kinks
	})
	for _, f := range formula.Functions() {
		if !strings.Contains(page, "`"+f.Name+"`") {
			t.Errorf("the function %s of formulas is missing", f.Name)
		}
	}
	if !strings.Contains(page, fmt.Sprintf("At most %d characters", formula.MaxLength)) {
		t.Error("the length of a formula is missing")
	}
}

// TestSpecOptimizers compares the table of optimizers with the catalogue.
func TestSpecOptimizers(t *testing.T) {
	_, table, found := strings.Cut(read(t, specPage), "\n| optimizer |")
	if !found {
		t.Fatal("no table of optimizers")
	}
	table, _, _ = strings.Cut(table, "\n\n")
	var want []string
	for _, o := range spec.Optimizers() {
		var params []string
		for _, p := range o.Params {
			params = append(params, fmt.Sprintf("`%s` %v", p.Name, p.Default))
		}
		want = append(want, fmt.Sprintf("| `%s` | `Iris%s` | %s |", o.Name, o.Type, strings.Join(params, "; ")))
	}
	if got := strings.Split(table, "\n")[2:]; !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// specPage is the page that says what a spec may hold.
const specPage = "docs/spec.md"

// tableRows are the rows of the table with that head whose first cell lists names, in order; each has name, definition,
// parameters and conventions.
func tableRows(t *testing.T, text, head string) (list []specRow) {
	t.Helper()
	_, table, found := strings.Cut(text, "\n"+head+" a |")
	if !found {
		_, table, found = strings.Cut(text, "\n"+head+" C(a, y) |")
	}
	if !found {
		t.Fatalf("no table %s", head)
	}
	table, _, _ = strings.Cut(table, "\n\n")
	for _, line := range strings.Split(table, "\n")[2:] {
		cells := strings.Split(strings.ReplaceAll(line, `\|`, "¦"), "|")
		if len(cells) != 6 {
			t.Fatalf("%d cells in %s", len(cells)-2, line)
		}
		for _, name := range strings.Split(cells[1], ",") {
			list = append(list, specRow{strings.Trim(name, " `"), strings.TrimSpace(cells[3]),
				strings.TrimSpace(cells[4])})
		}
	}
	return list
}

type specRow struct{ name, params, conventions string }

func compareTable(t *testing.T, entries []spec.Entry, table []specRow, kinks func(spec.Function) []expr.Kink) {
	t.Helper()
	if len(table) != len(entries) {
		t.Fatalf("%d rows for %d functions", len(table), len(entries))
	}
	for i, e := range entries {
		row := table[i]
		if row.name != e.Name {
			t.Errorf("row %d is %s, should be %s", i+1, row.name, e.Name)
			continue
		}
		var params []string
		f := spec.Function{Name: e.Name, Params: map[string]float64{}}
		for j, p := range e.Params {
			switch {
			case p.Name == spec.Window:
				params = append(params, "`window`, the layer's width")
				continue
			case p.Positive:
				params = append(params, fmt.Sprintf("`%s` %v, positive", p.Name, p.Default))
			default:
				params = append(params, fmt.Sprintf("`%s` %v", p.Name, p.Default))
			}
			f.Params[p.Name] = 0.375 + float64(j) // no default, and no number that a derivative has by itself
		}
		if want := strings.Join(params, "; "); row.params != want {
			t.Errorf("%s: the parameters are %q, should be %q", e.Name, row.params, want)
		}
		if e.Vector { // their conventions are not in the tables of package expr
			want, any := map[string]string{"radial-sigmoid": "z = 0", "max-pool": "first maximum"}[e.Name]
			if any != (row.conventions != "") || !strings.Contains(row.conventions, want) {
				t.Errorf("%s: %q does not say %q", e.Name, row.conventions, want)
			}
			continue
		}
		var conventions []string
		for _, k := range kinks(f) {
			if text := convention(e, f, k); !slices.Contains(conventions, text) {
				conventions = append(conventions, text)
			}
		}
		for _, want := range conventions {
			if !strings.Contains(row.conventions, want) {
				t.Errorf("%s: %q does not say %q", e.Name, row.conventions, want)
			}
		}
		if len(conventions) == 0 && row.conventions != "" {
			t.Errorf("%s has a derivative everywhere, but: %q", e.Name, row.conventions)
		}
	}
}

// convention is what the page has to say of a kink.
func convention(e spec.Entry, f spec.Function, k expr.Kink) string {
	if e.Role == spec.CostRole {
		switch {
		case k.At == expr.Expr(expr.Y):
			return fmt.Sprintf("%v at a = y", k.Deriv)
		case e.Name == "binary-cross-entropy":
			return "likewise, for a and for 1 − a"
		}
		return "2⁻¹²⁶"
	}
	value := fmt.Sprintf("%.4g", k.Deriv.(expr.Num).Value())
	for name, v := range f.Params {
		if v == k.Deriv.(expr.Num).Value() {
			value = name
		}
	}
	return fmt.Sprintf("σ'(%s) = %s", strings.ReplaceAll(k.At.String(), "-", "−"), value)
}

// TestSpecModes checks that every other choice of a spec is on the page.
func TestSpecModes(t *testing.T) {
	page := read(t, specPage)
	for _, word := range []any{
		spec.Float32, spec.Float64, spec.CacheAuto, spec.CachePre, spec.CachePost, spec.CacheBoth,
		spec.UnrollAuto, spec.UnrollFull, spec.UnrollLoop,
	} {
		if !strings.Contains(page, fmt.Sprintf("`%v`", word)) {
			t.Errorf("%v is missing", word)
		}
	}
}
