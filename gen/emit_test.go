package gen_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// partial is a network of which some parts are emitted.
func partial(parts ...spec.Part) spec.Network {
	n := spec.Network{
		Name: "Net", Input: 3, Cost: spec.Function{Name: "cross-entropy"}, Emit: parts, Targets: []spec.Target{},
		Layers: []spec.Layer{
			{Dense: 4, Activation: spec.Function{Name: "radial-sigmoid"}}, {Dense: 2,
				Activation: spec.Function{Name: "softmax"}},
		},
	}
	if n.Emits(spec.EmitGrad) {
		n.InputGradient, n.Optimizers = true, []spec.Optimizer{spec.Adam}
	}
	return n
}

// partsOf are all lists of parts that are valid.
func partsOf() (lists [][]spec.Part) {
	all := spec.Parts()
	for mask := range 1 << len(all) {
		list := []spec.Part{}
		for i, p := range all {
			if mask>>i&1 == 1 {
				list = append(list, p)
			}
		}
		if partial(list...).Validate() == nil {
			lists = append(lists, list)
		}
	}
	return lists
}

// declaredIn are the exported functions and types of a Go file, and unexported names of its package that do not begin
// elementary functions' names; a method is Type.Name.
func declaredIn(t *testing.T, f gen.File) (names []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), f.Name, f.Data, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			name := d.Name.Name
			if d.Recv != nil {
				name = d.Recv.List[0].Type.(*ast.StarExpr).X.(*ast.Ident).Name + "." + name
			}
			names = append(names, name)
		case *ast.GenDecl:
			for _, s := range d.Specs {
				if s, ok := s.(*ast.TypeSpec); ok {
					names = append(names, s.Name.Name)
				}
			}
		}
	}
	return names
}

// TestEmitParts generates a network with every valid list of parts: the files are those that the list names, they
// compile together, and the kernels declare the functions of the table that the list asks for and no other.
func TestEmitParts(t *testing.T) {
	lists := partsOf()
	if len(lists) < 50 {
		t.Fatalf("only %d lists of parts are valid", len(lists))
	}
	for i, list := range lists {
		if testing.Short() && i%8 != 0 {
			continue // -short has one list in eight
		}
		n := partial(list...)
		files, err := gen.Generate(n, gen.Options{})
		if err != nil {
			t.Errorf("%v: %v", list, err)
			continue
		}
		has := func(k gen.Kind) bool { return slices.ContainsFunc(files, func(f gen.File) bool { return f.Kind == k }) }
		for kind, part := range map[gen.Kind]spec.Part{gen.Test: spec.EmitTest, gen.Store: spec.EmitSave,
			gen.Team: spec.EmitTeam} {
			if has(kind) != n.Emits(part) {
				t.Errorf("%v: a file of kind %s: %v", list, kind, has(kind))
			}
		}
		names := declaredIn(t, files[0])
		var want []string
		for _, s := range plan.APIOf(n) {
			want = append(want, "Net."+s.Name)
		}
		for _, s := range plan.API {
			if name := "Net." + s.Name; slices.Contains(names, name) != slices.Contains(want, name) {
				t.Errorf("%v: %s is declared: %v", list, name, slices.Contains(names, name))
			}
		}
		grad, step, batch := n.Emits(spec.EmitGrad), n.Emits(spec.EmitStep), n.Emits(spec.EmitBatch)
		for name, want := range map[string]bool{
			"Net": true, "NetWorkspace": true, "NetBatch": batch, "NetGrad": grad || step && batch, "Net.Init": grad ||
				step,
			"Net.Flat": grad || step || n.Emits(spec.EmitSave), "NetGrad.Flat": grad || step &&
				batch, "NetGrad.Norm": grad,
			"NetGrad.Clip": grad, "NetGrad.Scale": grad, "Net.TargetSum": grad || step, "NetWorkspace.InputGrad": grad,
			"NetAdam": grad, "NetAdam.Update": grad, "NetAdam.StepBatch": grad && batch,
		} {
			if slices.Contains(names, name) != want {
				t.Errorf("%v: %s is declared: %v", list, name, !want)
			}
		}
	}
}

// TestEmitForward holds what a network that only infers declares to what it needs, in Go and in assembly.
func TestEmitForward(t *testing.T) {
	n := partial(spec.EmitForward)
	n.Targets = nil
	files, err := gen.Generate(n, gen.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(declaredIn(t, files[0]), " "),
		"Net NetWorkspace Net.Forward netReduce netExp netSqrt netSigmoid netAbs netWhere"; got != want {
		t.Errorf("the kernels declare %s, want %s", got, want)
	}
	text := string(files[0].Data)
	begin, end := strings.Index(text, "type NetWorkspace struct {"), strings.Index(text, "// Forward computes")
	for line := range strings.Lines(text[begin:end]) {
		if field := strings.TrimSpace(line); strings.Contains(field, "float32") &&
			!strings.HasPrefix(field, "A2 ") && !strings.HasPrefix(field, "scratch") {
			t.Errorf("the workspace has %s", field)
		}
	}
	for _, f := range files {
		for _, word := range []string{"Grad", "Loss", "Step", "Batch", "AtLevels", "Init", "Flat"} {
			if strings.Contains(string(f.Data), word) {
				t.Errorf("%s speaks of %s", f.Name, word)
			}
		}
		if f.Kind == gen.Assembly && !strings.Contains(string(f.Data), "TEXT ·netForward") {
			t.Errorf("%s has no Forward", f.Name)
		}
	}
}

// TestEmitExplained: explain and the summary speak of what is emitted alone.
func TestEmitExplained(t *testing.T) {
	for _, c := range []struct {
		parts     []spec.Part
		has, lack []string
	}{
		{[]spec.Part{spec.EmitForward}, []string{"emitted: forward\n", "Forward keeps ŷ alone"},
			[]string{"Grad", "batches", "cache mode", "gradient\n", "∂L"}},
		{[]spec.Part{spec.EmitStep}, []string{"emitted: step\n", "what Step takes", "∂L/∂W1"},
			[]string{"batches", "GradBatch"}},
		{[]spec.Part{spec.EmitGrad}, []string{"emitted: forward, grad\n", "what Grad takes"}, []string{"StepBatch"}},
	} {
		for _, targets := range [][]spec.Target{nil, {}} {
			n := partial(c.parts...)
			n.Targets = targets
			text, err := gen.Explain(n, gen.Options{})
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range c.has {
				if !strings.Contains(text, want) {
					t.Errorf("%v: there is no %q in\n%s", c.parts, want, text)
				}
			}
			for _, stray := range c.lack {
				if strings.Contains(text, stray) {
					t.Errorf("%v: there is %q in\n%s", c.parts, stray, text)
				}
			}
		}
	}
}

// TestEmitAll: a list of all parts, in any order, gives what no list gives.
func TestEmitAll(t *testing.T) {
	all, reversed := partial(), partial()
	all.Emit = nil
	all.InputGradient, all.Optimizers = true, []spec.Optimizer{spec.Adam}
	reversed = all
	reversed.Emit = spec.Parts()
	slices.Reverse(reversed.Emit)
	var texts [2]string
	for i, n := range []spec.Network{all, reversed} {
		files, err := gen.Generate(n, gen.Options{NoMacros: true})
		if err != nil {
			t.Fatal(err)
		}
		texts[i] = fmt.Sprintf("%s", files)
	}
	if texts[0] != texts[1] {
		t.Error("a list of all parts is not what is emitted without one")
	}
}
