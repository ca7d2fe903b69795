package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// journalName is the file that lists what a run is about to do in a folder. It stands there from before the first file
// is touched until all are in place: found by another run it says that the one that wrote it was cut off.
const journalName = ".backpropgen.journal"

// journalFormat is the number of the format of the journal.
const journalFormat = 1

// journal is the contents of that file.
type journal struct {
	Format  int     `json:"format"`
	Entries []entry `json:"changes"`
}

// entry is one file that is written, replaced or removed. The other names are those of temporary files.
type entry struct {
	Name string `json:"name"`
	Old  string `json:"old,omitempty"`  // where the old file goes, if there is one
	New  string `json:"new,omitempty"`  // where the new contents are; none if the file is removed
	Away string `json:"away,omitempty"` // where the new file goes when it is taken back
	Sum  string `json:"sum,omitempty"`  // of the new contents
}

// tempName returns a name that no file has and that the go command passes over.
func tempName() string { return ".backpropgen-" + rand.Text() + ".tmp" }

// temporary matches the names that tempName returns.
var temporary = regexp.MustCompile(`^\.backpropgen-[A-Z2-7]{26}\.tmp$`)

// writeJournal writes the journal of a folder and sees it to the disk. It is there whole or not at all.
func writeJournal(root *os.Root, entries []entry) error {
	data, err := json.MarshalIndent(journal{journalFormat, entries}, "", "\t")
	if err != nil {
		return err
	}
	name := tempName()
	if err = writeNew(root, name, append(data, '\n')); err == nil {
		err = syncFile(root, name, 0)
	}
	if err == nil {
		err = root.Rename(name, journalName)
	}
	if err != nil {
		_ = root.Remove(name)
		return err
	}
	syncFolder(root)
	return nil
}

// readJournal returns the entries of a folder's journal, and whether there is one.
func readJournal(root *os.Root) ([]entry, bool, error) {
	info, err := root.Lstat(journalName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	const most = 64 << 20
	if err == nil && (!info.Mode().IsRegular() || info.Size() > most) {
		err = errors.New("it is not a file of backpropgen")
	}
	var data []byte
	if err == nil {
		data, err = root.ReadFile(journalName)
	}
	var j journal
	if err == nil {
		err = json.Unmarshal(data, &j)
	}
	if err == nil && (j.Format != journalFormat || slices.ContainsFunc(j.Entries, entry.strange)) {
		err = errors.New("this version of backpropgen does not know its format")
	}
	return j.Entries, true, err
}

// strange says whether an entry is none that this version writes. No name may lead out of the folder, and only
// temporary files may be removed.
func (e entry) strange() bool {
	plain := e.Name != "" && filepath.Base(e.Name) == e.Name && filepath.IsLocal(e.Name) && e.Name != "." &&
		e.Name != journalName
	temp := func(name string) bool { return name == "" || temporary.MatchString(name) }
	return !plain || !temp(e.Old) || !temp(e.New) || !temp(e.Away)
}

// recoverPlace puts right what a run left that was cut off, the folder being locked: with a journal the files are as
// they were before that run; temporary files go. It says whether any file was put back.
func recoverPlace(p *place, passing func(operation, path string)) (bool, error) {
	entries, found, err := readJournal(p.root)
	if err != nil {
		return false, fmt.Errorf("%s: cannot be read, and so what an earlier run of backpropgen left half done "+
			"cannot be taken back: %s; delete the file, and then generate again", p.show(journalName), cause(err))
	}
	if found {
		if problems := rollBack(p, entries, passing); len(problems) > 0 {
			return true, errors.Join(problems...)
		}
	}
	names, err := leftovers(p.root)
	for _, name := range names {
		passing("remove what is left over", p.show(name))
		if err := p.root.Remove(name); err != nil {
			return found, fmt.Errorf("%s: is left over from an earlier run and cannot be removed: %s", p.show(name),
				cause(err))
		}
	}
	return found, err
}

// leftovers lists the temporary files in a folder.
func leftovers(root *os.Root) ([]string, error) {
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if temporary.MatchString(e.Name()) && e.Type().IsRegular() {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// rollBack puts the files of a folder back as they were before the changes, whatever part of them was made, and removes
// the journal and the temporary files. It may be cut off anywhere and done again. What somebody else put in the place
// of a file stays; the error then says where the old contents are. After any other error the journal stays, and the
// next run tries again.
func rollBack(p *place, entries []entry, passing func(operation, path string)) []error {
	var problems []error
	again := false
	// All new files go before the first old one comes, so that never do files of both sets stand beside one another.
	for _, undo := range []func(entry) error{
		func(e entry) error { return e.takeAway(p, passing) },
		func(e entry) error { return e.putBack(p, passing) },
	} {
		for _, e := range slices.Backward(entries) {
			if err := undo(e); err != nil {
				problems = append(problems, err)
				again = again || !errors.As(err, &keptError{})
			}
		}
	}
	if again {
		return append(problems, errors.New("the next run tries again to put back what it can"))
	}
	syncFolder(p.root)
	if holdsName(p.root, journalName) {
		passing("remove the journal", shown(p.path))
		if err := p.root.Remove(journalName); err != nil {
			return append(problems, fmt.Errorf("%s: cannot be removed: %s", p.show(journalName), cause(err)))
		}
		syncFolder(p.root)
	}
	for _, e := range entries {
		e.removeTemporary(p, passing)
	}
	return problems
}

// keptError says that a file could not be put back because there is another by now, and where it is.
type keptError struct{ name, kept string }

func (k keptError) Error() string {
	return fmt.Sprintf("%s could not be put back because there is another file by now; its old contents are in %s",
		k.name, k.kept)
}

// takeAway takes the new file away, if it is in place.
func (e entry) takeAway(p *place, passing func(operation, path string)) error {
	// While the old file has its name nothing was done yet, or all is undone.
	moved := e.Old == "" || holdsName(p.root, e.Old)
	if e.New != "" && moved && !holdsName(p.root, e.Away) && e.isOurs(p.root, e.Name) {
		passing("take the new file away", p.show(e.Name))
		if err := p.root.Rename(e.Name, e.Away); err != nil {
			return fmt.Errorf("%s: the new file cannot be taken away: %s", p.show(e.Name), cause(err))
		}
	}
	return nil
}

// putBack puts the old file back.
func (e entry) putBack(p *place, passing func(operation, path string)) error {
	// Somebody may have put another file there in the same moment.
	if e.Away != "" && holdsName(p.root, e.Away) && !e.isOurs(p.root, e.Away) {
		if err := putBack(p, e.Away, e.Name, passing); err != nil {
			return err
		}
	}
	if e.Old != "" && holdsName(p.root, e.Old) {
		return putBack(p, e.Old, e.Name, passing)
	}
	return nil
}

// isOurs says whether a file holds the new contents, or reserves the name for them.
func (e entry) isOurs(root *os.Root, name string) bool {
	return holds(root, name, e.Sum) || reserves(root, name, e.New)
}

// putBack gives a file that was moved away its name back. If there is another file by now, both stay.
func putBack(p *place, from, name string, passing func(operation, path string)) error {
	passing("put back", p.show(name))
	err := giveName(p.root, from, name)
	if errors.Is(err, fs.ErrExist) {
		switch { // an earlier attempt may have come half-way
		case sameFile(p.root, from, name):
			err = nil
		case reserves(p.root, name, from):
			err = p.root.Rename(from, name)
		default:
			kept := strings.TrimSuffix(from, ".tmp") + ".old"
			if err = p.root.Rename(from, kept); err == nil {
				return keptError{p.show(name), p.show(kept)}
			}
		}
	}
	if err == nil {
		passing("put back, second half", p.show(name))
		if err = p.root.Remove(from); errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
	}
	if err != nil {
		return fmt.Errorf("%s: cannot be put back from %s: %s", p.show(name), p.show(from), cause(err))
	}
	return nil
}

// removeTemporary removes what is left of one change when it is done or taken back.
func (e entry) removeTemporary(p *place, passing func(operation, path string)) {
	for _, name := range []string{e.New, e.Old, e.Away} {
		if name != "" && holdsName(p.root, name) {
			passing("remove the temporary file", p.show(name))
			_ = p.root.Remove(name)
		}
	}
}

// holdsName says whether there is anything of that name in a folder.
func holdsName(root *os.Root, name string) bool {
	_, err := root.Lstat(name)
	return err == nil
}

// sameFile says whether two names are of one file.
func sameFile(root *os.Root, a, b string) bool {
	x, err := root.Lstat(a)
	if err != nil {
		return false
	}
	y, err := root.Lstat(b)
	return err == nil && os.SameFile(x, y)
}
