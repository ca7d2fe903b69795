//go:build amd64 && !purego && !race && !msan && !asan

package generated_test

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/cpu"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/generated/digits"
	"github.com/backpropgen/backpropgen/generated/iris"
	"github.com/backpropgen/backpropgen/generated/swingup"
	"github.com/backpropgen/backpropgen/spec"
)

// TestSmallPaths checks which samples go one by one and which in a tile: those that are predicted to, by their number
// alone, also behind whole tiles. Samples that go one by one are seen by the workspace that the first of them writes.
func TestSmallPaths(t *testing.T) {
	if !cpu.X86.HasAVX2 || !cpu.X86.HasFMA {
		t.Skip("the processor has no AVX2 and FMA: there are no tiles")
	}
	smallPaths(t, "iris/iris.yaml", new(iris.Iris))
	if testing.Short() {
		return
	}
	smallPaths(t, "digits/digits.yaml", new(digits.Digits))
	smallPaths(t, "swingup/swingup.yaml", new(swingup.Swingup))
}

// smallPaths checks them for a network with a spec.
func smallPaths[N kernels[P, G, W, B, X, Y], P, G, W, B, X, Y any](t *testing.T, path string, p N) {
	text, err := os.ReadFile(filepath.FromSlash(path))
	if err != nil {
		t.Fatal(err)
	}
	n, err := spec.Decode(path, text)
	if err != nil {
		t.Fatal(err)
	}
	predicted, err := gen.FewSamples(n)
	if err != nil {
		t.Fatal(err)
	}
	batch, g := new(B), new(G)
	fields := reflect.ValueOf(batch).Elem()
	tile := fields.FieldByName("restX").Len()
	written := (*float32)(fields.FieldByName("samples").Addr().UnsafePointer())
	xs, ys, out := make([]X, 2*tile), make([]Y, 2*tile), make([]Y, 2*tile)
	for function, call := range map[string]func(n int){
		plan.ForwardBatch: func(n int) { p.ForwardBatch(batch, xs[:n], out[:n]) },
		plan.GradBatch:    func(n int) { p.GradBatch(batch, xs[:n], ys[:n], g) },
	} {
		var few [2]int // without a tile before them, and with one
		for whole := range few {
			var paths strings.Builder
			for n := 1; n < tile; n++ {
				const mark = 12345
				*written = mark
				call(whole*tile + n)
				if *written != mark {
					few[whole]++
					paths.WriteByte('1')
				} else {
					paths.WriteByte('t')
				}
			}
			if strings.Contains(paths.String(), "t1") {
				t.Errorf("%s, %s: more samples go one by one than go in a tile: %s", path, function, &paths)
			}
			if !slices.Contains(predicted[function], few[whole]) {
				t.Errorf("%s, %s behind %d tiles: %d go one by one, predicted are %v on several cores", path, function,
					whole,
					few[whole], predicted[function])
			}
		}
		if few[0] != few[1] || few[0] == 0 {
			t.Errorf("%s, %s: %d samples go one by one, behind a tile %d", path, function, few[0], few[1])
		}
	}
}
