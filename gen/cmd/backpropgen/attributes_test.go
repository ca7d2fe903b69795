package main

import (
	"os"
	"testing"
)

// What init appends to a .gitattributes leaves every byte that was there, and says nothing twice.
func TestWithAttributes(t *testing.T) {
	const all = "*_gen.go linguist-generated\n*_gen_test.go linguist-generated\n*_gen.s linguist-generated\n"
	for _, c := range []struct {
		name, old, want string
		added           int
	}{
		{"nothing", "", all, 3},
		{"all of it", all, all, 0},
		{"other lines", "*.png binary\n", "*.png binary\n" + all, 3},
		{"no line end", "*.png binary", "*.png binary\n" + all, 3},
		{"some of it", "*_gen.s text linguist-generated=true\n",
			"*_gen.s text linguist-generated=true\n*_gen.go linguist-generated\n*_gen_test.go linguist-generated\n", 2},
		{"taken away on purpose", "*_gen.go -linguist-generated\n*_gen_test.go !linguist-generated\n" +
			"*_gen.s linguist-generated\n", "*_gen.go -linguist-generated\n*_gen_test.go !linguist-generated\n" +
			"*_gen.s linguist-generated\n", 0},
		{"a comment", "# *_gen.go linguist-generated\n", "# *_gen.go linguist-generated\n" + all, 3},
		{"another attribute", "*_gen.go text\n", "*_gen.go text\n" + all, 3},
		{"line ends of Windows", "*.png binary\r\n", "*.png binary\r\n*_gen.go linguist-generated\r\n" +
			"*_gen_test.go linguist-generated\r\n*_gen.s linguist-generated\r\n", 3},
	} {
		text, added := withAttributes([]byte(c.old))
		if string(text) != c.want || len(added) != c.added {
			t.Errorf("%s: %q, added %q, want %q", c.name, text, added, c.want)
		}
		if again, more := withAttributes(text); string(again) != string(text) || len(more) != 0 {
			t.Errorf("%s: a second time it adds %q", c.name, more)
		}
	}
}

// This repository says of its own emitted files what init makes others say.
func TestRepositoryAttributes(t *testing.T) {
	data, err := os.ReadFile("../../../" + attributesFile)
	if err != nil {
		t.Fatal(err)
	}
	if _, missing := withAttributes(data); len(missing) > 0 {
		t.Errorf("%s lacks %q", attributesFile, missing)
	}
}
