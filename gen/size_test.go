package gen_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/gen/internal/gentest"
	"github.com/backpropgen/backpropgen/spec"
)

// wantedSizes is how many bytes the emitted files of a network may have together with assembly for amd64 alone, and
// wantedForward how many those of iris with Forward and nothing else.
var wantedSizes = map[string]int{"xor": 80e3, "iris": 150e3, "control": 350e3, "digits": 300e3, "pixels": 300e3}

const wantedForward = 15 << 10

// TestSizes holds the sizes of emitted files to those that docs/deploying.md has: people commit and review them. A
// change that makes them larger says what for. With -update it writes them there.
func TestSizes(t *testing.T) {
	amd64, none := []spec.Target{spec.AMD64}, []spec.Target{}
	var table strings.Builder
	table.WriteString("| network | by default | `targets: [amd64]` | `targets: []` | `emit: [forward]` and `targets: [amd64]` |\n" +
		"|---|--:|--:|--:|--:|\n")
	for _, name := range []string{"xor", "iris", "control", "digits", "pixels"} {
		if testing.Short() && name != "xor" && name != "iris" {
			continue
		}
		n, err := spec.DecodeFile(filepath.Join("..", "generated", name, name+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		every, with := committedSize(t, name, n), n
		n.Optimizers = nil
		all := every
		if len(with.Optimizers) > 0 {
			all = sizeOf(t, n, n.Targets)
		}
		alone, portable := sizeOf(t, n, amd64), sizeOf(t, n, none)
		forward := sizeOf(t, n, amd64, spec.EmitForward)
		if alone > wantedSizes[name] {
			t.Errorf("%s with assembly for amd64 alone has %d bytes, at most %d are wanted", name, alone, wantedSizes[name])
		}
		if name == "iris" && forward > wantedForward {
			t.Errorf("Forward of %s has %d bytes, at most %d are wanted", name, forward, wantedForward)
		}
		if all-alone > alone {
			t.Errorf("%s: arm64 adds %d bytes to %d", name, all-alone, alone)
		}
		row := func(what string, bytes ...int) {
			fmt.Fprintf(&table, "| %s |", what)
			for _, b := range bytes {
				fmt.Fprintf(&table, " %.0f KB |", float64(b)/1e3)
			}
		}
		row(name+" "+gen.Shape(n), all, alone, portable, forward)
		table.WriteString("\n")
		if each := len(with.Optimizers); each > 0 {
			row("an optimizer of "+name, (every-all)/each, (sizeOf(t, with, amd64)-alone)/each,
				(sizeOf(t, with, none)-portable)/each)
			table.WriteString(" |\n")
		}
	}
	if !testing.Short() {
		gentest.PageSays(t, "docs/deploying.md", "sizes", table.String())
	}
}

// committedSize is how many bytes the committed files of a benchmark network have together: they are what is generated,
// as the tests of generated say.
func committedSize(t *testing.T, name string, n spec.Network) (bytes int) {
	t.Helper()
	for _, file := range gen.FileNames(n) {
		data, err := os.ReadFile(filepath.Join("..", "generated", name, file))
		if err != nil && !strings.HasSuffix(file, "_weights_gen.go") {
			t.Fatal(err)
		}
		bytes += len(data)
	}
	return bytes
}

// sizeOf is how many bytes the files of a network have together for such targets, with some parts or with all. The
// least of them is named by explain.
func sizeOf(t *testing.T, n spec.Network, targets []spec.Target, parts ...spec.Part) (bytes int) {
	t.Helper()
	n.Targets, n.Emit = targets, parts
	c, err := gen.Compile(n, gen.Options{Source: strings.ToLower(n.Name) + ".yaml"})
	if err != nil {
		t.Fatal(err)
	}
	files, err := c.Files()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		bytes += len(f.Data)
	}
	if parts != nil {
		explained, err := c.Explain()
		if err != nil || !strings.Contains(explained, files[0].Name+" ") {
			t.Errorf("%s: explain does not say how large %s is: %v", n.Name, files[0].Name, err)
		}
	}
	return bytes
}
