package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen"
)

func TestReadFolder(t *testing.T) {
	dir := t.TempDir()
	inside := filepath.Join(dir, "nets")
	for name, text := range map[string]string{
		"iris.yaml":    irisSpec,
		"broken.yaml":  "name: Broken\n",
		"other.json":   `{"a": 1}`,
		"iris_gen.go":  gen.Marker + "iris.yaml; DO NOT EDIT.\n\npackage nets\n",
		"x_gen.s":      gen.Marker + "x.yaml; DO NOT EDIT.\r\n",
		"hand.go":      "package nets\n",
		"ignored.go":   "//go:build ignore\n\npackage main\n",
		"_hidden.go":   "package hidden\n",
		"notes.txt":    gen.Marker + "iris.yaml; DO NOT EDIT.\n",
		"quoted.go":    "// From the manual:\n" + gen.Marker + "iris.yaml; DO NOT EDIT.\npackage nets\n",
		"empty.go":     "",
		"folder.go/x":  "",
		"truncated.go": gen.Marker + "iris.yaml; DO NOT EDIT.",
	} {
		write(t, filepath.Join(inside, name), text, 0o644)
	}
	write(t, filepath.Join(dir, "outside.go"), "package outside\n", 0o644)
	links := os.Symlink("../outside.go", filepath.Join(inside, "link.go")) == nil
	f, err := readFolder(placeOf(t, inside))
	if err != nil {
		t.Fatal(err)
	}
	var specs, hand, emitted []string
	for _, s := range f.specs {
		specs = append(specs, s.mark+":"+s.network.Name)
	}
	for _, g := range f.handwritten {
		hand = append(hand, g.name+":"+g.pkg)
	}
	for _, e := range f.emitted {
		emitted = append(emitted, e.name+":"+e.source)
	}
	for _, c := range []struct {
		what, want string
		got        []string
	}{
		{"specs", "iris.yaml:Iris", specs},
		{"hand-written files", "hand.go:nets quoted.go:nets", hand},
		{"emitted files", "iris_gen.go:iris.yaml truncated.go:iris.yaml x_gen.s:x.yaml", emitted},
	} {
		if got := strings.Join(c.got, " "); got != c.want {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
	}
	if links && !f.holdsMarked("link.go") {
		t.Error("a link out of the folder is not among its names")
	}
}

func TestReadFolderThatIsNone(t *testing.T) {
	dir := t.TempDir()
	p, err := openPlace(filepath.Join(dir, "new"), false, io.Discard)
	if err != nil || p.root != nil || exists(p.path) {
		t.Fatalf("a folder to be made: %+v, %v", p, err)
	}
	if f, err := readFolder(p); err != nil || len(f.names) != 0 {
		t.Errorf("a folder to be made: %+v, %v", f, err)
	}
	write(t, filepath.Join(dir, "file"), "", 0o644)
	if _, err := openPlace(filepath.Join(dir, "file"), false, io.Discard); err == nil ||
		!strings.Contains(err.Error(), "cannot be used as a folder") {
		t.Errorf("a file: %v", err)
	}
}

func TestSameText(t *testing.T) {
	for _, c := range []struct {
		have string
		want bool
	}{
		{"a\nb\n", true}, {"a\r\nb\r\n", true}, {"a\r\nb\n", true}, {"a\nb", false}, {"a\n\nb\n", false},
		{"a\rb\n", false}, {"", false},
	} {
		if got := sameText([]byte(c.have), []byte("a\nb\n")); got != c.want {
			t.Errorf("sameText(%q) = %v", c.have, got)
		}
	}
}
