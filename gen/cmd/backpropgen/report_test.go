package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"
)

func TestReportCodeIsTheSmallest(t *testing.T) {
	var r report
	r.add(exitStale, nil)
	if r.failed() || r.code() != exitOK {
		t.Errorf("no failure gives code %d", r.code())
	}
	for _, step := range []struct{ add, want int }{
		{exitStale, 4}, {exitSpec, 3}, {exitStale, 3}, {exitIO, 1}, {exitSpec, 1},
	} {
		r.addf(step.add, "failure %d", step.add)
		if r.code() != step.want {
			t.Errorf("after a failure of code %d the code is %d, want %d", step.add, r.code(), step.want)
		}
	}
	var b strings.Builder
	r.print(&b)
	if want := "failure 4\nfailure 3\nfailure 1\n"; b.String() != want {
		t.Errorf("printed %q, want %q", b.String(), want)
	}
}

func TestCause(t *testing.T) {
	err := fmt.Errorf("outer: %w", &fs.PathError{Op: "open", Path: "secret", Err: syscall.EACCES})
	for _, c := range []struct {
		err  error
		want string
	}{
		{err, "permission denied"},
		{&os.LinkError{Op: "rename", Old: "a", New: "b", Err: syscall.ENOSPC}, "no space left on device"},
		{errors.New("bell \a"), "bell \uFFFD"},
	} {
		if got := cause(c.err); got != c.want {
			t.Errorf("cause of %v is %q, want %q", c.err, got, c.want)
		}
	}
}

// Nothing that a terminal or a shell would act on gets through.
func TestShownAndShellWord(t *testing.T) {
	for _, c := range []struct{ in, shown, word string }{
		{"iris.yaml", "iris.yaml", "iris.yaml"},
		{"nets/réseau.yaml", "nets/réseau.yaml", "'nets/réseau.yaml'"},
		{"", `""`, "''"},
		{"a b", `"a b"`, "'a b'"},
		{"a\nb", `"a\nb"`, "'a\nb'"},
		{"\x1b[2J", `"\x1b[2J"`, "'\x1b[2J'"},
		{"\xff", `"\xff"`, "'\xff'"},
		{"it's", "it's", `'it'\''s'`},
		{"$(rm)", "$(rm)", "'$(rm)'"},
	} {
		if got := shown(c.in); got != c.shown {
			t.Errorf("shown(%q) = %s, want %s", c.in, got, c.shown)
		}
		if got := shellWord(c.in); got != c.word {
			t.Errorf("shellWord(%q) = %s, want %s", c.in, got, c.word)
		}
	}
}
