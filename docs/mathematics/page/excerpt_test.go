package main

import (
	"slices"
	"strings"
	"testing"
)

const emittedExample = `package net

func (p *Net) Forward() {
	// a = 1
	x := 0
	for i := 0; i < 2; i++ {
		a_i := 1
		b_i := 2
		c_i := 3
	}

	// b = 2
	y := 1
	return y
}

func (p *Net) Backward() {
	// a = 1
	z := 2
}

func (p *Net) Grad() {
	p.Backward()
	for k := range 2 {
		// c = 3
		c := 3
	}
}
`

// TestBlock finds equations: those of the function only, up to an empty line, the return or the end.
func TestBlock(t *testing.T) {
	lines := strings.Split(emittedExample, "\n")
	for _, c := range []struct {
		function, equation, in string
		from, to               int
	}{
		{"Forward", "a = 1", "Forward", 3, 10},
		{"Forward", "b = 2", "Forward", 11, 13},
		{"Backward", "a = 1", "Backward", 17, 19},
		{"Grad", "a = 1", "Backward", 17, 19}, // which it calls
		{"Grad", "c = 3", "Grad", 24, 26},     // in a loop
	} {
		found, err := block(lines, c.function, c.equation)
		if err != nil || found != (place{c.in, c.from, c.to}) {
			t.Errorf("%s, %s: %v, %v; want lines %d to %d", c.function, c.equation, found, err, c.from, c.to)
		}
	}
	if _, err := block(lines, "Backward", "b = 2"); err == nil || !strings.Contains(err.Error(), "it has\na = 1") {
		t.Errorf("an equation of another function: %v, want what this one has", err)
	}
}

// TestSelected shortens a block.
func TestSelected(t *testing.T) {
	lines := strings.Split(emittedExample, "\n")[3:10]
	for _, c := range []struct{ keep, want []string }{
		{nil, []string{"// a = 1", "x := 0", "for i := 0; i < 2; i++ {", "\ta_i := 1", "\tb_i := 2", "\tc_i := 3",
			"}"}},
		{[]string{"x :="}, []string{"// a = 1", "x := 0", "// …"}},
		{[]string{"for ", "b_i", "}"}, []string{"// a = 1", "// …", "for i := 0; i < 2; i++ {", "\t// …", "\tb_i := 2",
			"\t// …", "}"}},
	} {
		got, err := selected(lines, c.keep)
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("keeping %q: %q, %v; want %q", c.keep, got, err, c.want)
		}
	}
	if got, err := selected(lines, []string{"x", "w"}); err == nil {
		t.Errorf("a line that is not there: %q and no error", got)
	}
}
