package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"
)

// place is a folder that a run works in: open, and locked against other runs from before anything in it is read until
// the run ends.
type place struct {
	path   string   // as the user wrote it
	key    string   // its real path
	root   *os.Root // nil if there is no such folder
	made   []string // folders that were made for it, the outermost first
	unlock func()

	withdrawn []withdrawn // Go files that were there when it was opened, and that recovering took away
}

// places are the folders of a run by their real paths.
type places map[string]*place

// openPlaces opens and locks folders, each once. One that does not exist is made if the run is to write there. Locks
// are taken in the order of real paths, so that no two runs wait for one another.
func openPlaces(dirs []string, writes bool, notes io.Writer) (places, error) {
	paths := map[string]string{}
	var keys []string
	for _, dir := range dirs {
		key := folderKey(dir)
		if _, ok := paths[key]; !ok {
			paths[key] = dir
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	opened := places{}
	for _, key := range keys {
		p, err := openPlace(paths[key], writes, notes)
		if err != nil {
			opened.close(false)
			return nil, err
		}
		opened[key] = p
	}
	return opened, nil
}

// openFolders opens and locks the folders that the specs of a call belong to, and takes back what earlier runs left
// half done there if this one is to write. It returns nil if that cannot be.
func (c *call) openFolders(writes bool, r *report) places {
	c.paths = expandAll(c.args, r)
	var dirs []string
	if c.out != "" {
		dirs = []string{c.out}
	} else {
		for _, path := range c.paths {
			// Where there is no folder there is no spec either, which is told when it is read.
			dir := filepath.Dir(path)
			if info, err := os.Stat(dir); err == nil && info.IsDir() {
				dirs = append(dirs, dir)
			}
		}
	}
	opened, err := openPlaces(dirs, writes, c.stderr)
	if err == nil && writes {
		err = c.recoverPlaces(opened)
	}
	if err != nil {
		r.add(exitIO, err)
		opened.close(false)
		return nil
	}
	return opened
}

// recoverPlaces puts right what earlier runs left that were cut off.
func (c *call) recoverPlaces(opened places) error {
	for _, key := range slices.Sorted(maps.Keys(opened)) {
		p := opened[key]
		listed, err := p.emittedGo()
		if err != nil {
			return fmt.Errorf("%s: the folder cannot be read: %s", p.title(), cause(err))
		}
		found, err := recoverPlace(p, func(string, string) {})
		if err != nil {
			return err
		}
		p.withdrawn = slices.DeleteFunc(listed, func(w withdrawn) bool { return holdsName(p.root, w.name) })
		if found && !c.quiet {
			fmt.Fprintf(c.stderr,
				"%s: an earlier run was cut off while it replaced files; they were put back as they were before it\n",
				p.title())
		}
	}
	return nil
}

// close ends the work. Folders that were made go again, unless they are kept, or somebody uses them by now.
func (ps places) close(keep bool) {
	for _, p := range ps {
		if !keep {
			p.removeMade() // while it is locked, so that no other run has begun to work there
		}
		p.close()
		if !keep && runtime.GOOS == "windows" {
			p.removeMade() // a folder that is open stays there
		}
	}
}

// removeMade removes the folders that were made, as far as they are empty.
func (p *place) removeMade() {
	for _, dir := range slices.Backward(p.made) {
		_ = os.Remove(dir)
	}
}

func (p *place) close() {
	if p.root != nil {
		p.unlock()
		p.root.Close()
	}
}

// title names the folder itself.
func (p *place) title() string {
	if p.path == "." {
		return "the working directory"
	}
	return shown(p.path)
}

// show returns the path of a file of the folder as messages print it.
func (p *place) show(name string) string { return shown(filepath.Join(p.path, name)) }

// openPlace opens and locks one folder.
func openPlace(path string, writes bool, notes io.Writer) (*place, error) {
	p := &place{path: filepath.Clean(path), key: folderKey(path)}
	for {
		if writes {
			if err := p.makeFolders(); err != nil {
				return nil, err
			}
		}
		root, err := os.OpenRoot(path)
		if errors.Is(err, fs.ErrNotExist) && !writes {
			return p, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: cannot be used as a folder: %s", shown(p.path), cause(err))
		}
		p.root = root
		if p.unlock, err = lockFolder(p, writes, notes); err != nil {
			root.Close()
			return nil, fmt.Errorf("%s: cannot be locked: %s", shown(p.path), cause(err))
		}
		if p.stillThere() {
			return p, nil
		}
		p.close() // whoever made it and had the lock before took it away again
		p.root = nil
	}
}

// stillThere says whether the folder that was locked is the one that its path leads to.
func (p *place) stillThere() bool {
	mine, err := p.root.Stat(".")
	if err != nil {
		return false
	}
	now, err := os.Stat(p.path)
	return err == nil && os.SameFile(mine, now)
}

// makeFolders makes the folder and those above it if need be.
func (p *place) makeFolders() error {
	var missing []string
	for dir := p.path; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) || dir == filepath.Dir(dir) {
			break
		}
		missing = append(missing, dir)
	}
	for _, dir := range slices.Backward(missing) {
		switch err := os.Mkdir(dir, 0o777); {
		case err == nil:
			p.made = append(p.made, dir)
		case !errors.Is(err, fs.ErrExist):
			p.removeMade()
			return fmt.Errorf("%s: cannot make the folder: %s; nothing was changed", shown(dir), cause(err))
		}
	}
	return nil
}

// How often a lock that another run has is tried again, and when the user is told what the run waits for.
const (
	firstPause  = time.Millisecond
	longestWait = 50 * time.Millisecond
	tellAfter   = 2 * time.Second
)

// lockFolder waits until the folder is free and locks it.
func lockFolder(p *place, writes bool, notes io.Writer) (func(), error) {
	start, told := time.Now(), false
	for pause := firstPause; ; pause = min(2*pause, longestWait) {
		unlock, ok, err := tryLock(p.root, writes)
		if ok || err != nil {
			return unlock, err
		}
		if !told && time.Since(start) > tellAfter {
			told = true
			fmt.Fprintf(notes, "%s: waiting for another backpropgen that works in this folder\n", shown(p.path))
		}
		time.Sleep(pause)
	}
}
