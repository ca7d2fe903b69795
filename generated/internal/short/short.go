// Package short leaves emitted tests out of go test -short: those of networks for which the judge takes many seconds, and
// of networks that differ little from others.
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
		skipped := flag.Lookup("test.skip").Value
		if others := skipped.String(); others != "" {
			without += "|" + others
		}
		if err := skipped.Set(without); err != nil {
			panic(err) // a value of package testing takes any text
		}
	}
	os.Exit(m.Run())
}
