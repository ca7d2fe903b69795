package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
)

// batch is what is to become of the files of one folder.
type batch struct {
	folder  string // it is made if it does not exist
	changes []change
}

// change writes one file, or removes it.
type change struct {
	name   string
	data   []byte
	mode   fs.FileMode // permissions of the file that is replaced; 0 if there is none
	exists bool
	remove bool
}

// errInterrupted is the error of a commit that a signal ended.
var errInterrupted = errors.New("interrupted")

// commit makes all changes or none. New contents are first written and synced under temporary names
// in the same folder, and what they replace is kept under others; only then are files renamed, and when
// one cannot be, or ctx ends, those before it are put back. Everything happens through os.Root: no
// name leads out of its folder. before may be nil.
func commit(ctx context.Context, batches []batch, before hook) error {
	t := &transaction{ctx: ctx, before: before}
	defer t.close()
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
	roots  []*os.Root
	made   []string // folders that were made, the outermost first
	items  []*item
}

// item is a change under way.
type item struct {
	change
	root   *os.Root
	temp   string // holds the new contents
	backup string // holds the old contents
	done   bool
}

func (i *item) path() string { return filepath.Join(i.root.Name(), i.name) }

// step is called ahead of every operation that undo can take back.
func (t *transaction) step(operation, path string) error {
	if t.ctx.Err() != nil {
		return errInterrupted
	}
	if t.before != nil {
		if err := t.before(t.ctx, operation, path); err != nil {
			return fmt.Errorf("%s: cannot %s: %s", shown(path), operation, cause(err))
		}
	}
	return nil
}

// prepare does everything that may fail for want of space or permission, before any file is touched.
func (t *transaction) prepare(batches []batch) error {
	for _, b := range batches {
		root, err := t.open(b.folder)
		if err != nil {
			return err
		}
		for _, c := range b.changes {
			i := &item{change: c, root: root}
			t.items = append(t.items, i)
			if err := t.prepareItem(i); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *transaction) prepareItem(i *item) error {
	if i.exists {
		if err := t.step("keep the old file", i.path()); err != nil {
			return err
		}
		if err := i.keep(i.root.Link); err != nil {
			return fmt.Errorf("%s: cannot keep the old file: %s", shown(i.path()), cause(err))
		}
	}
	if i.remove {
		return nil
	}
	if err := t.step("write", i.path()); err != nil {
		return err
	}
	i.temp = tempName()
	if err := writeNew(i.root, i.temp, i.data, i.mode); err != nil {
		return fmt.Errorf("%s: cannot write: %s", shown(i.path()), cause(err))
	}
	return t.step("sync", i.path())
}

// keep gives the old file a second name, or where the file system has no links, copies it.
func (i *item) keep(link func(name, another string) error) error {
	i.backup = tempName()
	if err := link(i.name, i.backup); err == nil {
		return nil
	}
	old, err := i.root.ReadFile(i.name)
	if err != nil {
		return err
	}
	return writeNew(i.root, i.backup, old, i.mode)
}

// exchange puts the new files in the places of the old.
func (t *transaction) exchange() error {
	for _, i := range t.items {
		operation, do := "rename into place", func() error { return i.root.Rename(i.temp, i.name) }
		if i.remove {
			operation, do = "remove", func() error { return i.root.Remove(i.name) }
		}
		if err := t.step(operation, i.path()); err != nil {
			return err
		}
		if err := do(); err != nil {
			return fmt.Errorf("%s: cannot %s: %s", shown(i.path()), operation, cause(err))
		}
		i.done = true
	}
	return t.step("finish", "")
}

// undo puts everything back as it was and returns err with what came of that.
func (t *transaction) undo(err error) error {
	var failed []string
	for _, i := range t.items {
		var problem error
		switch {
		case i.done && i.backup != "":
			problem = i.root.Rename(i.backup, i.name)
		case i.done:
			problem = i.root.Remove(i.name)
		}
		if problem != nil {
			text := fmt.Sprintf("%s could not be put back (%s)", shown(i.path()), cause(problem))
			if i.backup != "" {
				text += ", its old contents are in " + shown(filepath.Join(i.root.Name(), i.backup))
				i.backup = "" // and stay there
			}
			failed = append(failed, text)
		}
	}
	t.settle()
	for n := len(t.made) - 1; n >= 0; n-- {
		_ = os.Remove(t.made[n]) // if it is not empty, someone else uses it by now
	}
	if failed != nil {
		return fmt.Errorf("%w; %s", err, strings.Join(failed, "; "))
	}
	return fmt.Errorf("%w; nothing was changed", err)
}

// settle removes the temporary files and asks the system to keep the folders' new contents.
func (t *transaction) settle() {
	for _, i := range t.items {
		for _, name := range []string{i.temp, i.backup} {
			if name != "" {
				_ = i.root.Remove(name) // a new file has lost its temporary name already
			}
		}
	}
	for _, root := range t.roots {
		if dir, err := root.Open("."); err == nil {
			_ = dir.Sync() // not every system can sync a folder
			dir.Close()
		}
	}
}

func (t *transaction) close() {
	for _, root := range t.roots {
		root.Close()
	}
}

// open opens a folder and makes it and those above it if need be.
func (t *transaction) open(folder string) (*os.Root, error) {
	if err := t.step("open", folder); err != nil {
		return nil, err
	}
	var missing []string
	for dir := filepath.Clean(folder); ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) || dir == filepath.Dir(dir) {
			break
		}
		missing = append(missing, dir)
	}
	for n := len(missing) - 1; n >= 0; n-- {
		switch err := os.Mkdir(missing[n], 0o777); {
		case err == nil:
			t.made = append(t.made, missing[n])
		case !errors.Is(err, fs.ErrExist):
			return nil, fmt.Errorf("%s: cannot make the folder: %s", shown(missing[n]), cause(err))
		}
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, fmt.Errorf("%s: cannot be used as a folder: %s", shown(folder), cause(err))
	}
	t.roots = append(t.roots, root)
	return root, nil
}

// writeNew makes a file that must not exist yet, and sees its contents to the disk. Mode 0 means the
// default permissions.
func writeNew(root *os.Root, name string, data []byte, mode fs.FileMode) (err error) {
	file, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	defer func() {
		if closed := file.Close(); err == nil {
			err = closed
		}
	}()
	if mode != 0 {
		if err := file.Chmod(mode.Perm()); err != nil {
			return err
		}
	}
	if _, err := file.Write(data); err != nil {
		return err
	}
	return file.Sync()
}

// tempName returns a name that no file has and that the go command passes over.
func tempName() string { return ".backpropgen-" + rand.Text() + ".tmp" }
