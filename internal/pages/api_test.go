package pages

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// besides are the rows of the README's table of functions that are no functions of plans.
var besides = []string{"Init(norm)", "Flat()", "Tensors()", "ws.InputGrad()"}

// TestReadmeAPI compares the README's table of functions with that of the emitted API: their names, arguments and
// order, and which of them only networks with input_gradient or sample_weights have.
func TestReadmeAPI(t *testing.T) {
	_, table, found := strings.Cut(read(t, "README.md"), "\n| function | what it does |\n|---|---|\n")
	if !found {
		t.Fatal("no table of functions")
	}
	table, _, _ = strings.Cut(table, "\n\n")
	var want, got []string
	for _, s := range plan.API {
		if s.Derivative != "" {
			continue // they have a table of their own
		}
		row := s.Name + "(" + strings.Join(s.Args, ", ") + ")"
		if s.InputGradient {
			row += " with input_gradient"
		}
		if s.Weighted != "" {
			row += " with sample_weights"
		}
		want = append(want, row)
	}
	call := regexp.MustCompile("^\\| `([^`]+)` \\|")
	for _, line := range strings.Split(table, "\n") {
		cells := call.FindStringSubmatch(line)
		if cells == nil {
			t.Fatalf("the row %q names no function", line)
		}
		if slices.Contains(besides, cells[1]) {
			continue
		}
		row := cells[1]
		if strings.Contains(line, "with `input_gradient: true`") {
			row += " with input_gradient"
		}
		if strings.Contains(line, "with `sample_weights: true`") {
			row += " with sample_weights"
		}
		got = append(got, row)
	}
	if !slices.Equal(got, want) {
		t.Errorf("the README lists\n%s\nthe API has\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestSpecDerivatives compares the tables of derivatives with the catalogue and with the emitted API.
func TestSpecDerivatives(t *testing.T) {
	page := read(t, specPage)
	_, functions, found := strings.Cut(page, "\n| function | named by | what it does |\n|---|---|---|\n")
	_, derivatives, also := strings.Cut(page, "\n| derivative | what it computes | needs in `emit` |\n|---|---|---|\n")
	if !found || !also {
		t.Fatal("no tables of derivatives")
	}
	var want, got []string
	for _, s := range plan.API {
		if s.Derivative != "" {
			want = append(want, fmt.Sprintf("| `%s(%s)` | `%s` |", s.Name, strings.Join(s.Args, ", "), s.Derivative))
		}
	}
	functions, _, _ = strings.Cut(functions, "\n\n")
	for line := range strings.SplitSeq(functions, "\n") {
		if cells := strings.SplitN(line, "|", 4); len(cells) == 4 {
			got = append(got, strings.Join(cells[:3], "|")+"|")
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("the page lists\n%s\nthe API has\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	var entries []string
	for _, d := range spec.Derivatives() {
		entries = append(entries, fmt.Sprintf("| `%s` | %s | `%s` |", d.Name, d.Formula, d.Needs))
	}
	derivatives, _, _ = strings.Cut(derivatives, "\n\n")
	if derivatives != strings.Join(entries, "\n") {
		t.Errorf("the page lists\n%s\nwant\n%s", derivatives, strings.Join(entries, "\n"))
	}
}
