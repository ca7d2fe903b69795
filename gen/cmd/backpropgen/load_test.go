package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/spec"
)

const irisSpec = `name: Iris
input: 4
layers:
  - dense: 8
    activation: tanh
  - dense: 3
    activation: softmax
cost: cross-entropy
`

func TestMarkOfIsOneHarmlessWord(t *testing.T) {
	harmless := regexp.MustCompile(`^[!-~]+$`)
	for _, name := range []string{
		"iris.yaml", "a b.yaml", "a\n//go:build x\n.yaml", "*/ import \"os\" .yaml", "x; DO NOT EDIT.", "é", "\xff",
		"\u2028",
	} {
		got := gen.SourceName(name)
		if !harmless.MatchString(got) || strings.ContainsAny(got, ";*") {
			t.Errorf("the mark of %q is %q", name, got)
		}
		if gen.SourceName(got) != got {
			t.Errorf("the mark of the mark of %q is %q", name, gen.SourceName(got))
		}
	}
	if got := gen.SourceName("iris-2_b.yaml"); got != "iris-2_b.yaml" {
		t.Errorf("a plain name became %q", got)
	}
}

func TestLoadAllReadsEachFileOnce(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "iris.yaml", irisSpec, 0o644)
	if err := os.Symlink("iris.yaml", "link.yaml"); err != nil {
		t.Skip("SKIPPED: no symbolic links here: ", err)
	}
	abs, err := filepath.Abs("iris.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var r report
	sources := loadAll(expandAll([]string{"iris.yaml", "./iris.yaml", abs, "*.yaml", "link.yaml"}, &r), &r)
	var paths []string
	for _, s := range sources {
		paths = append(paths, s.path)
	}
	if got := strings.Join(paths, " "); got != "iris.yaml link.yaml" || r.failed() {
		t.Errorf("read %s (%v), want iris.yaml and, under its own name, link.yaml", got, r.failures)
	}
}

// A file without an end costs no more than a spec may be large.
func TestReadSpecIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "big.yaml")
	write(t, path, "", 0o644)
	if err := os.Truncate(path, 64*spec.MaxFileBytes); err != nil {
		t.Fatal(err)
	}
	data, err := readSpec(path)
	if err != nil || len(data) != spec.MaxFileBytes+1 {
		t.Errorf("read %d bytes (%v), want %d", len(data), err, spec.MaxFileBytes+1)
	}
	if _, code, err := load(path); code != exitSpec || err == nil || !strings.Contains(err.Error(), "at most") {
		t.Errorf("code %d, error %v", code, err)
	}
}

func TestFolderKey(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	write(t, "real/x", "", 0o644)
	if err := os.Symlink("real", "link"); err != nil {
		t.Skip("SKIPPED: no symbolic links here: ", err)
	}
	for path, want := range map[string]string{
		".": dir, "real": filepath.Join(dir, "real"), "link/": filepath.Join(dir, "real"),
		"link/new/deep": filepath.Join(dir, "real", "new", "deep"), "real/../new": filepath.Join(dir, "new"),
	} {
		if got := folderKey(path); got != want {
			t.Errorf("folderKey(%q) = %s, want %s", path, got, want)
		}
	}
}
