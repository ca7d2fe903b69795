// Package cache keeps what takes long to make in files of one folder, by the SHA-256 of what it is made of. It is there
// to save time only: what cannot be kept or found again, for whatever reason, is made again, and nobody is told. Any
// number of processes may use a folder at the same time.
package cache

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Key is the SHA-256 of everything that contents depend on.
type Key [sha256.Size]byte

// DefaultLimit is how many bytes a folder keeps: the files of a few hundred networks.
const DefaultLimit = 128 << 20

// Folder keeps contents. A nil one keeps nothing.
type Folder struct {
	path  string
	limit int64
}

// At is the cache in a folder, which is made when something is kept.
func At(path string) *Folder { return &Folder{path, DefaultLimit} }

// An entry is a checksum and the contents. The checksum is of the key as well, so that a file is no entry under another
// name.
func checksum(key Key, contents []byte) [sha256.Size]byte {
	h := sha256.New()
	h.Write(key[:])
	h.Write(contents)
	return [sha256.Size]byte(h.Sum(nil))
}

// Names of temporary files begin so.
const temporary = "new-"

func (f *Folder) file(key Key) string { return filepath.Join(f.path, hex.EncodeToString(key[:])) }

// usedEvery is how often it is noted that an entry is in use, by the time of its file.
const usedEvery = time.Hour

// Get returns contents that were kept, nil if there are none or if they are damaged.
func (f *Folder) Get(key Key) []byte {
	if f == nil {
		return nil
	}
	path := f.file(key)
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() {
		return nil
	}
	data, err := os.ReadFile(path)
	if err != nil || len(data) < sha256.Size {
		return nil
	}
	sum, contents := data[:sha256.Size], data[sha256.Size:]
	if want := checksum(key, contents); !bytes.Equal(sum, want[:]) {
		return nil
	}
	if now := time.Now(); now.Sub(info.ModTime()) > usedEvery {
		_ = os.Chtimes(path, now, now)
	}
	return contents
}

// Put keeps contents, unless that would take a large part of the folder, and removes those that were used longest ago
// where they become too many.
func (f *Folder) Put(key Key, contents []byte) {
	if f == nil || int64(len(contents)) > f.limit/4 || os.MkdirAll(f.path, 0o700) != nil {
		return
	}
	file, err := os.CreateTemp(f.path, temporary)
	if err != nil {
		return
	}
	sum := checksum(key, contents)
	_, err = file.Write(append(sum[:], contents...))
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(file.Name(), f.file(key))
	}
	if err != nil {
		_ = os.Remove(file.Name())
	}
	f.trim()
}

// leftAfter is the age at which a temporary file belongs to no process any more.
const leftAfter = time.Hour

// trim removes what processes left that were ended, and of the entries the oldest where all are larger than the limit.
// Files of other names stay: the folder may not be ours alone.
func (f *Folder) trim() {
	list, err := os.ReadDir(f.path)
	if err != nil {
		return
	}
	var entries []fs.FileInfo
	var size int64
	for _, e := range list {
		info, err := e.Info()
		switch {
		case err != nil || !info.Mode().IsRegular():
		case isEntry(e.Name()):
			entries, size = append(entries, info), size+info.Size()
		case strings.HasPrefix(e.Name(), temporary) && time.Since(info.ModTime()) > leftAfter:
			_ = os.Remove(filepath.Join(f.path, e.Name()))
		}
	}
	if size <= f.limit {
		return
	}
	slices.SortStableFunc(entries, func(a, b fs.FileInfo) int {
		return cmp.Or(a.ModTime().Compare(b.ModTime()), strings.Compare(a.Name(), b.Name()))
	})
	for _, e := range entries {
		if size <= f.limit*3/4 { // so that the next few need no room to be made
			return
		}
		if os.Remove(filepath.Join(f.path, e.Name())) == nil {
			size -= e.Size()
		}
	}
}

// isEntry says whether a name is that of an entry.
func isEntry(name string) bool {
	key, err := hex.DecodeString(name)
	return err == nil && len(key) == sha256.Size
}
