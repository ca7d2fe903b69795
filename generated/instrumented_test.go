package generated_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestInstrumented builds an emitted package so that the compiler allocates where pointers are unsafe, as it does with
// -asan: its test passes, and says that it does not judge allocations.
func TestInstrumented(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED with -short: it builds and runs the test of a network")
	}
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "test", "-gcflags=-d=checkptr=2", "-v", "-run", "^TestIris$",
		"./iris").CombinedOutput()
	if err != nil || !strings.Contains(string(out), "allocations were not judged: with -gcflags=-d=checkptr=2") {
		t.Errorf("%v\n%s", err, out)
	}
}

// racing is a test of two goroutines that train one network at once.
const racing = `package iris

import (
	"sync"
	"testing"
)

func TestRacing(t *testing.T) {
	p := new(Iris)
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() {
			var ws IrisWorkspace
			var batch IrisBatch
			p.Step(&ws, new([4]float32), new([3]float32), 0.1)
			p.StepBatch(&batch, make([][4]float32, 40), make([][3]float32, 40), 0.1)
		})
	}
	all.Wait()
}
`

// TestRaces: the race detector sees what kernels read and write, for with it they are portable Go.
func TestRaces(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED with -short: it builds a network with -race")
	}
	t.Parallel()
	dir := t.TempDir()
	test, overlay := filepath.Join(dir, "racing_test.go"), filepath.Join(dir, "overlay.json")
	place, err := filepath.Abs("iris/racing_test.go")
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(map[string]map[string]string{"Replace": {place: test}})
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{test: []byte(racing), overlay: text} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.CommandContext(t.Context(), "go", "test", "-race", "-overlay", overlay, "-run", "^TestRacing$",
		"./iris").CombinedOutput()
	switch {
	case strings.Contains(string(out), "-race requires cgo") ||
		strings.Contains(string(out), "-race is not supported") ||
		strings.Contains(string(out), "C compiler"):
		t.Skipf("SKIPPED: there is no race detector here: %s", out)
	case err == nil || !strings.Contains(string(out), "DATA RACE"):
		t.Errorf("two goroutines train one network, and the detector says: %v\n%s", err, out)
	}
}
