package mutants

import (
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"regexp"
	"strings"
	"testing"
)

// edit changes the text of one emitted function.
type edit struct {
	// in is the name of a method, or what follows the network's name in that of a function, or that of a type's and the
	// method, Adam.Reset; empty: the whole file.
	in string
	// find is a regular expression, put what takes the place of its first match. all: of every match.
	find, put string
	all       bool
}

// mutant is a mistake planted in the emitted code of a victim.
type mutant struct {
	victim, mistake string
	edits           []edit
	// also is Go that the edited functions need besides.
	also string
}

// one is a mutant of one edit, which is most of them.
func one(victim, in, mistake, find, put string) mutant {
	return mutant{victim, mistake, []edit{{in, find, put, false}}, ""}
}

// every is a mutant that changes all matches in a file.
func every(victim, mistake, find, put string) mutant {
	return mutant{victim, mistake, []edit{{"", find, put, true}}, ""}
}

// apply plants the mistake in the source of the victim's kernels. It fails if an edit finds nothing to change, or
// leaves what it finds as it was.
func (m mutant) apply(source string) (string, error) {
	for _, e := range m.edits {
		from, to, err := e.span(m.victim, source)
		if err != nil {
			return "", err
		}
		find, err := regexp.Compile("(?m)" + e.find)
		if err != nil {
			return "", err
		}
		before := source[from:to]
		at := find.FindStringSubmatchIndex(before)
		if at == nil {
			return "", fmt.Errorf("%s has nothing like %q", e.where(), e.find)
		}
		after := before[:at[0]] + string(find.ExpandString(nil, e.put, before, at)) + before[at[1]:]
		if e.all {
			after = find.ReplaceAllString(before, e.put)
		}
		if after == before {
			return "", fmt.Errorf("in %s, %q becomes what it was", e.where(), e.find)
		}
		source = source[:from] + after + source[to:]
	}
	formatted, err := format.Source([]byte(source + "\n" + m.also + "\n"))
	return string(formatted), err
}

func (e edit) where() string {
	if e.in == "" {
		return "the file"
	}
	return e.in
}

// span is where the edit's function lies in the source, from its result's type to its end, without its comment.
func (e edit) span(victim, source string) (from, to int, err error) {
	if e.in == "" {
		return 0, len(source), nil
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", source, parser.SkipObjectResolution)
	if err != nil {
		return 0, 0, err
	}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if ok && (f.Name.Name == e.in || f.Recv == nil && strings.EqualFold(f.Name.Name, victim+e.in) ||
			receiver(f)+"."+f.Name.Name == victim+e.in) {
			return fset.Position(f.Pos()).Offset, fset.Position(f.End()).Offset, nil
		}
	}
	return 0, 0, fmt.Errorf("%s has no function %s", victim, e.in)
}

// receiver is the name of the type that a method belongs to, empty for functions.
func receiver(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return ""
	}
	typ := f.Recv.List[0].Type
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	if generic, ok := typ.(*ast.IndexListExpr); ok {
		typ = generic.X
	}
	name, _ := typ.(*ast.Ident)
	return name.Name
}

// TestApply plants mistakes in a small file: what they change, and those that change nothing.
func TestApply(t *testing.T) {
	const source = `package p

// Forward returns a+b.
func (p *Net) Forward(a, b float32) float32 { return a + b + b }

func netExp(a, b float32) float32 { return a + b }

func (o *NetSGD) Reset() { o.T = 0 }

func (o *NetAdam) Reset() { o.T = 0 }
`
	for _, c := range []struct {
		m          mutant
		want, fail string
	}{
		{m: one("Net", "Forward", "", `\+ b`, "- b"),
			want: "{ return a - b + b }\n\nfunc netExp(a, b float32) float32 { return a + b }"},
		{m: one("Net", "Exp", "", `\+ (b)`, "- $1"),
			want: "{ return a + b + b }\n\nfunc netExp(a, b float32) float32 { return a - b }"},
		{m: one("Net", "Adam.Reset", "", `0`, "1"), want: "func (o *NetAdam) Reset() { o.T = 1 }"},
		{m: every("Net", "", ` \+ b`, " - b"),
			want: "{ return a - b - b }\n\nfunc netExp(a, b float32) float32 { return a - b }"},
		{m: mutant{victim: "Net", edits: []edit{{"Exp", "b }", "c }", false}}, also: "var c float32"},
			want: "{ o.T = 0 }\n\nvar c float32\n"},
		{m: one("Net", "Forward", "", `returns`, "is"), fail: `Forward has nothing like "returns"`},
		{m: one("Net", "Forward", "", `a \+ b`, "a + b"), fail: "becomes what it was"},
		{m: one("Net", "Step", "", `a`, "b"), fail: "Net has no function Step"},
		{m: one("Net", "Forward", "", `\+ b }`, "+ }"), fail: "expected operand"},
	} {
		got, err := c.m.apply(source)
		if c.fail != "" && (err == nil || !strings.Contains(err.Error(), c.fail)) {
			t.Errorf("%q → %q: %v, want an error with %q", c.m.edits[0].find, c.m.edits[0].put, err, c.fail)
		}
		if c.fail == "" && (err != nil || !strings.Contains(got, c.want)) {
			t.Errorf("%q → %q gives %v and\n%swant in it %q", c.m.edits[0].find, c.m.edits[0].put, err, got, c.want)
		}
	}
}
