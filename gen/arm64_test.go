package gen_test

import (
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/gen/internal/gentest"
	"github.com/backpropgen/backpropgen/spec"
)

// TestEmittedARM64 emits networks with assembly for AArch64 and runs their emitted tests there, or under qemu: at the
// level NEON and in portable Go. It is what shows that declarations, structs and assembly fit together. It has the
// tiles that amd64 chooses, and macros.
func TestEmittedARM64(t *testing.T) {
	if testing.Short() {
		t.Skip("-short emulates no processor")
	}
	args := []string{"-v", "-short"}
	if runtime.GOARCH != "arm64" {
		qemu, err := exec.LookPath("qemu-aarch64")
		if err != nil {
			t.Skip("no qemu-aarch64 (Debian's qemu-user)")
		}
		args = append(args, "-exec", qemu)
	}
	m := gentest.NewModule(t)
	networks := []spec.Network{
		{Name: "Iris", Input: 4, Cost: spec.Function{Name: "cross-entropy"},
			Layers:  []spec.Layer{gentest.Act(8, "tanh"), gentest.Act(3, "softmax")},
			Targets: []spec.Target{spec.AMD64, spec.ARM64}},
	}
	m.Macros = true
	for i := range networks {
		m.EmitWith(t, networks[i].WithDefaults(),
			gen.Options{Package: "net", Qualify: true, EveryLevel: true, Backends: gen.Backends()})
	}
	cmd := m.GoCommand(append([]string{"test", "-count=1"}, append(args, "./net")...)...)
	cmd.Env = append(cmd.Env, "GOARCH=arm64", "CGO_ENABLED=0")
	said, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, gentest.Beginning(string(said)))
	}
	for _, n := range networks {
		if !strings.Contains(string(said), "--- PASS: Test"+n.Name+"/NEON") {
			t.Errorf("the test of %s did not run at the level NEON:\n%s", n.Name, gentest.Beginning(string(said)))
		}
	}
}
