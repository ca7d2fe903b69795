package main

import (
	"bytes"
	"fmt"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// module is a Go module of the user's, as far as it is needed to see whether emitted files find what they import.
type module struct {
	path      string
	requires  []string // paths of modules
	vendor    string   // the folder that packages are taken from; "" if they are not
	workspace bool     // it is built with others, whose requirements count too
}

// moduleOf finds the module of a folder; it is false if there is none.
func moduleOf(dir string, getenv func(string) string) (module, bool) {
	for !isFile(filepath.Join(dir, "go.mod")) {
		if dir == filepath.Dir(dir) {
			return module{}, false
		}
		dir = filepath.Dir(dir)
	}
	text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		return module{}, false
	}
	m := readModule(text)
	for up := dir; getenv("GOWORK") != "off"; up = filepath.Dir(up) {
		if isFile(filepath.Join(up, "go.work")) {
			m.workspace, dir = true, up
			break
		}
		if up == filepath.Dir(up) {
			break
		}
	}
	if vendor := filepath.Join(dir, "vendor"); isFile(filepath.Join(vendor, "modules.txt")) &&
		!strings.Contains(getenv("GOFLAGS"), "-mod=") {
		m.vendor = vendor
	}
	return m, true
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// readModule reads what a go.mod says of itself and of what it requires.
func readModule(text []byte) module {
	var m module
	block := ""
	for line := range bytes.Lines(text) {
		code, _, _ := strings.Cut(string(line), "//")
		words := strings.Fields(code)
		switch {
		case len(words) == 2 && words[1] == "(":
			block = words[0]
			continue
		case len(words) == 1 && words[0] == ")":
			block = ""
			continue
		case block != "":
			words = slices.Insert(words, 0, block)
		}
		if len(words) < 2 {
			continue
		}
		path := words[1]
		if plain, err := strconv.Unquote(path); err == nil {
			path = plain
		}
		switch words[0] {
		case "module":
			m.path = path
		case "require":
			m.requires = append(m.requires, path)
		}
	}
	return m
}

// lacks lists those packages that no build in the module finds.
func (m module) lacks(packages []string) []string {
	within := func(pkg string) func(string) bool {
		return func(path string) bool { return pkg == path || strings.HasPrefix(pkg, path+"/") }
	}
	return slices.DeleteFunc(slices.Clone(packages), func(pkg string) bool {
		switch {
		case within(pkg)(m.path):
			return true
		case m.vendor != "":
			return isFolder(filepath.Join(m.vendor, filepath.FromSlash(pkg)))
		}
		return m.workspace || slices.ContainsFunc(m.requires, within(pkg))
	})
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// imports lists the packages beyond the standard library that emitted files import.
func (g *group) imports() []string {
	set := map[string]bool{}
	for _, j := range g.jobs {
		for _, f := range j.files {
			if filepath.Ext(f.Name) != ".go" {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), f.Name, f.Data, parser.ImportsOnly)
			if err != nil {
				continue // what is generated was type-checked
			}
			for _, s := range file.Imports {
				path, _ := strconv.Unquote(s.Path.Value)
				if first, _, _ := strings.Cut(path, "/"); strings.Contains(first, ".") {
					set[path] = true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(set))
}

// importNotes say what to do where emitted files import what their module does not have yet, once for each module.
func (c *call) importNotes(groups []*group) []string {
	var notes []string
	for _, g := range groups {
		m, ok := moduleOf(g.folder.key, c.getenv)
		if !ok {
			continue
		}
		missing := enumerated(m.lacks(g.imports()))
		note := ""
		switch {
		case missing == "":
			continue
		case m.vendor == "":
			note = fmt.Sprintf("module %s: emitted files import %s, which go.mod does not require "+
				"yet; run 'go mod tidy'", shown(m.path), missing)
		case m.workspace:
			note = fmt.Sprintf("module %s: emitted files import %s, which the workspace's vendor folder lacks; "+
				"run 'go mod tidy' and 'go work vendor'", shown(m.path), missing)
		default:
			note = fmt.Sprintf("module %s: emitted files import %s, which its vendor folder lacks; "+
				"run 'go mod tidy' and 'go mod vendor'", shown(m.path), missing)
		}
		if !slices.Contains(notes, note) {
			notes = append(notes, note)
		}
	}
	return notes
}

// enumerated is a list as text: a, b and c.
func enumerated(list []string) string {
	last := len(list) - 1
	if last < 1 {
		return strings.Join(list, "")
	}
	return strings.Join(list[:last], ", ") + " and " + list[last]
}
