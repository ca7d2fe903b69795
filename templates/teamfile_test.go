package templates

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"
)

// TestTeamFile checks that nothing of the model network is left in an emitted file, and that its sizes and names are
// those of the network.
func TestTeamFile(t *testing.T) {
	iris := Team{
		Package: "nets", Name: "Iris", Prefix: "iris", Precision: "float64", Header: []string{"made", "", "for a test"},
		Inputs: 4, Outputs: 3, Forward: true, Grad: true, Step: true, Block: 7, Slots: 5,
	}
	src, err := TeamFile(iris)
	if err != nil {
		t.Fatal(err)
	}
	text := string(src)
	if strings.Contains(strings.ToLower(text), "xnet") ||
		!strings.HasPrefix(text, "// made\n//\n// for a test\n\npackage nets\n") {
		t.Errorf("the file is\n%.300s", text)
	}
	for _, want := range []string{"xs [][4]float64", "ys [][3]float64", "Params: IrisParams, Block: 7, Runs: 5",
		"team.Network[Iris, IrisGrad, IrisBatch, [4]float64, [3]float64, float64]{", "into runs, at most 5"} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %q", want)
		}
	}
	iris.InputGrad = true
	with, err := TeamFile(iris)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"gxs", "InputGradBatch", "InputGrad:", "input_gradient"} {
		if strings.Contains(text, part) {
			t.Errorf("without input_gradient there is %q", part)
		}
		if strings.Contains(string(with), part) != (part != "input_gradient") {
			t.Errorf("with input_gradient, %q is missing, or a mark of its parts is left", part)
		}
	}
	iris.Optimizers, iris.Spread = []string{"IrisSGD", "IrisAdam"}, true
	spread, err := TeamFile(iris)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"Updater", "UpdateBatch", "irisSpread", "SpreadFrom", "*IrisSGD, *IrisAdam"} {
		if strings.Contains(text, part) || !strings.Contains(string(spread), part) {
			t.Errorf("%q is there without optimizers, or missing with them", part)
		}
	}
	file, err := parser.ParseFile(token.NewFileSet(), "iris_team_gen.go", src, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				names = append(names, d.Name.Name)
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				if t, ok := s.(*ast.TypeSpec); ok {
					names = append(names, t.Name.Name)
				}
			}
		}
	}
	if got := strings.Join(names, " "); got != "IrisTeam irisWorkers NewIrisTeam" {
		t.Errorf("the file declares %s", got)
	}
}
