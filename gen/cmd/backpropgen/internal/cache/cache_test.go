package cache

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func keyOf(text string) Key { return sha256.Sum256([]byte(text)) }

// names lists a folder.
func names(t *testing.T, dir string) (list []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

// What was kept is found under its key, also by another process, and nothing under others.
func TestGet(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	f := At(dir)
	if got := f.Get(keyOf("x")); got != nil {
		t.Errorf("before: %q", got)
	}
	f.Put(keyOf("x"), []byte("one"))
	f.Put(keyOf("y"), []byte("two"))
	f.Put(keyOf("x"), []byte("three")) // takes the place of what was there
	if got := At(dir).Get(keyOf("x")); string(got) != "three" {
		t.Errorf("x: %q", got)
	}
	if got := f.Get(keyOf("z")); got != nil {
		t.Errorf("z: %q", got)
	}
	if got := names(t, dir); len(got) != 2 {
		t.Errorf("the folder holds %q", got)
	}
}

// Whatever happens to a file, what it held is not returned, and a new one takes its place.
func TestDamaged(t *testing.T) {
	whole := bytes.Repeat([]byte("0123456789"), 100)
	for name, damage := range map[string]func(t *testing.T, path string){
		"empty":     func(t *testing.T, path string) { truncate(t, path, 0) },
		"checksum":  func(t *testing.T, path string) { truncate(t, path, sha256.Size/2) },
		"cut short": func(t *testing.T, path string) { truncate(t, path, 500) },
		"no text":   func(t *testing.T, path string) { truncate(t, path, sha256.Size) },
		"longer":    func(t *testing.T, path string) { truncate(t, path, 5000) },
		"one bit": func(t *testing.T, path string) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			data[700] ^= 4
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
		},
		"another name": func(t *testing.T, path string) {
			At(filepath.Dir(path)).Put(keyOf("other"), whole)
			if err := os.Rename(At(filepath.Dir(path)).file(keyOf("other")), path); err != nil {
				t.Fatal(err)
			}
		},
	} {
		f := At(t.TempDir())
		f.Put(keyOf("x"), whole)
		damage(t, f.file(keyOf("x")))
		if got := f.Get(keyOf("x")); got != nil {
			t.Errorf("%s: found %d bytes", name, len(got))
		}
		f.Put(keyOf("x"), whole)
		if got := f.Get(keyOf("x")); !bytes.Equal(got, whole) {
			t.Errorf("%s: afterwards %d bytes", name, len(got))
		}
	}
}

func truncate(t *testing.T, path string, size int64) {
	t.Helper()
	if err := os.Truncate(path, size); err != nil {
		t.Fatal(err)
	}
}

// Where no folder can be made, nothing is kept.
func TestNoFolder(t *testing.T) {
	var none *Folder
	none.Put(keyOf("x"), []byte("one"))
	if got := none.Get(keyOf("x")); got != nil {
		t.Errorf("no cache at all: %q", got)
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, filepath.Join(file, "sub"), string([]byte{'/', 0})} {
		f := At(path)
		f.Put(keyOf("x"), []byte("one"))
		if got := f.Get(keyOf("x")); got != nil {
			t.Errorf("%q: %q", path, got)
		}
	}
	// A folder in the place of an entry.
	f := At(t.TempDir())
	if err := os.Mkdir(f.file(keyOf("x")), 0o700); err != nil {
		t.Fatal(err)
	}
	f.Put(keyOf("x"), []byte("one"))
	if got := f.Get(keyOf("x")); got != nil {
		t.Errorf("under a folder: %q", got)
	}
	if got := names(t, f.path); len(got) != 1 {
		t.Errorf("left %q", got)
	}
}

// The folder stays within its limit: what was not used for long goes, and what is not ours stays.
func TestLimit(t *testing.T) {
	f := &Folder{t.TempDir(), 10000}
	others := []string{"README", "new-young", strings.Repeat("x", 64), strings.Repeat("a", 62)}
	for _, name := range others {
		if err := os.WriteFile(filepath.Join(f.path, name), make([]byte, 20000), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	left := filepath.Join(f.path, "new-old")
	if err := os.WriteFile(left, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-2 * time.Hour)
	if err := os.Chtimes(left, old, old); err != nil {
		t.Fatal(err)
	}
	for i := range 9 {
		key := keyOf(fmt.Sprint(i))
		f.Put(key, make([]byte, 1000))
		then := old.Add(time.Duration(i) * time.Minute)
		if err := os.Chtimes(f.file(key), then, then); err != nil {
			t.Fatal(err)
		}
	}
	if f.Get(keyOf("0")) == nil { // which is noted
		t.Fatal("0 is gone before the limit")
	}
	f.Put(keyOf("9"), make([]byte, 1000)) // the tenth is one too many
	for i := range 10 {
		if got, want := f.Get(keyOf(fmt.Sprint(i))) != nil, i == 0 || i > 3; got != want {
			t.Errorf("%d: kept %v, want %v", i, got, want)
		}
	}
	f.Put(keyOf("large"), make([]byte, 3000))
	if f.Get(keyOf("large")) != nil {
		t.Error("kept what takes more than a quarter of the limit")
	}
	got := names(t, f.path)
	for _, name := range others {
		if !slices.Contains(got, name) {
			t.Errorf("removed %s", name)
		}
	}
	if slices.Contains(got, "new-old") {
		t.Error("a temporary file of long ago is there still")
	}
}

// Many at once write and read the same entries; nobody sees half of one, and no temporary file stays.
func TestAtOnce(t *testing.T) {
	dir := t.TempDir()
	contents := [][]byte{bytes.Repeat([]byte("a"), 1<<16), bytes.Repeat([]byte("b"), 1<<16)}
	var all sync.WaitGroup
	for w := range 8 {
		all.Go(func() {
			f := &Folder{dir, 1 << 19}
			for i := range 40 {
				key := keyOf(fmt.Sprint(i % 10)) // more than the limit allows
				f.Put(key, contents[w%2])
				if got := f.Get(key); got != nil && !bytes.Equal(got, contents[0]) && !bytes.Equal(got, contents[1]) {
					t.Errorf("found %d bytes of %.10q", len(got), got)
				}
			}
		})
	}
	all.Wait()
	for _, name := range names(t, dir) {
		if !isEntry(name) {
			t.Errorf("left %s", name)
		}
	}
}
