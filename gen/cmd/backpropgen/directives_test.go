package main

import (
	"fmt"
	"strings"
	"testing"
)

// Lines are read as go generate reads them.
func TestDirectivesOf(t *testing.T) {
	const generate = "//go:" + "generate "
	for _, c := range []struct{ name, text, want string }{
		{"a.go", "package p\n\n" + generate + "go tool backpropgen generate a.yaml\n", "3 p [a.yaml]"},
		{
			"a_test.go",
			"package p_test\n" + generate +
				"/usr/bin/backpropgen generate -o x \"a b.yaml\" $GOFILE $GOLINE ${DOLLAR}x $GOPACKAGE\r\n",
			`2 p_test [-o x a b.yaml a_test.go 2 $x p_test]`,
		},
		{
			"a.go",
			"package p\n" + generate +
				"go run github.com/backpropgen/backpropgen/gen/cmd/backpropgen@v0.1.0 generate *.yaml\n",
			"2 p [*.yaml]",
		},
		{
			"a.go", "package p\n" + generate + "-command bpg go tool -modfile=t/go.mod backpropgen\n" + generate +
				"bpg generate a.yaml\n" + generate + "bpg check a.yaml\n", "3 p [a.yaml]",
		},
		{
			"a.go", "package p\n" + strings.TrimSpace(generate) + "\tbackpropgen.exe generate\n" + generate +
				"backpropgen generate b\n", "2 p [], 3 p [b]",
		},
		{"a.go", "//go:build generate\n\npackage p\n" + generate + "backpropgen generate a\n", "4 p [a]"},
		{"a.go", "//go:build ignore\n\npackage p\n" + generate + "backpropgen generate a\n", ""},
		{"_a.go", "package p\n" + generate + "backpropgen generate a\n", ""},
		{"a.go", generate + "backpropgen generate a\n", ""},
		{
			"a.go", "package p\n // " + generate + "backpropgen generate a\n " + generate + "backpropgen generate a\n",
			"",
		},
		{
			"a.go", "package p\n" + generate + "backpropgen generate \"a\n" + generate + "\n" + generate +
				"backpropgen\n" + generate + "stringer generate a\n", "",
		},
		{"a.go", "package p\n" + generate + "backpropgen generate a", ""},
	} {
		var got []string
		for _, run := range directivesOf("dir/"+c.name, []byte(c.text)) {
			got = append(got, fmt.Sprintf("%d %s %v", run.line, run.pkg, run.args))
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%s holding %q: %s, want %s", c.name, c.text, strings.Join(got, ", "), c.want)
		}
	}
}
