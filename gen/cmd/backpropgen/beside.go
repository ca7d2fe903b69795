package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// beside are the files of a spec's folder and below it, which a spec may name. Links are followed, but never out of the
// folder.
type beside string

// files are those that the spec may name; a spec on standard input may name files of the working directory.
func (s *source) files() fs.FS { return beside(filepath.Dir(s.path)) }

// Open opens a file for reading.
func (dir beside) Open(name string) (fs.File, error) {
	root, err := os.OpenRoot(string(dir))
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return root.Open(filepath.FromSlash(name))
}

// Stat says what a file is without opening it.
func (dir beside) Stat(name string) (fs.FileInfo, error) {
	root, err := os.OpenRoot(string(dir))
	if err != nil {
		return nil, err
	}
	defer root.Close()
	info, err := root.Stat(filepath.FromSlash(name))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		if _, outside := os.Stat(filepath.Join(string(dir), filepath.FromSlash(name))); outside == nil {
			err = &fs.PathError{Op: "stat", Path: name, Err: errOutside}
		}
	}
	return info, err
}

// errOutside says of a file why it may not be read, and what to do.
var errOutside = errors.New("a link leads to it, out of the spec's folder; copy the file into the folder")
