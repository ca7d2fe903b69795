// Command page writes the page of the mathematics, ../README.md, and the plots it shows.
//
// The prose stands in page.md.tmpl. Everything in it that could grow old is put in when the page is written: excerpts
// of emitted code, found by the equation in the comment above them; the tables of activations, costs and closed forms,
// from the rows that the generator itself reads; counts of operations, from the plans; plots, from the same formulas.
// An excerpt that is no longer found is an error. A test compares what is committed with what this command writes.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

//go:generate go run .

// generatedDir is the folder of the emitted packages and pageDir the page's, both seen from this package's folder, in
// which go generate and go test run.
const (
	generatedDir = "../../../generated"
	pageDir      = ".."
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "page:", err)
		os.Exit(1)
	}
}

// run writes the page and its plots, and removes plots that it no longer has.
func run() error {
	files, err := render(generatedDir)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(pageDir, plotDir), 0o755); err != nil {
		return err
	}
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(pageDir, f.name), f.data, 0o644); err != nil {
			return err
		}
	}
	stale, err := extra(files)
	if err != nil {
		return err
	}
	for _, name := range stale {
		if err := os.Remove(filepath.Join(pageDir, name)); err != nil {
			return err
		}
	}
	return nil
}

// extra lists the committed plots that are not among the files, by their names in the page's folder.
func extra(files []file) ([]string, error) {
	plots, err := filepath.Glob(filepath.Join(pageDir, plotDir, "*.svg"))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, p := range plots {
		name := plotDir + "/" + filepath.Base(p)
		if !slices.ContainsFunc(files, func(f file) bool { return f.name == name }) {
			names = append(names, name)
		}
	}
	return names, nil
}
