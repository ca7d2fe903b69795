package gen_test

import (
	"os"
	"runtime/debug"
	"testing"
)

// TestMain lets the heap grow more between collections than usual: generating leaves much behind, and what else the
// tests hold is little.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	os.Exit(m.Run())
}
