package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/internal/difference"
)

// TestThirtyTwoBits: a generator whose ints have 32 bits writes the same files as one of 64 bits, and explains the
// same, also of networks whose operations, cycles and bytes are more than such an int holds. It is long because both
// write the largest networks; no other test runs the generator where an int overflows.
func TestThirtyTwoBits(t *testing.T) {
	if testing.Short() {
		t.Skip("building the generator once more takes a while; go test without -short does it")
	}
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("NOT CHECKED: programs for 386 run on linux/amd64 only")
	}
	dir := t.TempDir()
	commands := map[string]string{}
	for _, arch := range []string{"amd64", "386"} {
		commands[arch] = built(t, arch)
	}
	specs := map[string]string{
		"Usual": "input: 40\nlayers:\n  - {dense: 70, activation: gelu}\n" +
			"  - {dense: 9, activation: softmax}\ncost: cross-entropy\noptimizers: [adam]\n",
		"Largest": "input: 4095\nbatch: 256\nlayers:\n  - {dense: 4095, activation: tanh}\ncost: mse\n",
		"Batches": "input: 1023\nbatch: 16384\nlayers:\n  - {dense: 1023, activation: tanh}\ncost: mse\n",
		"Strict": "input: 100\nprecision: float64\nrounding: strict\n" +
			"layers:\n  - {dense: 300, activation: silu}\n  - dense: 5\ncost: huber\n",
	}
	// What is explained of a network may overflow as what is emitted may; both take seconds of a large one.
	explained := []string{"Usual", "Largest", "Batches"}
	emitted := []string{"Usual", "Largest", "Strict"}
	for name, text := range specs {
		spec := filepath.Join(dir, name+".yaml")
		if err := os.WriteFile(spec, []byte("name: "+name+"\n"+text), 0o644); err != nil {
			t.Fatal(err)
		}
		said := map[string][]byte{}
		for arch, command := range commands {
			run := func(args ...string) []byte {
				out, err := exec.CommandContext(t.Context(), command, append(args, spec)...).CombinedOutput()
				if err != nil {
					t.Fatalf("%s on %s: %v\n%s", name, arch, err, out)
				}
				return out
			}
			if slices.Contains(emitted, name) {
				run("generate", "-pkg", "net", "-o", filepath.Join(dir, name, arch))
			}
			if slices.Contains(explained, name) {
				said[arch] = run("explain")
			}
		}
		if got, want := said["386"], said["amd64"]; !bytes.Equal(got, want) {
			t.Errorf("explain of %s: %s", name, difference.First(got, want))
		}
		if !slices.Contains(emitted, name) {
			continue
		}
		files, err := filepath.Glob(filepath.Join(dir, name, "amd64", "*"))
		if err != nil || len(files) < 7 {
			t.Fatalf("%s: %d files, %v", name, len(files), err)
		}
		for _, file := range files {
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(filepath.Join(dir, name, "386", filepath.Base(file)))
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s: %v, %s", filepath.Base(file), err, difference.First(got, want))
			}
		}
	}
}
