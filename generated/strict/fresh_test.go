package strict

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/backpropgen/backpropgen/generated/internal/short"
)

// TestFresh asks the command whether what is committed is what it would write now, and whether anything is extra.
func TestFresh(t *testing.T) {
	specs, err := filepath.Glob("*.yaml")
	if err != nil || len(specs) == 0 {
		t.Fatalf("no specs: %v", err)
	}
	if short.Asked {
		t.Skip("building the command and generating takes seconds; go test without -short does it")
	}
	check := exec.Command("go", append([]string{"run", "../../gen/cmd/backpropgen", "check"}, specs...)...)
	check.Env = append(os.Environ(), "BACKPROPGEN_CACHE=off") // everything is generated here
	if out, err := check.CombinedOutput(); err != nil {
		t.Errorf("%s\n%v; run go generate ./...", out, err)
	}
}
