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
// them. A change that makes them larger says here what for.
func TestSizes(t *testing.T) {
	for _, c := range []struct {
		network string
		emit    []spec.Part
		most    int
	}{
		{"xor", nil, 137e3}, {"iris", nil, 150e3}, {"control", nil, 212e3}, {"digits", nil, 255e3}, {"pixels", nil, 231e3},
		{"iris", []spec.Part{spec.EmitForward}, 17.6e3},
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
		total := 0
		if c.emit == nil { // what is committed is what is generated, as the tests of generated say
			for _, name := range gen.FileNames(n) {
				data, err := os.ReadFile(filepath.Join(filepath.Dir(path), name))
				if err != nil && !strings.HasSuffix(name, "_weights_gen.go") {
					t.Fatal(err)
				}
				total += len(data)
			}
		} else {
			n.Emit = c.emit
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
