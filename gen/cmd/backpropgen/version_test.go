package main

import (
	"runtime/debug"
	"testing"
)

func TestVersionOf(t *testing.T) {
	const module = "github.com/backpropgen/backpropgen"
	revision := []debug.BuildSetting{{Key: "vcs.revision", Value: "0123456789abcdef"}}
	for _, c := range []struct {
		info *debug.BuildInfo
		want string
	}{
		{nil, "(devel)"},
		{&debug.BuildInfo{Main: debug.Module{Path: module, Version: "v1.2.3"}}, "v1.2.3"},
		{&debug.BuildInfo{Main: debug.Module{Path: module, Version: "(devel)"}}, "(devel)"},
		{&debug.BuildInfo{Main: debug.Module{Path: module}, Settings: revision}, "(devel 0123456789ab)"},
		{&debug.BuildInfo{
			Main:     debug.Module{Path: module},
			Settings: append(revision, debug.BuildSetting{Key: "vcs.modified", Value: "true"}),
		},
			"(devel 0123456789ab, modified)"},
		// Built as a tool of another module, that module is the main one.
		{&debug.BuildInfo{Main: debug.Module{Path: "x", Version: "v9.0.0"},
			Deps: []*debug.Module{{Path: module, Version: "v1.2.3"}}}, "v1.2.3"},
	} {
		if got := versionOf(c.info); got != c.want {
			t.Errorf("%+v: %s, want %s", c.info, got, c.want)
		}
	}
}
