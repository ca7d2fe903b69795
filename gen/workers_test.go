package gen_test

import (
	"runtime"
	"testing"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/spec"
)

// TestWorkers: a network has the same files and the same explanation however many pieces of work run at a time.
func TestWorkers(t *testing.T) {
	n, err := spec.DecodeFile("../generated/xor/xor.yaml")
	if err != nil {
		t.Fatal(err)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	emit := func(workers int) (files []gen.File, explained string) {
		runtime.GOMAXPROCS(workers)
		c, err := gen.Compile(n, gen.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if files, err = c.Files(); err != nil {
			t.Fatal(err)
		}
		if explained, err = c.Explain(); err != nil {
			t.Fatal(err)
		}
		return files, explained
	}
	files, explained := emit(1)
	for _, workers := range []int{5, 2} {
		if workers == 2 && testing.Short() {
			break
		}
		others, text := emit(workers)
		if text != explained {
			t.Errorf("%d workers explain it differently", workers)
		}
		for i, f := range others {
			if len(others) != len(files) || f.Name != files[i].Name || string(f.Data) != string(files[i].Data) {
				t.Errorf("%d workers emit another %s", workers, f.Name)
			}
		}
	}
}
