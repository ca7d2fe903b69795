package gentest

import (
	"os"
	"path/filepath"
	"runtime/debug"
	"testing"
)

// Root is the folder of this module. Tests run in that of their package.
func Root(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod is above the test's folder")
		}
		dir = up
	}
}

// Compiles skips a test that has networks compiled with -short: the compiler takes seconds for a few.
func Compiles(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("SKIPPED with -short: compiling networks takes seconds")
	}
}

// Main runs the tests of a package. It lets the heap grow more between collections than usual: generating leaves much
// behind, and what else the tests hold is little.
func Main(m *testing.M) {
	debug.SetGCPercent(400)
	os.Exit(m.Run())
}
