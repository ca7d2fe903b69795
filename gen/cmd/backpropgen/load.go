package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/spec"
)

// source is a spec that was read and is valid.
type source struct {
	path    string // as the user wrote it
	key     string // what identifies the file however it was written
	mark    string // how emitted files name it
	data    []byte // what the file holds
	network spec.Network
	dir     string // what the working directory is to it, "" for that of the command

	warnings spec.ErrorList // of the network, nil if there are none
}

// stdinArg stands for standard input on the command line.
const stdinArg = "-"

// specExtensions are the extensions by which specs are found in a folder. A spec that is named on the
// command line may have any.
var specExtensions = []string{".yaml", ".yml", ".json"}

// loadAll reads specs, each once, and reports every mistake in any of them.
func loadAll(paths []string, r *report) []*source {
	var sources []*source
	have := map[string]bool{}
	for _, path := range paths {
		s, code, err := load(path)
		if err != nil {
			r.add(code, err)
			continue
		}
		if !have[s.key] {
			have[s.key] = true
			sources = append(sources, s)
		}
	}
	return sources
}

// expandAll replaces patterns that match files by what they match: go generate and some shells leave that
// to the command. An argument that names an existing file stands for that file, whatever it contains.
func expandAll(args []string, r *report) []string {
	var paths []string
	for _, arg := range args {
		if _, err := os.Lstat(arg); err == nil || !strings.ContainsAny(arg, "*?[") {
			paths = append(paths, arg)
			continue
		}
		matches, err := filepath.Glob(arg)
		switch {
		case err != nil:
			r.addf(exitIO, "%s: not a file, and not a pattern either: %v", shown(arg), err)
		case len(matches) == 0:
			r.addf(exitIO, "%s: no file matches this pattern", shown(arg))
		}
		paths = append(paths, matches...) // in lexical order
	}
	return paths
}

// load reads one spec file. With an error it returns the exit code for it.
func load(path string) (*source, int, error) {
	data, err := readSpec(path)
	if err != nil {
		return nil, exitIO, fmt.Errorf("%s: %w", shown(path), err)
	}
	network, warnings, err := spec.DecodeWarnings(path, data)
	if err != nil {
		return nil, exitSpec, err
	}
	mark := gen.SourceName(filepath.Base(path))
	return &source{path: path, key: fileKey(path), mark: mark, data: data, network: network, warnings: warnings},
		exitOK, nil
}

// readSpec reads a file, at most what a spec may hold and one byte more, which Decode refuses.
func readSpec(path string) ([]byte, error) {
	if path == stdinArg {
		return nil, errors.New("standard input is for explain only; save the spec in a file")
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New("no such file" + nearFile(path))
	}
	if err != nil {
		return nil, fmt.Errorf("cannot be read: %s", cause(err))
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, errors.New("is a folder; name the spec file in it" + specsIn(path))
	}
	data, err := io.ReadAll(io.LimitReader(f, spec.MaxFileBytes+1))
	if err != nil {
		return nil, fmt.Errorf("cannot be read: %s", cause(err))
	}
	return data, nil
}

// nearFile ends the message about a file that does not exist with one that does and differs only in its
// extension or in case.
func nearFile(path string) string {
	stem := func(name string) string {
		return strings.ToLower(strings.TrimSuffix(name, filepath.Ext(name)))
	}
	dir, base := filepath.Split(path)
	for _, name := range specNames(dir) {
		if stem(name) == stem(base) || strings.EqualFold(name, base) {
			return "; did you mean " + shown(dir+name) + "?"
		}
	}
	return ""
}

// specsIn ends the message about a folder that was given instead of a file.
func specsIn(dir string) string {
	names := specNames(dir)
	if len(names) == 0 {
		return ""
	}
	return ", such as " + shown(filepath.Join(dir, names[0]))
}

// specNames lists the files of a folder that are called like specs, in lexical order.
func specNames(dir string) []string {
	if dir == "" {
		dir = "."
	}
	entries, _ := os.ReadDir(dir)
	var names []string
	for _, entry := range entries {
		if !entry.IsDir() && isSpecName(entry.Name()) {
			names = append(names, entry.Name())
		}
	}
	return names
}

func isSpecName(name string) bool {
	return slices.Contains(specExtensions, strings.ToLower(filepath.Ext(name)))
}

// fileKey returns what identifies a file: the real path of its folder and its name there. A link to
// a spec is a spec of its own, under its own name.
func fileKey(path string) string {
	return filepath.Join(folderKey(filepath.Dir(path)), filepath.Base(path))
}

// folderKey returns the real absolute path of a folder that may not exist yet.
func folderKey(dir string) string {
	abs, err := filepath.Abs(dir)
	if err != nil { // the working directory is gone; the path as written still identifies it
		return filepath.Clean(dir)
	}
	for missing, at := "", abs; ; {
		if real, err := filepath.EvalSymlinks(at); err == nil {
			return filepath.Join(real, missing)
		}
		up := filepath.Dir(at)
		if up == at {
			return abs
		}
		missing, at = filepath.Join(filepath.Base(at), missing), up
	}
}
