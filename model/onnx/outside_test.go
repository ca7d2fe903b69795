package onnx

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

// waiting is a folder with a pipe in it, whose Open would wait for a writer.
type waiting struct {
	fstest.MapFS
	t *testing.T
}

func (f waiting) Open(name string) (fs.File, error) {
	f.t.Errorf("%s was opened", name)
	return nil, fs.ErrInvalid
}

// TestPipe: external data in a pipe is refused before it is opened.
func TestPipe(t *testing.T) {
	folder := waiting{fstest.MapFS{"w.bin": {Mode: fs.ModeNamedPipe}}, t}
	if _, err := outside(folder)("w.bin", 0, 4); err == nil || !strings.Contains(err.Error(), "which is not a regular file") {
		t.Errorf("said %v", err)
	}
}
