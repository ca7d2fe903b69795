package plan

import (
	"bytes"
	"os"
	"testing"

	"github.com/backpropgen/backpropgen/internal/overlay"
)

// TestNewLayer adds an activation of a whole layer to this package, and has testdata/newlayer see it emitted. All
// packages between the two are compiled with it.
func TestNewLayer(t *testing.T) {
	if testing.Short() {
		t.Skip("compiling the backends with another plan takes seconds; go test without -short does it")
	}
	added, err := os.ReadFile("testdata/newlayer/plan/withlayer.go")
	if err != nil {
		t.Fatal(err)
	}
	out, err := overlay.Files{"withlayer.go": added}.Go(t, "test", "-count=1", "-v", "./testdata/newlayer").
		CombinedOutput()
	if err != nil || !bytes.Contains(out, []byte("--- PASS: TestNewLayer")) {
		t.Errorf("%v\n%s", err, out)
	}
}
