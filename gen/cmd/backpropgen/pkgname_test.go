package main

import (
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

// Every source of the package name comes before those behind it.
func TestChoosePackageOrder(t *testing.T) {
	here := folderKey(".")
	hand := []goFile{{name: "a.go", pkg: "inplace"}}
	for _, c := range []struct {
		flag, spec, env, folder string
		hand                    []goFile
		want                    string // or a part of the error
	}{
		{flag: "flag", spec: "own", env: "env", folder: here, want: "flag"},
		{spec: "own", env: "env", folder: here, want: "own"},
		{env: "env", folder: here, want: "env"},
		{env: "env", folder: "/x/other", want: "other"},
		{env: "inplace_test", folder: here, hand: hand, want: "inplace"},
		{folder: "/x/other", hand: hand, want: "inplace"},
		{folder: "/x/other", want: "other"},
		{
			flag: "flag", folder: "/x/other", hand: hand,
			want: "in package flag (from the -pkg flag); one folder holds one package",
		},
		{spec: "own", folder: "/x/other", hand: hand, want: "in package own (from its spec)"},
		{env: "env", folder: here, hand: hand, want: "in package env (from $GOPACKAGE)"},
		{env: "a b", folder: here, want: "package (from $GOPACKAGE): \"a b\" is not a Go identifier"},
		{folder: "/x/1", want: "write 'package: NAME' in the spec or use -pkg NAME"},
	} {
		s := &source{path: "iris.yaml", network: spec.Network{Package: c.spec}}
		f := &folder{place: &place{path: "f", key: c.folder}, handwritten: c.hand}
		got, err := choosePackage(s, f, c.flag, func(name string) string {
			if name == "GOPACKAGE" {
				return c.env
			}
			return ""
		})
		if err != nil && strings.Contains(err.Error(), c.want) {
			continue
		}
		if err != nil || got != c.want {
			t.Errorf("%+v gives %q, %v", c, got, err)
		}
	}
}

func TestPackageProblem(t *testing.T) {
	for _, name := range []string{"", "_", "func", "a-b", "a b", "1a", "x_test", "a\nb", strings.Repeat("a", 1000)} {
		if packageProblem(name) == nil {
			t.Errorf("%q is accepted", name)
		}
	}
	for _, name := range []string{"iris", "a_b", "main", "v2"} {
		if err := packageProblem(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}
