package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/backpropgen/backpropgen/gen"
)

// Go generate lists the Go files of all its packages first, then opens one after the other, and ends when one is gone
// by then. A Go file that a run under go generate would remove therefore becomes a placeholder: a file that is in no
// build, and which a later go generate does not list. A later run removes it. Files in assembly are not listed; they
// are removed at once.

// directive is a go:generate line.
type directive struct {
	file string // its path from the folder of the placeholder, with slashes
	line int
}

// placeholderLine is the line of a placeholder that names the directive which made it.
var placeholderLine = regexp.MustCompile(`(?m)^// Nothing needs this file. ` +
	`It was emptied by the go:generate line at (\S+\.go):([1-9][0-9]{0,8})\.\r?$`)

// placeholder is the text that takes the place of an emitted Go file.
func placeholder(mark, pkg string, d directive) []byte {
	return fmt.Appendf(nil, `%s%s; DO NOT EDIT.

//go:build ignore

// Nothing needs this file. It was emptied by the go:generate line at %s:%d.
// Go generate fails when a file is gone that it has listed. The next run removes it; you may delete it too.

package %s
`, gen.Marker, mark, d.file, d.line, pkg)
}

// placeholderOf returns the directive that made a placeholder; it is false for any other file.
func placeholderOf(data []byte) (directive, bool) {
	if _, ok := markedSource(data); !ok {
		return directive{}, false
	}
	m := placeholderLine.FindSubmatch(data[:min(len(data), headBytes)])
	if m == nil || !ignoredLine.Match(data) {
		return directive{}, false
	}
	line, err := strconv.Atoi(string(m[2]))
	return directive{string(m[1]), line}, err == nil
}

// ignoredLine is the constraint of a file that is in no build.
var ignoredLine = regexp.MustCompile(`(?m)^//go:build ignore\r?$`)

// directive is the go:generate line that runs the command, as seen from a folder; it is false if there is none.
func (c *call) directive(folder string) (directive, bool) {
	file, line := c.getenv("GOFILE"), c.getenv("GOLINE")
	n, err := strconv.Atoi(line)
	if file == "" || c.getenv("GOPACKAGE") == "" || err != nil || n < 1 {
		return directive{}, false
	}
	path := file // where a relative path does not exist, as from one drive to another
	if rel, err := filepath.Rel(folder, filepath.Join(folderKey("."), file)); err == nil {
		path = filepath.ToSlash(rel)
	}
	return directive{gen.SourceName(path), n}, true
}

// later says whether the directive d certainly runs in another go generate than the one that made a placeholder: within
// one, each line runs once, those of a file in their order, and files do not change.
func (d directive) later(made directive, folder string) bool {
	if made.file == d.file && d.line <= made.line {
		return true
	}
	path := filepath.Join(folder, filepath.FromSlash(made.file))
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxGoBytes {
		return err != nil && os.IsNotExist(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return false
	}
	lines := bytes.Split(data, []byte("\n"))
	return made.line > len(lines) || !bytes.HasPrefix(lines[made.line-1], []byte("//go:generate"))
}

// unneeded notes what becomes of a file in place that nothing produces any more: it is removed, or emptied under go
// generate.
func (c *call) unneeded(g *group, t target, o *outcome, b *batch) {
	path := g.folder.show(t.name)
	gone := change{name: t.name, mode: t.mode, exists: true, old: t.data, remove: true}
	if d, ok := c.directive(g.folder.key); ok && filepath.Ext(t.name) == ".go" {
		made, isPlaceholder := placeholderOf(t.data)
		switch {
		case isPlaceholder && !d.later(made, g.folder.key):
			o.empty = append(o.empty, path)
			return
		case !isPlaceholder:
			o.emptied = append(o.emptied, path)
			gone.remove, gone.data = false, placeholder(t.source, packageOrElse(t.data, o.job.options.Package), d)
			b.changes = append(b.changes, gone)
			return
		}
	}
	o.removed = append(o.removed, path)
	b.changes = append(b.changes, gone)
}

// packageOrElse is the package clause of a Go file, or pkg if it has none.
func packageOrElse(data []byte, pkg string) string {
	if name := packageClause(data); name != "" {
		return name
	}
	return pkg
}

// withdrawn is an emitted Go file that recovering took away.
type withdrawn struct{ name, source, pkg string }

// emittedGo lists the emitted Go files of a folder, if a run was cut off there: recovering may take some of them away.
func (p *place) emittedGo() ([]withdrawn, error) {
	if !holdsName(p.root, journalName) {
		return nil, nil
	}
	dir, err := p.root.Open(".")
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	if err != nil && err != io.EOF {
		return nil, err
	}
	slices.Sort(names)
	var list []withdrawn
	for _, name := range names {
		info, err := p.root.Lstat(name)
		if err != nil || filepath.Ext(name) != ".go" || !info.Mode().IsRegular() {
			continue
		}
		if data, err := p.root.ReadFile(name); err == nil {
			if mark, ok := markedSource(data); ok {
				list = append(list, withdrawn{name, mark, packageClause(data)})
			}
		}
	}
	return list, nil
}

// replaceWithdrawn puts placeholders where recovering took Go files away that are not written again.
func (c *call) replaceWithdrawn(g *group, o *outcome, b *batch) {
	d, ok := c.directive(g.folder.key)
	if !ok {
		return
	}
	for _, w := range g.folder.withdrawn {
		written := slices.ContainsFunc(b.changes, func(c change) bool { return c.name == w.name })
		if written || holdsName(g.folder.root, w.name) {
			continue
		}
		pkg := w.pkg
		if pkg == "" {
			pkg = o.job.options.Package
		}
		o.emptied = append(o.emptied, g.folder.show(w.name))
		b.changes = append(b.changes, change{name: w.name, data: placeholder(w.source, pkg, d)})
	}
}

// emptiedText says what became of files that could not be removed.
func (o outcome) emptiedText() []string {
	var done []string
	if len(o.emptied) > 0 {
		done = append(done, "emptied "+strings.Join(o.emptied, ", ")+
			" (go generate has listed them and fails if they go; the next run removes them)")
	}
	if len(o.empty) > 0 {
		done = append(done, "left "+strings.Join(o.empty, ", ")+" empty (a run outside go generate removes them)")
	}
	return done
}
