package plan

import (
	"math/rand/v2"
	"os"
	"reflect"
	"strings"
	"testing"
	"unsafe"

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
	if got := mustCompile(t, iris()).BatchBytes(); !ok || got != int(batch.Size()-first.Offset) {
		t.Errorf("%d bytes, the emitted batch has %d from its field samples on", got, batch.Size()-first.Offset)
	}
}

// TestStatements counts the statements of a network small enough to count by hand, and checks that shared parts count
// once.
func TestStatements(t *testing.T) {
	n := build("squared-error", []int{2, 1}, "identity")
	// z = W·x + b: 2 terms and 4 for the element; the loss 4; ∇W 2, or W 2: Forward 6, Loss 10, Backward 6, Grad 12,
	// Step 12; to hand ŷ back 4: ForwardBatch 10, LossBatch 10, GradBatch and StepBatch together 12.
	if got := mustCompile(t, n).Statements(); got != 46+32 {
		t.Errorf("%d statements, want 78", got)
	}
	eachNetwork(t, func(t *testing.T, _ *rand.Rand, n spec.Network) {
		p := mustCompile(t, n)
		parts, all := map[*Part]int{}, 0
		for _, f := range p.Funcs {
			for _, part := range f.Parts {
				parts[part] = 0
				for _, piece := range part.Pieces {
					parts[part] += emitted(piece.Op, piece.Outer)
				}
			}
		}
		for _, n := range parts {
			all += n
		}
		if got := p.Statements(); got != all {
			t.Errorf("%d statements, the parts have %d", got, all)
		}
		if p.CodeBytes() != sourceBytes*int64(all) || p.MachineBytes() != machineBytes*int64(all) {
			t.Errorf("%d bytes of code and %d compiled for %d statements", p.CodeBytes(), p.MachineBytes(), all)
		}
	})
}

// TestEstimates compares the estimated size of the code with the committed networks' files.
func TestEstimates(t *testing.T) {
	for _, name := range []string{"control", "digits", "pixels"} { // in the smaller ones the declarations weigh most
		stem := "../../generated/" + name + "/" + name
		data, err := os.ReadFile(stem + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		n, err := spec.Decode(stem+".yaml", data)
		if err != nil {
			t.Fatal(err)
		}
		file, err := os.Stat(stem + "_gen.go")
		if err != nil {
			t.Fatal(err)
		}
		if got := int64(mustCompile(t, n.WithDefaults()).CodeBytes()); got > 2*file.Size() || got < file.Size()/2 {
			t.Errorf("%s: %d bytes of Go are expected, the file has %d", name, got, file.Size())
		}
	}
}

// TestUnrolled checks the three ways of saying it.
func TestUnrolled(t *testing.T) {
	small, wide := iris(), build("mse", []int{300, 200, 4}, "tanh", "identity")
	allLooped := build("mse", []int{300, 200}, "identity")
	for _, c := range []struct {
		n      spec.Network
		unroll spec.Unroll
		want   string
	}{
		{small, spec.UnrollAuto, "fully unrolled"},
		{wide, spec.UnrollAuto, "operations in loops over unrolled blocks, the others fully unrolled"},
		{allLooped, spec.UnrollLoop, "loops over unrolled blocks"},
	} {
		c.n.Unroll = c.unroll
		if got := mustCompile(t, c.n).Unrolled(); !strings.HasSuffix(got, c.want) ||
			(c.want[0] == 'o') != (got != c.want) {
			t.Errorf("%s, unroll %s: %q, want %q", title(c.n), c.unroll, got, c.want)
		}
	}
}

// TestCachedBytes counts what lies in the workspace between Forward and Backward.
func TestCachedBytes(t *testing.T) {
	n := build("cross-entropy", []int{4, 8, 3}, "arctan", "softmax")
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
