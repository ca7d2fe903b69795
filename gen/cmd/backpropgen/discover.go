package main

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/backpropgen/backpropgen/gen"
)

// found is what check finds in a folder and all below it.
type found struct {
	runs    []generateRun
	emitted []outcast // emitted files, but for placeholders
	names   map[string][]string
}

// outcast is an emitted file and its folder.
type outcast struct {
	dir string
	emitted
}

// checkCalls are the calls of check that the arguments stand for: specs by name are one, and each folder stands for all
// that is found in it and below.
func (c *call) checkCalls(r *report) []*call {
	var specs, folders []string
	for _, arg := range c.args {
		if dir, ok := folderArg(arg); ok {
			folders = append(folders, dir)
		} else {
			specs = append(specs, arg)
		}
	}
	if len(folders) == 0 {
		return []*call{c}
	}
	if c.out != "" || c.pkg != "" {
		r.addf(exitUsage,
			"backpropgen check: -o and -pkg go with specs; of a folder the go:generate lines say where files go")
		return nil
	}
	var calls []*call
	if len(specs) > 0 {
		named := *c
		named.args = specs
		calls = append(calls, &named)
	}
	for _, dir := range folders {
		calls = append(calls, c.callsBelow(dir, r)...)
	}
	return calls
}

// folderArg says whether an argument stands for a folder: one that exists, or with /... behind it.
func folderArg(arg string) (string, bool) {
	slashed := filepath.ToSlash(arg)
	if slashed == "..." {
		return ".", true
	}
	if dir, ok := strings.CutSuffix(slashed, "/..."); ok {
		if dir == "" {
			dir = "/"
		}
		return filepath.FromSlash(dir), true
	}
	info, err := os.Stat(arg)
	return arg, err == nil && info.IsDir()
}

// callsBelow are the calls for a folder and all below it: one for each go:generate line, and one for the specs that
// have emitted files beside them and are named by no such line.
func (c *call) callsBelow(dir string, r *report) []*call {
	f, err := findBelow(filepath.Clean(dir))
	if err != nil {
		r.add(exitIO, err)
		return nil
	}
	var calls []*call
	covered := map[string]bool{} // specs with the folders of their files
	outputs := map[string]bool{} // these folders
	for _, run := range f.runs {
		each, err := c.checkCall(run)
		if err != nil {
			r.addf(exitUsage, "%s:%d: %v", shown(run.file), run.line, err)
			continue
		}
		calls = append(calls, each)
		for _, path := range expandAll(each.args, new(report)) {
			out := folderKey(each.folderOf(&source{path: path}))
			covered[fileKey(path)+"\x00"+out], outputs[out] = true, true
		}
	}
	beside := &call{env: c.env, cmd: c.cmd, quiet: c.quiet, diff: c.diff}
	for _, e := range f.emitted {
		key := folderKey(e.dir)
		for _, name := range f.names[e.dir] {
			path := filepath.Join(e.dir, name)
			if gen.SourceName(name) == e.source && !covered[fileKey(path)+"\x00"+key] {
				covered[fileKey(path)+"\x00"+key], outputs[key] = true, true
				beside.args = append(beside.args, path)
			}
		}
	}
	if len(beside.args) > 0 {
		calls = append(calls, beside)
	}
	for _, e := range f.emitted {
		if !outputs[folderKey(e.dir)] {
			c.leftAlone(f, e, r)
		}
	}
	if len(calls) == 0 && !r.failed() {
		r.addf(exitIO,
			"%s: no spec found; check looks for go:generate lines with 'backpropgen generate' and for specs with "+
				"emitted files beside them", shown(dir))
	}
	return calls
}

// leftAlone tells of an emitted file in a folder for which there is no spec: its own is elsewhere, or gone.
func (c *call) leftAlone(f *found, e outcast, r *report) {
	path := filepath.Join(e.dir, e.name)
	for _, dir := range slices.Sorted(maps.Keys(f.names)) {
		if slices.ContainsFunc(f.names[dir], func(name string) bool { return gen.SourceName(name) == e.source }) {
			fmt.Fprintf(c.stderr,
				"%s: not checked: no go:generate line says that it is made from a %s elsewhere, "+
					"as there is one in %s; "+
					"name the spec, with -o\n", shown(path), shown(e.source), shown(dir))
			return
		}
	}
	r.addf(exitStale, "%s: orphaned: it was made from %s, which is gone; delete it", shown(path), shown(e.source))
}

// findBelow looks through a folder and those below it that go generate's ./... takes.
func findBelow(root string) (*found, error) {
	f := &found{names: map[string][]string{}}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("%s: cannot be read: %s", shown(path), cause(err))
		}
		name := entry.Name()
		if entry.IsDir() {
			if path != root && (name[0] == '.' || name[0] == '_' || name == "testdata" || name == "vendor" ||
				isModule(path)) {
				return fs.SkipDir
			}
			return nil
		}
		return f.look(filepath.Dir(path), name)
	})
	return f, err
}

// look notes what a file is.
func (f *found) look(dir, name string) error {
	path := filepath.Join(dir, name)
	f.names[dir] = append(f.names[dir], name)
	ext := filepath.Ext(name)
	if ext != ".go" && ext != ".s" {
		return nil
	}
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxGoBytes {
		return nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("%s: cannot be read: %s", shown(path), cause(err))
	}
	if mark, ok := markedSource(data); ok {
		if _, isPlaceholder := placeholderOf(data); !isPlaceholder {
			f.emitted = append(f.emitted, outcast{dir, emitted{name, mark}})
		}
		return nil
	}
	if ext == ".go" {
		f.runs = append(f.runs, directivesOf(path, data)...)
	}
	return nil
}

// isModule says whether a folder is the root of a module.
func isModule(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}
