package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/backpropgen/backpropgen/gen"
)

// versionCommand is the subcommand version.
func versionCommand() command {
	return command{
		name:    "version",
		summary: "print the version",
		about: "Prints the version that emitted files name, and the Go that built the command. If the module has another\n" +
			"version, or it was built from a revision, it prints that too.",
		example: "backpropgen version",
		run:     runVersion,
	}
}

// runVersion is the version command.
func runVersion(c *call) int {
	if len(c.args) > 0 {
		return c.misused("takes no arguments")
	}
	info, _ := debug.ReadBuildInfo()
	version := gen.Version
	if build := versionOf(info); build != version {
		version += " " + build
	}
	fmt.Fprintf(c.stdout, "backpropgen %s %s %s/%s\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return exitOK
}

// versionOf returns the module version a binary was built from, or, for a build in a working tree, its
// revision; info may be nil.
func versionOf(info *debug.BuildInfo) string {
	const unknown = "(devel)"
	if info == nil {
		return unknown
	}
	const module = "github.com/backpropgen/backpropgen"
	for _, m := range append([]*debug.Module{&info.Main}, info.Deps...) {
		if m.Path == module && m.Version != "" && m.Version != unknown {
			return m.Version
		}
	}
	revision, modified := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			modified = ", modified"
		}
	}
	if revision == "" {
		return unknown
	}
	return "(devel " + revision[:min(12, len(revision))] + modified + ")"
}
