package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// pageBlock returns the text of the block of a page that a mark stands above.
func pageBlock(t *testing.T, page, mark string) string {
	t.Helper()
	m := regexp.MustCompile("(?s)<!-- " + mark + " -->\n```[a-z]*\n(.*?)```").FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("the page has no block %q", mark)
	}
	return m[1]
}

// TestFromPyTorch does what docs/from-pytorch.md says, in a module of its own: the commands work as they stand there,
// the program compiles and prints what it says, and what is refused is refused in these words.
func TestFromPyTorch(t *testing.T) {
	read := func(path string) string {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	page := read("../../../docs/from-pytorch.md")
	models, err := filepath.Abs("../../../model/testdata") // commands run in other folders
	if err != nil {
		t.Fatal(err)
	}
	refused := read(filepath.Join(models, "refused.golden"))
	for line := range strings.Lines(pageBlock(t, page, "refused")) {
		if !strings.Contains(refused, "    "+line) {
			t.Errorf("nothing is refused with %s", line)
		}
	}

	d := newDownstream(t, false)
	folder := d.path("iris")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	put := func(from, to string) { write(t, filepath.Join(folder, to), read(filepath.Join(models, from)), 0o644) }
	put("torch_opset7.onnx", "model.onnx")
	put("torch_opset7.sample.npz", "sample.npz")
	do := func(block string) {
		for line := range strings.Lines(pageBlock(t, page, block)) {
			line, _, _ = strings.Cut(line, "#")
			for command := range strings.SplitSeq(line, "&&") {
				args := strings.Fields(command)
				switch args[0] {
				case "backpropgen":
					if code, _, stderr := runIn(t, folder, args[1:]...); code != exitOK {
						t.Fatalf("%s: exit code %d: %s", command, code, stderr)
					}
				case "go":
					d.wants(d.goes("iris", append(args[1:], "-v")...), "--- PASS: TestIris", "--- PASS: Example")
				default:
					t.Fatalf("%s is no command", command)
				}
			}
		}
	}
	write(t, filepath.Join(folder, "example_test.go"), pageBlock(t, page, "use"), 0o644)
	// The emitted test needs packages that the module has to require, as a note of generate says.
	write(t, filepath.Join(folder, "needs.go"), "package iris\n\nimport _ \""+modulePath+"/verify\"\n", 0o644)
	do("commands")
	do("back")
	put("state_dict.pt", "weights.pt")
	put("state_dict.sample.npz", "sample.npz")
	for _, name := range []string{"iris.yaml", "iris.safetensors"} {
		if err := os.Remove(filepath.Join(folder, name)); err != nil {
			t.Fatal(err)
		}
	}
	do("weights")
}
