package amd64

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/gen/elementary"
	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/portable"
	"github.com/backpropgen/backpropgen/gen/portable/schedule"
	"github.com/backpropgen/backpropgen/spec"
)

var updatePage = flag.Bool("update", false, "write the page of the floors instead of comparing with it")

// TestFloors compares the page that follows a network through the floors with what they print.
func TestFloors(t *testing.T) {
	root, page := "../..", "../../docs/design/floors.md"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	want := string(text)
	for name, floor := range floors(t, root) {
		begin := "<!-- " + name + " -->\n```\n"
		from := strings.Index(want, begin)
		if from < 0 {
			t.Fatalf("%s has no place for %s", page, name)
		}
		from += len(begin)
		to := from + strings.Index(want[from:], "```\n")
		want = want[:from] + strings.TrimRight(floor, "\n") + "\n" + want[to:]
	}
	if *updatePage {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want != string(text) {
		t.Errorf("%s is out of date; run go test ./gen/amd64 -run Floors -update and look at the difference", page)
	}
	for _, file := range regexp.MustCompile("`((?:gen|generated)/[a-z0-9_/]+\\.(?:go|s|yaml))`").FindAllStringSubmatch(want, -1) {
		if _, err := os.Stat(filepath.Join(root, file[1])); err != nil {
			t.Errorf("the page names %s: %v", file[1], err)
		}
	}
}

// floors are the texts of iris on each floor.
func floors(t *testing.T, root string) map[string]string {
	t.Helper()
	read := func(name string) string {
		data, err := os.ReadFile(filepath.Join(root, "generated/iris", name))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	n, err := spec.DecodeFile(filepath.Join(root, "generated/iris/iris.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	s, _, err := portable.Compile(n)
	if err != nil {
		t.Fatal(err)
	}
	p := s.Program
	program, err := portable.Build(s, portable.Options{})
	if err != nil {
		t.Fatal(err)
	}
	f := assembly.NewFile(commonOf(p))
	f.Programs = true
	fn, err := assembly.Sample(f, p, machineOf(isa.AVX2, p.ElementBytes()), p.Func(plan.Forward))
	if err != nil {
		t.Fatal(err)
	}
	text := read("iris_amd64_gen.s")
	_, forward, _ := strings.Cut(text, "TEXT ·irisForward(")
	macro := regexp.MustCompile(`\n\t(\w+\()`).FindStringSubmatch(forward)
	if macro == nil {
		t.Fatal("Forward has no macro")
	}
	tanh := &code.File{}
	if err := elementary.Declare(tanh, "iris", []expr.Op{expr.OpTanh}, code.Float32); err != nil {
		t.Fatal(err)
	}
	return map[string]string{
		"spec":     read("iris.yaml"),
		"plan":     between(t, p.String(), "Forward\n", "Loss\n", 20),
		"schedule": between(t, s.String(), "Forward\n", "Loss\n", 20),
		"code":     between(t, program.Func("Iris", part(s)).String(), "func", "", 14),
		"tanh":     between(t, tanh.Func("", "irisTanh").String(), "\te := ", "", 8),
		"go":       between(t, read("iris_gen.go"), "func (p *Iris) "+part(s)+"(", "", 10),
		"vec":      between(t, fn.Program.String(), "", "", 24),
		"assembly": between(t, text, "TEXT ·irisForward(", "", 14),
		"macro":    between(t, text, "#define "+macro[1], "\n\n", 14),
	}
}

// part is the method that does what Forward does, if that has one.
func part(s *schedule.Schedule) string {
	if name := s.Function(s.Program.Func(plan.Forward)).Parts[0].Name; name != "" {
		return name
	}
	return plan.Forward
}

// between are the lines of a text from where it says one thing to where it says another, at most so many.
func between(t *testing.T, text, from, to string, most int) string {
	t.Helper()
	at := strings.Index(text, from)
	if at < 0 {
		t.Fatalf("no %q in\n%s", from, text)
	}
	text = text[at:]
	if end := strings.Index(text, to); to != "" && end >= 0 {
		text = text[:end]
	}
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	if len(lines) > most {
		lines = append(lines[:most], "…")
	}
	return strings.Join(lines, "\n")
}
