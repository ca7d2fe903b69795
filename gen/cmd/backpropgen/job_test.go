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
		data string
		text string
	}{
		{mistakes, exitSpec, "", "iris.yaml: unroll: too large\niris.yaml: too deep"},
		{errors.New("does not type-check"), exitIO, "", "iris.yaml: does not type-check"},
		{
			spec.ErrorList{{Path: "cost.expr", Offset: 4, Message: "too steep"}}, exitSpec,
			"name: N\ninput: 1\nlayers: [{dense: 1}]\ncost: {expr: \"(a*a)+(y)\"}\n",
			"iris.yaml:4:20: cost.expr: too steep\n    cost: {expr: \"(a*a)+(y)\"}\n                       ^",
		},
	} {
		code, err := refused(&source{path: "iris.yaml", data: []byte(c.data)}, c.err)
		if code != c.code || err.Error() != c.text {
			t.Errorf("%v: code %d, %q, want %d, %q", c.err, code, err, c.code, c.text)
		}
	}
	if mistakes[0].File != "" {
		t.Error("the caller's list was changed")
	}
}
