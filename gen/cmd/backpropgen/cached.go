package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/gen/cmd/backpropgen/internal/cache"
)

// What is generated depends on nothing but this program, the spec, its file of weights and a few options. So it is kept
// by the checksum of all these. Whatever looks at the user's folder is done every time.

// cacheVariable is the variable of the environment that says where generated files are kept.
const cacheVariable = "BACKPROPGEN_CACHE"

// noCache is its value where they are not kept.
const noCache = "off"

// cacheFolder is where generated files are kept; nil where they aren't. The error is a mistake of the user's.
func (e env) cacheFolder() (*cache.Folder, error) {
	switch dir := e.getenv(cacheVariable); {
	case dir == noCache:
		return nil, nil
	case dir != "" && !filepath.IsAbs(dir):
		return nil, fmt.Errorf("%s is %s; make it the absolute path of a folder, or %q", cacheVariable, shown(dir),
			noCache)
	case dir != "":
		return cache.At(dir), nil
	case e.userCache == nil:
		return nil, nil
	}
	dir, err := e.userCache()
	if err != nil {
		return nil, nil
	}
	return cache.At(filepath.Join(dir, "backpropgen")), nil
}

// kept is what is kept of a network.
type kept struct {
	Files   []gen.File
	Summary gen.Summary
}

// generate makes the files of a network, or finds them where they are kept.
func (j *job) generate(folder *cache.Folder) error {
	start := time.Now()
	defer func() { j.took = time.Since(start) }()
	key, known := cache.Key{}, false
	if folder != nil {
		key, known = j.key(thisProgram)
	}
	if known {
		if k, ok := decodeKept(folder.Get(key)); ok {
			j.files, j.summary = k.Files, k.Summary
			return nil
		}
	}
	n, err := gen.Compile(j.network, j.options)
	if err != nil {
		return err
	}
	if j.files, err = n.Files(); err != nil {
		return err
	}
	j.summary = n.Summary()
	if !known {
		return nil
	}
	// The weights may have changed while they were read.
	if again, ok := j.key(thisProgram); ok && again == key {
		if data, err := encodeKept(kept{j.files, j.summary}); err == nil {
			folder.Put(key, data)
		}
	}
	return nil
}

// key is the checksum of everything that the files of a network depend on; program is that of this program. It is false
// where something cannot be read.
func (j *job) key(program func() ([sha256.Size]byte, error)) (key cache.Key, ok bool) {
	sum, err := program()
	if err != nil {
		return key, false
	}
	h := sha256.New()
	h.Write(sum[:])
	options := j.options
	options.Files = nil // the only one that is of use is the file of weights
	for _, part := range [][]byte{
		[]byte(filepath.Base(j.source.path)), // which says in what language the spec is
		[]byte(j.network.Package), fmt.Appendf(nil, "%#v", options), j.source.data,
	} {
		fmt.Fprintf(h, "%d\n", len(part))
		h.Write(part)
	}
	if j.network.Weights != "" {
		if err := copyRegular(h, j.options.Files, j.network.Weights); err != nil {
			return key, false
		}
	}
	return cache.Key(h.Sum(nil)), true
}

// copyRegular copies a file, unless it is something to wait for, such as a pipe, or so large that what is made of it is
// not kept.
func copyRegular(w io.Writer, files fs.FS, name string) error {
	info, err := fs.Stat(files, name)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() || info.Size() > cache.DefaultLimit {
		return errors.New("not a regular file, or too large")
	}
	f, err := files.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(w, f)
	return err
}

// began is when this process did, or a little later.
var began = time.Now()

// thisProgram is the checksum of the file that this process runs: every change of the generator changes it.
var thisProgram = sync.OnceValues(func() ([sha256.Size]byte, error) {
	path := "/proc/self/exe" // what runs, even where another file has its name by now
	if runtime.GOOS != "linux" {
		var err error
		if path, err = os.Executable(); err != nil {
			return [sha256.Size]byte{}, err
		}
	}
	return programSum(path, began)
})

// programSum is the checksum of a program that ran at some time; an error where its file is newer.
func programSum(path string, ran time.Time) (sum [sha256.Size]byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return sum, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return sum, err
	}
	if info.ModTime().After(ran) {
		return sum, errors.New("the program was replaced while it ran")
	}
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return sum, err
	}
	return [sha256.Size]byte(h.Sum(nil)), nil
}

func encodeKept(k kept) ([]byte, error) {
	var b bytes.Buffer
	err := gob.NewEncoder(&b).Encode(k)
	return b.Bytes(), err
}

// decodeKept is false where there is nothing, or where it is not what encodeKept writes.
func decodeKept(data []byte) (k kept, ok bool) {
	if data == nil {
		return k, false
	}
	err := gob.NewDecoder(bytes.NewReader(data)).Decode(&k)
	return k, err == nil
}
