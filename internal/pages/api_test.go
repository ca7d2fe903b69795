package pages

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/plan"
)

// besides are the rows of the README's table of functions that are no functions of plans.
var besides = []string{"Init(norm)", "Flat()", "Tensors()", "ws.InputGrad()"}

// TestReadmeAPI compares the README's table of functions with that of the emitted API: their names, arguments and order,
// and which of them only networks with input_gradient have.
func TestReadmeAPI(t *testing.T) {
	_, table, found := strings.Cut(read(t, "README.md"), "\n| function | what it does |\n|---|---|\n")
	if !found {
		t.Fatal("no table of functions")
	}
	table, _, _ = strings.Cut(table, "\n\n")
	var want, got []string
	for _, s := range plan.API {
		row := s.Name + "(" + strings.Join(s.Args, ", ") + ")"
		if s.InputGradient {
			row += " with input_gradient"
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
		got = append(got, row)
	}
	if !slices.Equal(got, want) {
		t.Errorf("the README lists\n%s\nthe API has\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
