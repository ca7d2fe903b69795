package main

import (
	"strings"
	"testing"
)

func TestProgressIsForTerminals(t *testing.T) {
	var b strings.Builder
	p := newProgress(&call{env: env{stderr: &b}}, 2)
	p.next("a.yaml")
	p.clear()
	if b.Len() > 0 {
		t.Errorf("printed %q where there is no terminal", b.String())
	}

	p = &progress{w: &b, total: 2}
	p.next("a.yaml")
	p.next("b\n.yaml")
	p.clear()
	if want := "\r\x1b[K[1/2] a.yaml\r\x1b[K[2/2] \"b\\n.yaml\"\r\x1b[K"; b.String() != want {
		t.Errorf("printed %q, want %q", b.String(), want)
	}
}
