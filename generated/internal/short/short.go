// Package short leaves emitted tests out of go test -short: those of networks for which the judge takes many seconds,
// and of networks that differ little from others.
package short

import (
	"flag"
	"os"
	"testing"
)

// Main runs the tests of a package, with -short without those whose names a regular expression matches.
func Main(m *testing.M, without string) {
	flag.Parse()
	if testing.Short() {
		skip(without)
	}
	os.Exit(m.Run())
}

// Asked says whether the user has asked for -short.
var Asked bool

// Strict is Main for networks that differ from others in their rounding alone: they have as few trials as with -short,
// and large ones are left out, unless full says otherwise.
func Strict(m *testing.M, full *bool, large, without string) {
	flag.Parse()
	Asked = testing.Short()
	switch {
	case Asked:
		skip(without)
	case !*full:
		set("test.short", "true")
		skip(large)
	}
	os.Exit(m.Run())
}

// skip leaves tests out.
func skip(without string) {
	if others := flag.Lookup("test.skip").Value.String(); others != "" {
		without += "|" + others
	}
	set("test.skip", without)
}

// set sets a flag of package testing.
func set(name, value string) {
	if err := flag.Set(name, value); err != nil {
		panic(err)
	}
}
