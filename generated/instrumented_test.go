package generated_test

import (
	"os/exec"
	"strings"
	"testing"
)

// TestInstrumented builds an emitted package so that the compiler allocates where pointers are unsafe, as it does with -asan: its test
// passes, and says that it does not judge allocations.
func TestInstrumented(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED with -short: it builds and runs the test of a network")
	}
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "test", "-gcflags=-d=checkptr=2", "-v", "-run", "^TestIris$", "./iris").CombinedOutput()
	if err != nil || !strings.Contains(string(out), "allocations were not judged: with -gcflags=-d=checkptr=2") {
		t.Errorf("%v\n%s", err, out)
	}
}
