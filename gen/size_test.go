package gen_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/spec"
)

// TestSizes holds the sizes of emitted files, in bytes together, to what they have come to: people commit and review
// them. A change that makes them larger says here what for: the last ones were sums of registers that are computed
// once for several operations, and made others smaller, and limits that Clip refuses. Alone are those without arm64.
// Wanted were 150 KB of iris, 80 of xor, 350 of control and 300 of digits and pixels, and 15 KB, of 1024 bytes each, of
// an iris that has Forward and nothing else.
func TestSizes(t *testing.T) {
	for _, c := range []struct {
		network string
		emit    []spec.Part
		targets []spec.Target
		most    int
		alone   int
	}{
		// The second processor adds less than the first has.
		{"xor", nil, nil, 155.6e3, 109.6e3}, {"iris", nil, nil, 187.9e3, 130.7e3}, {"control", nil, nil, 269.3e3, 205.8e3},
		{"digits", nil, nil, 323.6e3, 248.6e3}, {"pixels", nil, nil, 315.5e3, 228.0e3},
		{"iris", []spec.Part{spec.EmitForward}, nil, 22.8e3, 0},
		{"iris", []spec.Part{spec.EmitForward}, []spec.Target{spec.AMD64}, 15.21e3, 0},
	} {
		path := filepath.Join("..", "generated", c.network, c.network+".yaml")
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		n, err := spec.Decode(path, text)
		if err != nil {
			t.Fatal(err)
		}
		total, of := 0, map[string]int{}
		if c.emit == nil { // what is committed is what is generated, as the tests of generated say
			for _, name := range gen.FileNames(n) {
				data, err := os.ReadFile(filepath.Join(filepath.Dir(path), name))
				if err != nil && !strings.HasSuffix(name, "_weights_gen.go") {
					t.Fatal(err)
				}
				total += len(data)
				if _, processor, ok := strings.Cut(strings.TrimSuffix(name, filepath.Ext(name)), "_"); ok {
					of[strings.TrimSuffix(processor, "_gen")] += len(data)
				}
			}
			if of["arm64"] == 0 || of["arm64"] > of["amd64"] {
				t.Errorf("%s: %d bytes for arm64, %d for amd64", c.network, of["arm64"], of["amd64"])
			}
			if alone := total - of["arm64"]; alone > c.alone {
				t.Errorf("%s without arm64: %d bytes, at most %d until now", c.network, alone, c.alone)
			}
		} else {
			n.Emit = c.emit
			if c.targets != nil {
				n.Targets = c.targets
			}
			files, err := gen.Generate(n, gen.Options{})
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range files {
				total += len(f.Data)
			}
			explained, err := gen.Explain(n, gen.Options{})
			if err != nil || !strings.Contains(explained, files[0].Name+" ") {
				t.Errorf("%s: explain does not say how large %s is: %v", c.network, files[0].Name, err)
			}
		}
		if total > c.most {
			t.Errorf("%s, emit %v: %d bytes, at most %d until now", c.network, c.emit, total, c.most)
		}
	}
}
