package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/backpropgen/backpropgen/gen"
)

// target is what stands where a file is to be written.
type target struct {
	name   string
	exists bool
	mode   fs.FileMode
	data   []byte // of a regular file
	source string // the mark of the spec it was made from, "" if it is not ours
	cut    bool   // it ends before it says so
}

// errNotRegular and errForeign are why a file in place is not replaced.
var (
	errNotRegular = errors.New("is not a regular file")
	errForeign    = errors.New("was not made by backpropgen")
)

// target looks at a file in place. Links are not followed: a file that is replaced must be the file
// itself. The error, without a path, says why it must not be replaced.
func (f *folder) target(name string) (target, error) {
	t := target{name: name}
	if f.root == nil {
		return t, nil
	}
	root := f.root
	info, err := root.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return t, nil
	}
	if err != nil {
		return t, fmt.Errorf("cannot be looked at: %s", cause(err))
	}
	t.exists, t.mode = true, info.Mode()
	if !t.mode.IsRegular() {
		return t, fmt.Errorf("%w but %s; move it away", errNotRegular, kindOf(t.mode))
	}
	if t.data, err = root.ReadFile(name); err != nil {
		return t, fmt.Errorf("cannot be read: %s", cause(err))
	}
	from, ok := markedSource(t.data)
	if !ok {
		return t, fmt.Errorf("%w (its first line is not %s…), so it is not overwritten; move it away", errForeign,
			gen.Marker)
	}
	t.source = from
	return t, nil
}

// targetOf is target for a file that is to hold the given text. One that was cut short while it was written, to nothing
// or to less than its first line, is ours too: nothing is lost with it.
func (f *folder) targetOf(file gen.File) (target, error) {
	t, err := f.target(file.Name)
	if errors.Is(err, errForeign) && cutShort(t.data, file.Data) {
		err = nil
	}
	t.cut = err == nil && t.exists && len(t.data) < len(file.Data) && cutShort(t.data, file.Data)
	return t, err
}

// cutShort says whether a file in place is the beginning of a text, or of the first line of any emitted file. Line ends
// do not count.
func cutShort(have, want []byte) bool {
	have = bytes.TrimSuffix(bytes.ReplaceAll(have, []byte("\r\n"), []byte("\n")), []byte("\r"))
	inMarker := strings.HasPrefix(gen.Marker, string(have)) ||
		bytes.HasPrefix(have, []byte(gen.Marker)) && !bytes.ContainsRune(have, '\n')
	return inMarker || bytes.HasPrefix(want, have)
}

func kindOf(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "a folder"
	case mode&fs.ModeSymlink != 0:
		return "a symbolic link"
	}
	return "a device or a pipe"
}

// taken says whether a file in place belongs to another network that must keep it, and which: its
// spec is another one, and is not known to have given the file up.
func (j *job) taken(t target) error {
	if _, ok := placeholderOf(t.data); ok || t.source == "" || t.source == j.source.mark {
		return nil
	}
	if specs := j.folder.specsMarked(t.source); specs != nil {
		if !anyWrites(specs, t.name) {
			return nil // that network is called otherwise now
		}
	} else if j.beside() && !j.folder.holdsMarked(t.source) {
		return nil // the spec was renamed
	}
	return fmt.Errorf("was made from %s; delete it if that spec is gone, or else rename one of the networks",
		shown(t.source))
}

// anyWrites says whether one of the specs' networks may have a file of that name.
func anyWrites(specs []*source, name string) bool {
	return slices.ContainsFunc(specs, func(s *source) bool { return slices.Contains(gen.FileNames(s.network), name) })
}

// orphan is an emitted file that no spec produces any more.
type orphan struct {
	name   string
	reason string
	owner  *job // whose to remove; nil if that is for the user to decide
}

// orphans lists the emitted files of the folder that no spec produces. Files of specs that may be
// elsewhere are not taken for orphans if a spec of that name lies beside one of the specs at hand.
func (g *group) orphans() []orphan {
	var list []orphan
	produced, marked := map[string]bool{}, map[string]*job{}
	for _, j := range g.jobs {
		for _, f := range j.files {
			produced[f.Name] = true
		}
		if marked[j.source.mark] == nil {
			marked[j.source.mark] = j
		}
	}
	for _, e := range g.folder.emitted {
		if produced[e.name] {
			continue
		}
		j := marked[e.source]
		switch {
		case slices.Contains(g.folder.placeholders, e.name): // nothing can need it
			owner := j
			if owner == nil {
				owner = g.jobs[0]
			}
			list = append(list, orphan{
				name: e.name, reason: "go generate left it empty when it was no longer needed", owner: owner,
			})
		case j != nil && !g.othersWrite(e):
			o := orphan{name: e.name, reason: shown(j.source.path) + " no longer produces it"}
			// Elsewhere than beside the spec another one of the same file name may have made the file, unless
			// it is a file of this very network.
			if j.beside() || slices.Contains(gen.FileNames(j.network), e.name) {
				o.owner = j
			}
			list = append(list, o)
		case j == nil && !g.specExists(e.source):
			list = append(list, orphan{name: e.name, reason: "it was made from " + shown(e.source) + ", which is gone"})
		}
	}
	return list
}

// othersWrite says whether a spec of the folder that is not at hand has the same mark and may have made
// the file.
func (g *group) othersWrite(e emitted) bool {
	specs := slices.DeleteFunc(g.folder.specsMarked(e.source), func(s *source) bool {
		return slices.ContainsFunc(g.jobs, func(j *job) bool { return j.source.key == s.key })
	})
	return anyWrites(specs, e.name)
}

// specExists says whether a file that emitted files name so lies in the folder or beside one of the specs.
func (g *group) specExists(mark string) bool {
	return g.folder.holdsMarked(mark) || slices.ContainsFunc(g.jobs, func(j *job) bool {
		entries, _ := os.ReadDir(filepath.Dir(j.source.path))
		return slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return gen.SourceName(e.Name()) == mark })
	})
}
