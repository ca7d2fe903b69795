package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// batch is what is to become of the files of one folder.
type batch struct {
	place   *place
	changes []change
}

// change writes one file, or removes it.
type change struct {
	name   string
	data   []byte
	mode   fs.FileMode // permissions of the file that is replaced; 0 if there is none
	exists bool
	old    []byte // what the file holds that is replaced or removed
	remove bool
}

// errInterrupted is the error of a commit that a signal ended.
var errInterrupted = errors.New("interrupted")

// commit makes all changes or none. The folders are locked by their places, and everything happens through os.Root: no
// name leads out of its folder.
//
//  1. New contents are written and synced under temporary names in the same folder.
//  2. A journal says which names go where.
//  3. The old files of all changes are moved away, each to a name of its own; then the new ones get their names, which
//     fails if there is such a file by now. So never do files of both sets stand beside one another.
//  4. The journal goes, and with it the old set; then the temporary files.
//
// When a step fails, or ctx ends, before the journals are gone, everything is put back. When the process ends there,
// the next run does that from the journal; see recoverPlace. before may be nil.
func commit(ctx context.Context, batches []batch, before hook) error {
	t := &transaction{ctx: ctx, before: before}
	err := t.prepare(batches)
	if err == nil {
		err = t.exchange()
	}
	if err != nil {
		return t.undo(err)
	}
	t.settle()
	return nil
}

// hook is called ahead of every operation on a path and may make it fail.
type hook func(ctx context.Context, operation, path string) error

// commitUnlessInterrupted is commit, but takes everything back when the user or the system ends the run
// half-way. Before it, a signal may end the process as it stands: nothing has been written.
func commitUnlessInterrupted(batches []batch, before hook) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return commit(ctx, batches, before)
}

type transaction struct {
	ctx    context.Context
	before hook
	parts  []part
}

// part is what happens in one folder.
type part struct {
	place *place
	items []*item
}

// item is a change under way.
type item struct {
	change
	entry entry
}

// step is called ahead of every operation that undo can take back.
func (t *transaction) step(operation, path string) error {
	if t.ctx.Err() != nil {
		return errInterrupted
	}
	if t.before != nil {
		if err := t.before(t.ctx, operation, path); err != nil {
			return fmt.Errorf("%s: cannot %s: %s", path, operation, cause(err))
		}
	}
	return nil
}

// prepare does everything that may fail for want of space or permission, before any file is touched.
func (t *transaction) prepare(batches []batch) error {
	for _, b := range batches {
		if len(b.changes) == 0 {
			continue
		}
		t.parts = append(t.parts, part{place: b.place})
		p := &t.parts[len(t.parts)-1]
		for _, c := range b.changes {
			i := &item{change: c, entry: entry{Name: c.name}}
			p.items = append(p.items, i)
			if c.exists {
				i.entry.Old = tempName()
			}
			if c.remove {
				continue
			}
			i.entry.New, i.entry.Away, i.entry.Sum = tempName(), tempName(), sumOf(c.data)
			if err := t.step("write", b.place.show(c.name)); err != nil {
				return err
			}
			if err := writeNew(b.place.root, i.entry.New, c.data); err != nil {
				return fmt.Errorf("%s: cannot write: %s", b.place.show(c.name), cause(err))
			}
		}
		if err := t.step("sync", shown(b.place.path)); err != nil {
			return err
		}
		if err := p.sync(); err != nil {
			return err
		}
	}
	for _, p := range t.parts {
		if err := t.step("write the journal", shown(p.place.path)); err != nil {
			return err
		}
		if err := writeJournal(p.place.root, p.entries()); err != nil {
			return fmt.Errorf("%s: cannot write the journal: %s", shown(p.place.path), cause(err))
		}
	}
	return nil
}

// entries are what the journal of the folder lists.
func (p part) entries() []entry {
	list := make([]entry, len(p.items))
	for i, item := range p.items {
		list[i] = item.entry
	}
	return list
}

// syncing is how many files are synced at a time: the disk takes many together in little more time than one.
const syncing = 16

// sync sees the new contents to the disk and gives them the permissions of the old.
func (p part) sync() error {
	errs := make([]error, len(p.items))
	free := make(chan bool, syncing)
	var all sync.WaitGroup
	for n, i := range p.items {
		if i.remove {
			continue
		}
		free <- true
		all.Go(func() {
			if err := syncFile(p.place.root, i.entry.New, i.mode); err != nil {
				errs[n] = fmt.Errorf("%s: cannot write: %s", p.place.show(i.name), cause(err))
			}
			<-free
		})
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// exchange moves all old files away and then gives the new ones their names.
func (t *transaction) exchange() error {
	for _, p := range t.parts {
		for _, i := range p.items {
			if !i.exists {
				continue
			}
			path := p.place.show(i.name)
			if err := t.step("move the old file away", path); err != nil {
				return err
			}
			if err := p.place.root.Rename(i.name, i.entry.Old); err != nil {
				return fmt.Errorf("%s: cannot move the old file away: %s", path, cause(err))
			}
			if !holds(p.place.root, i.entry.Old, sumOf(i.old)) {
				return fmt.Errorf("%s: was changed while this ran; run it again", path)
			}
		}
	}
	for _, p := range t.parts {
		for _, i := range p.items {
			if i.remove {
				continue
			}
			path := p.place.show(i.name)
			if err := t.step("put the new file in place", path); err != nil {
				return err
			}
			if err := giveName(p.place.root, i.entry.New, i.name); err != nil {
				return fmt.Errorf("%s: cannot put the new file in place: %s", path, cause(err))
			}
		}
	}
	for _, p := range t.parts {
		if err := t.step("finish", shown(p.place.path)); err != nil {
			return err
		}
		syncFolder(p.place.root)
	}
	return nil
}

// undo puts everything back as it was and returns err with what came of that.
func (t *transaction) undo(err error) error {
	var problems []error
	for _, p := range t.parts {
		problems = append(problems, rollBack(p.place, p.entries(), t.passing)...)
	}
	if len(problems) > 0 {
		return fmt.Errorf("%w; %w", err, errors.Join(problems...))
	}
	return fmt.Errorf("%w; nothing was changed", err)
}

// settle makes the changes final. What fails from here on only leaves files that the next run removes.
func (t *transaction) settle() {
	for _, p := range t.parts {
		t.passing("make it final", shown(p.place.path))
		_ = p.place.root.Remove(journalName)
		syncFolder(p.place.root)
	}
	for _, p := range t.parts {
		for _, e := range p.entries() {
			e.removeTemporary(p.place, t.passing)
		}
	}
}

// passing tells of an operation that nothing takes back.
func (t *transaction) passing(operation, path string) {
	if t.before != nil {
		_ = t.before(t.ctx, operation, path)
	}
}

// writeNew makes a file that must not exist yet.
func writeNew(root *os.Root, name string, data []byte) error {
	file, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	return errors.Join(err, file.Close())
}

// syncFile sees the contents of a file to the disk. Mode 0 leaves its permissions.
func syncFile(root *os.Root, name string, mode fs.FileMode) error {
	file, err := root.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	if mode != 0 {
		err = file.Chmod(mode.Perm())
	}
	return errors.Join(err, file.Sync(), file.Close())
}

// syncFolder sees the names of a folder to the disk. Not every system can.
func syncFolder(root *os.Root) {
	if dir, err := root.Open("."); err == nil {
		_ = dir.Sync()
		dir.Close()
	}
}

// giveName gives a file a name that no file may have yet. The file system refuses a name that is taken. Where it has no
// links the name is reserved by a file that says so, and which then is replaced.
func giveName(root *os.Root, from, name string) error { return giveNameBy(root.Link, root, from, name) }

// giveNameBy is giveName with the links of the file system.
func giveNameBy(link func(from, name string) error, root *os.Root, from, name string) error {
	if info, err := root.Lstat(from); err == nil && info.IsDir() {
		return root.Rename(from, name) // which takes the place of an empty folder only
	}
	err := link(from, name)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := writeNew(root, name, []byte(from)); err != nil {
		return err
	}
	return root.Rename(from, name)
}

// reserves says whether a file does nothing but reserve its name for another.
func reserves(root *os.Root, name, another string) bool {
	return holds(root, name, sumOf([]byte(another)))
}

// holds says whether a file is a regular one with contents of the given checksum.
func holds(root *os.Root, name, sum string) bool {
	info, err := root.Lstat(name)
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	data, err := root.ReadFile(name)
	return err == nil && sumOf(data) == sum
}

// sumOf is the checksum of contents.
func sumOf(data []byte) string { return fmt.Sprintf("%x", sha256.Sum256(data)) }
