package main

import (
	"strings"
	"testing"
)

func TestParseGo(t *testing.T) {
	const text = `package p

import (
	"fmt"
	_ "embed"
	. "math"
	short "strings"
)

type T[P any] struct{ field int }

type (
	A = int
	B int
)

const c, d = 1, 2

var _, v = 1, 2

func init() {}
func F() { type local int }
func (T[P]) Method() {}

func unfinished( {
`
	g, ok := parseGo("/nowhere", "p.go", []byte(text))
	if !ok || g.pkg != "p" || g.external() {
		t.Fatalf("got %+v, %v", g, ok)
	}
	var names []string
	for _, d := range g.declares {
		names = append(names, d.name)
		if d.imported != (d.name == "short") {
			t.Errorf("%s: imported is %v", d.name, d.imported)
		}
		if d.name == "T" && d.line != 10 {
			t.Errorf("T is on line %d, want 10", d.line)
		}
	}
	if got, want := strings.Join(names, " "), "short T A B c d v F"; !strings.HasPrefix(got, want) {
		t.Errorf("declares %s, want %s", got, want)
	}
}

func TestParseGoTakesFilesOfThePackage(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       bool
	}{
		{"a.go", "package p\n", true},
		{"a_test.go", "package p_test\n", true},
		{"a_windows.go", "package p\n", true},
		{"a_darwin_arm64.go", "package p\n", true},
		{"a.go", "//go:build !windows\n\npackage p\n", true},
		{"a.go", "//go:build linux && !purego\n\npackage p\n", true},
		{"a.go", "//go:build ignore\n\npackage main\n", false},
		{"a.go", "//go:build mage\n\npackage main\n", false},
		{"_a.go", "package p\n", false},
		{".a.go", "package p\n", false},
		{"a.go", "", false},
		{"a.go", "\x00\x01", false},
	} {
		g, ok := parseGo("/nowhere", c.name, []byte(c.text))
		if ok != c.want {
			t.Errorf("%s holding %q: %v, want %v", c.name, c.text, ok, c.want)
		}
		if wantExternal := c.text == "package p_test\n"; g.external() != wantExternal {
			t.Errorf("%s holding %q: external is %v", c.name, c.text, g.external())
		}
	}
}

func TestIdentifierFrom(t *testing.T) {
	for dir, want := range map[string]string{
		"/a/nets": "nets", "/a/My-Nets.v2": "mynetsv2", "/a/2nd": "2nd", "/": "", "/a/日本": "", "/a/a_b": "a_b",
	} {
		if got := identifierFrom(dir); got != want {
			t.Errorf("identifierFrom(%q) = %q, want %q", dir, got, want)
		}
	}
}
