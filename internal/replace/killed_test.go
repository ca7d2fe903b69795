package replace

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// killedAt is the variable of the environment that has the test's second process write a file, and never end.
const killedAt = "REPLACE_KILLED_AT"

// A process that is killed while it writes leaves the old file as it was, and what it leaves beside it is in the way of
// nobody.
func TestFileOfKilled(t *testing.T) {
	if path := os.Getenv(killedAt); path != "" {
		_ = File(path, func(w io.Writer) error {
			_, _ = w.Write(make([]byte, 1<<20)) // more than is held back
			_, _ = os.Stdout.WriteString("written\n")
			time.Sleep(time.Hour) // the runtime would end a process that only waits, and that is no kill
			return nil
		})
	}
	path := filepath.Join(t.TempDir(), "net")
	write := func(text string) {
		if err := File(path, func(w io.Writer) error { _, err := io.WriteString(w, text); return err }); err != nil {
			t.Fatal(err)
		}
		if data, err := os.ReadFile(path); err != nil || string(data) != text {
			t.Fatalf("the file holds %q, %v, want %q", data, err, text)
		}
	}
	write("old")
	other := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$")
	other.Env = append(os.Environ(), killedAt+"="+path)
	out, err := other.StdoutPipe()
	if err == nil {
		err = other.Start()
	}
	if err != nil {
		t.Skipf("no second process: %v", err)
	}
	if _, err := out.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	if err := other.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = other.Wait()
	if data, err := os.ReadFile(path); err != nil || string(data) != "old" {
		t.Errorf("after the kill the file holds %q, %v", data, err)
	}
	if list, err := os.ReadDir(filepath.Dir(path)); err != nil || len(list) != 2 {
		t.Errorf("the folder holds %v, %v: was nothing written?", list, err)
	}
	write("new")
}
