package plan

import (
	"os"
	"reflect"
	"testing"
	"unsafe"

	"github.com/backpropgen/backpropgen/gen/plan/plantest"
	"github.com/backpropgen/backpropgen/generated/control"
	irisnet "github.com/backpropgen/backpropgen/generated/iris"
	"github.com/backpropgen/backpropgen/generated/xor"
	"github.com/backpropgen/backpropgen/spec"
)

// TestWorkspaceBytes compares the size of a workspace with that of the emitted struct, of networks for which backends
// add nothing.
func TestWorkspaceBytes(t *testing.T) {
	for name, want := range map[string]uintptr{
		"xor":     unsafe.Sizeof(xor.XorWorkspace{}),
		"iris":    unsafe.Sizeof(irisnet.IrisWorkspace{}),
		"control": unsafe.Sizeof(control.ControlWorkspace{}),
	} {
		path := "../../generated/" + name + "/" + name + ".yaml"
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		n, err := spec.Decode(path, data)
		if err != nil {
			t.Fatal(err)
		}
		p := mustCompile(t, n.WithDefaults())
		if got := p.WorkspaceBytes(); got != int(want) {
			t.Errorf("%s: %d bytes, the emitted workspace has %d", name, got, want)
		}
		n.Precision = spec.Float64
		if got := mustCompile(t, n.WithDefaults()).WorkspaceBytes(); got != 2*int(want) {
			t.Errorf("%s in float64: %d bytes, want %d", name, got, 2*want)
		}
	}
}

// TestBatchBytes compares the size of the workspaces of a block and of the gradient with that in the emitted struct,
// where what the assembly needs comes before them.
func TestBatchBytes(t *testing.T) {
	batch := reflect.TypeFor[irisnet.IrisBatch]()
	first, ok := batch.FieldByName("samples")
	if got := mustCompile(t, plantest.Iris()).BatchBytes(); !ok || got != int(batch.Size()-first.Offset) {
		t.Errorf("%d bytes, the emitted batch has %d from its field samples on", got, batch.Size()-first.Offset)
	}
}

// TestCachedBytes counts what lies in the workspace between Forward and Backward.
func TestCachedBytes(t *testing.T) {
	n := plantest.Network("cross-entropy", []int{4, 8, 3}, "arctan", "softmax")
	for _, c := range []struct {
		mode spec.Cache
		want int // numbers: z1, a1, then z2, a2, m2 and s2 in any mode
	}{
		{spec.CachePre, 8 + 8}, {spec.CachePost, 8 + 8 + 8}, {spec.CacheBoth, 8 + 8 + 8}, {spec.CacheAuto, 8 + 8 + 8},
	} {
		n.Cache = c.mode
		for precision, size := range map[spec.Precision]int{spec.Float32: 4, spec.Float64: 8} {
			n.Precision = precision
			if got := mustCompile(t, n).CachedBytes(); got != size*c.want {
				t.Errorf("cache %s keeps %d bytes, want %d", c.mode, got, size*c.want)
			}
		}
	}
}
