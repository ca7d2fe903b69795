package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/backpropgen/backpropgen/internal/difference"
)

// loadedOnce are the networks that the page quotes, generated once for all tests.
var loadedOnce = sync.OnceValues(func() (networks, error) { return loadNetworks(generatedDir) })

// renderedOnce is what the page should be, rendered once for all tests.
var renderedOnce = sync.OnceValues(func() ([]file, error) {
	nets, err := loadedOnce()
	if err != nil {
		return nil, err
	}
	return renderOf(nets)
})

// rendered is what the page should be.
func rendered(t *testing.T) []file {
	t.Helper()
	if testing.Short() {
		t.Skip("rendering the page and its plots takes seconds; go test without -short does it")
	}
	files, err := renderedOnce()
	if err != nil {
		t.Fatalf("%v\nthe prose is in page.md.tmpl; what it quotes has changed", err)
	}
	return files
}

// differences says in a line each which files of a folder are missing or other than they should be.
func differences(dir string, files []file) []string {
	var lines []string
	for _, f := range files {
		got, err := os.ReadFile(filepath.Join(dir, f.name))
		switch {
		case err != nil:
			lines = append(lines, err.Error())
		case !bytes.Equal(got, f.data):
			lines = append(lines, fmt.Sprintf("%s is stale: %s", f.name, difference.First(got, f.data)))
		}
	}
	return lines
}

// TestFresh compares the committed page and plots with what they should be. Those were rendered another time, so that
// it also shows that what is rendered does not change from one time to the next.
func TestFresh(t *testing.T) {
	files := rendered(t)
	for _, line := range differences(pageDir, files) {
		t.Errorf("docs/mathematics: %s\nrun go generate ./docs/mathematics/...", line)
	}
	stale, err := extra(files)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range stale {
		t.Errorf("docs/mathematics/%s is no plot of the page any more\nrun go generate ./docs/mathematics/...", name)
	}
}

// TestDifferences spoils a copy of the page in every way.
func TestDifferences(t *testing.T) {
	files := []file{{"a", []byte("1\n2\n")}, {"b", []byte("1\n")}, {"c", []byte("1\n")}}
	dir := t.TempDir()
	for name, text := range map[string]string{"a": "1\n3\n", "b": "1\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got := differences(dir, files)
	if len(got) != 2 || !strings.Contains(got[0], `line 2 is "3", not "2"`) ||
		!strings.Contains(got[1], "c: no such file") {
		t.Errorf("differences are %q, want a stale a and a missing c", got)
	}
}
