package replace

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// Where anything fails the old file is there, and nothing beside it.
func TestFileIsWholeOrAsItWas(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "net")
	failure := errors.New("no space left")
	half := func(w io.Writer) error {
		_, _ = w.Write(make([]byte, 1<<16))
		return failure
	}
	if err := File(path, half); !errors.Is(err, failure) {
		t.Errorf("%v, want %v", err, failure)
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) != 0 {
		t.Errorf("the folder holds %v, %v", list, err)
	}
	for _, text := range []string{"old", "new and longer", ""} {
		if err := File(path, func(w io.Writer) error { _, err := io.WriteString(w, text); return err }); err != nil {
			t.Fatal(err)
		}
		if err := File(path, half); !errors.Is(err, failure) {
			t.Errorf("%v, want %v", err, failure)
		}
		if data, err := os.ReadFile(path); err != nil || string(data) != text {
			t.Errorf("the file holds %q, %v, want %q", data, err, text)
		}
		if list, err := os.ReadDir(dir); err != nil || len(list) != 1 {
			t.Errorf("the folder holds %v, %v", list, err)
		}
	}
	nothing := func(io.Writer) error { return nil }
	if err := File(filepath.Join(dir, "none", "net"), nothing); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a folder that is not there: %v", err)
	}
	if err := File(dir, nothing); err == nil {
		t.Error("a folder was replaced")
	}
	if err := File("", nothing); err == nil || err.Error() != "the path is empty" {
		t.Errorf("no path: %v", err)
	}
}

// What other runs left under the names for a while is in nobody's way.
func TestFileFindsAName(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "net")
	for range 3 {
		left, err := createBeside(path)
		if err != nil {
			t.Fatal(err)
		}
		left.Close()
	}
	if err := File(path, func(io.Writer) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) != 4 {
		t.Errorf("the folder holds %v, %v", list, err)
	}
}

// Links and permissions stay.
func TestFileKeeps(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links and permissions as Unix has them")
	}
	dir := t.TempDir()
	path, link := filepath.Join(dir, "net"), filepath.Join(dir, "link")
	if err := os.WriteFile(path, nil, 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("net", link); err != nil {
		t.Fatal(err)
	}
	if err := File(link, func(w io.Writer) error { _, err := w.Write([]byte{1}); return err }); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode().Type() != os.ModeSymlink {
		t.Errorf("the link is %v, %v", info, err)
	}
	if info, err := os.Lstat(path); err != nil || info.Mode() != 0o640 || info.Size() != 1 {
		t.Errorf("the file is %v, %v", info, err)
	}
}

// Where there is no folder the error names it, and not the file that would have been beside path for a while.
func TestFileWithoutFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "none")
	err := File(filepath.Join(dir, "net"), func(io.Writer) error { return nil })
	if path := (*fs.PathError)(nil); !errors.As(err, &path) || path.Path != dir || !os.IsNotExist(err) {
		t.Errorf("%v, want an error of %s", err, dir)
	}
}
