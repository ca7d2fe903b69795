package regular

import (
	"io"
	"os"
	"path/filepath"
	"testing"
)

func TestOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "net")
	if _, _, err := Open(path); !os.IsNotExist(err) {
		t.Errorf("no file: %v", err)
	}
	if err := os.WriteFile(path, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	file, size, err := Open(path)
	if err != nil || size != 4 {
		t.Fatalf("%d bytes, %v", size, err)
	}
	defer file.Close()
	if data, err := io.ReadAll(file); err != nil || string(data) != "text" {
		t.Errorf("%q, %v", data, err)
	}
	dir := filepath.Dir(path)
	if _, _, err := Open(dir); err == nil || err.Error() != dir+": is a folder; name a file in it" {
		t.Errorf("a folder: %v", err)
	}
}
