package main

import (
	"errors"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

func TestRefused(t *testing.T) {
	mistakes := spec.ErrorList{{Path: "unroll", Message: "too large"}, {Message: "too deep"}}
	for _, c := range []struct {
		err  error
		code int
		text string
	}{
		{mistakes, exitSpec, "iris.yaml: unroll: too large\niris.yaml: too deep"},
		{errors.New("does not type-check"), exitIO, "iris.yaml: does not type-check"},
	} {
		code, err := refused("iris.yaml", c.err)
		if code != c.code || err.Error() != c.text {
			t.Errorf("%v: code %d, %q, want %d, %q", c.err, code, err, c.code, c.text)
		}
	}
	if mistakes[0].File != "" {
		t.Error("the caller's list was changed")
	}
}
