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
		{"xor", nil, 143e3}, {"iris", nil, 210e3}, {"control", nil, 245e3}, {"digits", nil, 290e3}, {"pixels", nil, 243e3},
		{"iris", []spec.Part{spec.EmitForward}, 19.5e3},
	} {
		if testing.Short() && c.network != "xor" && len(c.emit) == 0 {
			continue // -short has the smallest, and forward alone
		}
		path := filepath.Join("..", "generated", c.network, c.network+".yaml")
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		n, err := spec.Decode(path, text)
		if err != nil {
			t.Fatal(err)
		}
		n.Emit = c.emit
		files, err := gen.Generate(n, gen.Options{})
		if err != nil {
			t.Fatal(err)
		}
		total := 0
		for _, f := range files {
			total += len(f.Data)
		}
		if total > c.most {
			t.Errorf("%s, emit %v: %d bytes, at most %d until now", c.network, c.emit, total, c.most)
		}
		if explained, err := gen.Explain(n, gen.Options{}); err != nil || !strings.Contains(explained, files[0].Name+" ") {
			t.Errorf("%s: explain does not say how large %s is: %v", c.network, files[0].Name, err)
		}
	}
}
