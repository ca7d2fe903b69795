package endtoend

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/gen/amd64/cores"
	"github.com/backpropgen/backpropgen/gen/internal/gentest"
	"github.com/backpropgen/backpropgen/spec"
)

// coresTest asks the emitted code which level processors have, which it takes from a variable in place of the
// instruction, and what the instruction says of this one.
const coresTest = `package net

import (
	"os"
	"testing"
)

var maker, version uint32

func netProcessor() (uint32, uint32) { return maker, version }

func TestCores(t *testing.T) {
	for _, p := range []struct{ maker, family, model uint32; level int }{
%s	} {
		base, more := p.family, uint32(0)
		if base > 15 {
			base, more = 15, p.family-15
		}
		maker, version = p.maker, more<<20|p.model>>4<<16|base<<8|p.model&15<<4|3
		if got := netCore(); got != p.level {
			t.Errorf("%%#x, family %%#x, model %%#x: level %%d, want %%d", p.maker, p.family, p.model, got, p.level)
		}
	}
	maker, version := netAsked()
	if err := os.WriteFile("asked", []byte{byte(maker), byte(maker >> 8), byte(maker >> 16), byte(maker >> 24), byte(version >> 8 & 15)}, 0o644); err != nil {
		t.Fatal(err)
	}
}
`

// TestCores: processors run what was chosen for the core that they have, by what they say of themselves, and those that
// nobody knows the code that is best where 512 bits are taken at once; and the emitted instruction asks this processor.
func TestCores(t *testing.T) {
	if runtime.GOARCH != "amd64" {
		t.Skip("amd64 only")
	}
	if testing.Short() {
		t.Skip("generating pixels and compiling it takes seconds; go test without -short does it")
	}
	n := spec.Network{
		Name: "Net", Input: 784, Cost: spec.Function{Name: "cross-entropy"},
		Layers: []spec.Layer{{Dense: 128, Activation: spec.Function{Name: "relu"}},
			{Dense: 10, Activation: spec.Function{Name: "softmax"}}},
	}.WithDefaults()
	m := gentest.NewModule(t)
	m.EmitWith(t, n, gen.Options{Package: "net"})
	change := func(name, from, to string) {
		t.Helper()
		name = filepath.Join(m.Dir, "net", name)
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(data), from) {
			t.Fatalf("%s has no %q", name, from)
		}
		if err := os.WriteFile(name, []byte(strings.ReplaceAll(string(data), from, to)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	change("net_amd64_gen.go", "func netProcessor()", "func netAsked()")
	change("net_amd64_gen.s", "·netProcessor(SB)", "·netAsked(SB)")
	levels, err := gen.CoreLevels(n)
	if err != nil {
		t.Fatal(err)
	}
	var list strings.Builder
	add := func(maker string, family, model, level int) {
		fmt.Fprintf(&list, "\t\t{%#x, %#x, %#x, %d},\n",
			uint32(maker[0])|uint32(maker[1])<<8|uint32(maker[2])<<16|uint32(maker[3])<<24,
			family, model, level)
	}
	for _, c := range cores.All {
		for _, p := range c.Processors {
			add(p.Maker, p.Family, p.First, levels[c.Name])
			add(p.Maker, p.Family, p.Latest, levels[c.Name])
		}
	}
	for _, unknown := range []struct {
		maker         string
		family, model int
	}{{"Genu", 6, 0x54}, {"Genu", 19, 1}, {"Auth", 0x1b, 2}, {"Hygo", 0x19, 1}, {"Cent", 6, 0x55}} {
		add(unknown.maker, unknown.family, unknown.model, levels[""])
	}
	m.Write(t, "net/cores_test.go", fmt.Appendf(nil, coresTest, list.String()))
	m.GoTest(t, "-run", "^TestCores$", "./net")
	asked, err := os.ReadFile(filepath.Join(m.Dir, "net", "asked"))
	if err != nil {
		t.Fatal(err)
	}
	if maker := string(asked[:4]); maker != "Auth" && maker != "Genu" && maker != "Hygo" && maker != "Cent" &&
		maker != "  Sh" || asked[4] < 6 {
		t.Errorf("this processor says that %q made it, and that it is of family %d", maker, asked[4])
	}
}
