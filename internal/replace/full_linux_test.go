package replace

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// fullAt has the test's second process write a file that has no room.
const fullAt = "REPLACE_FULL_AT"

// Where the system takes no more bytes, as on a full disk, the old file stays, and nothing beside it. A limit of the
// process stands for the disk.
func TestFileWithoutRoom(t *testing.T) {
	path := os.Getenv(fullAt)
	if path == "" {
		path = filepath.Join(t.TempDir(), "net")
		if err := os.WriteFile(path, []byte("old"), 0o666); err != nil {
			t.Fatal(err)
		}
		other := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$")
		other.Env = append(os.Environ(), fullAt+"="+path)
		if out, err := other.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 1 << 16, Max: 1 << 16}); err != nil {
		t.Skip(err)
	}
	err := File(path, func(w io.Writer) error { _, err := w.Write(make([]byte, 1<<17)); return err })
	if !errors.Is(err, syscall.EFBIG) {
		t.Errorf("%v, want %v", err, syscall.EFBIG)
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "old" {
		t.Errorf("the file holds %q, %v", data, err)
	}
	if list, err := os.ReadDir(filepath.Dir(path)); err != nil || len(list) != 1 {
		t.Errorf("the folder holds %v, %v", list, err)
	}
}
