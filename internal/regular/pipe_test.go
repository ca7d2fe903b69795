//go:build unix

package regular

import (
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestPipe: a pipe that nobody writes to is refused at once, also behind a link.
func TestPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "net")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip(err)
	}
	said := make(chan error, 1)
	go func() {
		_, _, err := Open(path)
		said <- err
	}()
	select {
	case err := <-said:
		if want := path + ": is a device or a pipe; name a regular file"; err == nil || err.Error() != want {
			t.Errorf("said %v, want %s", err, want)
		}
	case <-time.After(time.Minute):
		t.Error("Open waits for a writer")
	}
}
