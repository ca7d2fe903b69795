package tensors_test

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/tensors"
)

// TestFiles writes files of both formats and reads them again; errors name the file.
func TestFiles(t *testing.T) {
	dir := t.TempDir()
	for _, f := range []format{safetensors, npz} {
		path := filepath.Join(dir, "net."+f.name)
		want := sample(f)
		if err := tensors.WriteFile(path, want); err != nil {
			t.Fatal(err)
		}
		got, err := tensors.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		same(t, got, want)
		if b, err := os.ReadFile(path); err != nil || !bytes.Equal(b, f.encode(t, want)) {
			t.Errorf("%s: other bytes in the file: %v", f.name, err)
		}
		if err := os.WriteFile(path, []byte("{}"), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := tensors.ReadFile(path); err == nil || !strings.HasPrefix(err.Error(), path+": not a") {
			t.Errorf("%s: %v", f.name, err)
		}
		if _, err := tensors.ReadFile(filepath.Join(dir, "none."+f.name)); !os.IsNotExist(err) {
			t.Errorf("a file that is not there: %v", err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "folder.npz"), 0o777); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"net.pt":     "must end in .safetensors or .npz",
		"npz":        "must end in .safetensors or .npz",
		"folder.npz": "is a folder; name a file in it",
	} {
		path = filepath.Join(dir, path)
		if _, err := tensors.ReadFile(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("reading %s: %v, want an error with %q", path, err, want)
		}
		if err := tensors.WriteFile(path, &tensors.File{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("writing %s: %v, want an error with %q", path, err, want)
		}
	}
}

// TestWriteFileIsAtomic leaves the file that was there where writing fails, and nothing beside it.
func TestWriteFileIsAtomic(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "net.npz")
	if err := tensors.WriteFile(path, sample(npz)); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	bad := sample(npz)
	bad.Tensors[len(bad.Tensors)-1].DType = tensors.BF16 // found only when all others are written
	bad.Tensors[len(bad.Tensors)-1].Shape, bad.Tensors[len(bad.Tensors)-1].Data = nil, []byte{0, 0}
	if err := tensors.WriteFile(path, bad); err == nil || !strings.HasPrefix(err.Error(), path) {
		t.Errorf("%v", err)
	}
	after, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file has changed: %v", err)
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) != 1 {
		t.Errorf("the folder holds %v, %v", list, err)
	}
	if err := tensors.WriteFile(filepath.Join(dir, "none", "net.npz"), sample(npz)); !os.IsNotExist(err) {
		t.Errorf("a folder that is not there: %v", err)
	}
}

// TestWriteFileKeeps keeps links and permissions.
func TestWriteFileKeeps(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("links and permissions as Unix has them")
	}
	dir := t.TempDir()
	path, link := filepath.Join(dir, "net.npz"), filepath.Join(dir, "link.npz")
	if err := os.WriteFile(path, nil, 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("net.npz", link); err != nil {
		t.Fatal(err)
	}
	if err := tensors.WriteFile(link, &tensors.File{}); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode().Type() != os.ModeSymlink {
		t.Errorf("the link is %v, %v", info, err)
	}
	if info, err := os.Lstat(path); err != nil || info.Mode() != 0o640 || info.Size() == 0 {
		t.Errorf("the file is %v, %v", info, err)
	}
}
