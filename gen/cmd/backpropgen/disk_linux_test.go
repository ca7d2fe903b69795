package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// On a disk without space nothing changes: the old files stand, and no temporary file is left.
func TestFullDisk(t *testing.T) {
	disk := mount(t)
	nets := filepath.Join(disk, "nets")
	spec := irisSpec + "targets: []\n" // what is tried is writing
	write(t, filepath.Join(nets, "iris.yaml"), spec, 0o644)
	if code, _, stderr := runIn(t, nets, "generate", "iris.yaml"); code != exitOK {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	write(t, filepath.Join(nets, "iris.yaml"), strings.Replace(spec, "dense: 8", "dense: 9", 1), 0o644)
	fill(t, filepath.Join(disk, "ballast"))

	before := tree(t, disk)
	for _, args := range [][]string{
		{"generate", "iris.yaml"}, {"generate", "-o", "../new/deep", "iris.yaml"}, {"init", "Second"},
	} {
		code, stdout, stderr := runIn(t, nets, args...)
		want := "no space left on device; nothing was changed\n"
		if code != exitIO || stdout != "" || !strings.HasSuffix(stderr, want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%q: exit code %d, printed %q and %q", args, code, stdout, stderr)
		}
		if after := tree(t, disk); after != before {
			t.Errorf("%q left\n%s", args, after)
		}
	}

	if err := os.Remove(filepath.Join(disk, "ballast")); err != nil {
		t.Fatal(err)
	}
	if code, stdout, stderr := runIn(t, nets, "generate", "iris.yaml"); code != exitOK ||
		!strings.Contains(stdout, "Iris 4-9-3") {
		t.Errorf("with space again: exit code %d, printed %q and %q", code, stdout, stderr)
	}
}

// In a folder that cannot be written to, which not even root can here, nothing changes either.
func TestReadOnlyFolder(t *testing.T) {
	disk := mount(t)
	write(t, filepath.Join(disk, "iris.yaml"), irisSpec+"targets: []\n", 0o644)
	write(t, filepath.Join(disk, "sub", "x"), "", 0o644)
	if err := syscall.Mount("", disk, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Skip("SKIPPED: a disk cannot be made read-only here: ", err)
	}
	before := tree(t, disk)
	for _, c := range []struct{ args, want string }{
		{"generate iris.yaml", "iris_gen.go: cannot write: read-only file system; nothing was changed\n"},
		{"generate -o sub iris.yaml", "sub/iris_gen.go: cannot write: read-only file system; nothing was changed\n"},
		{"generate -o sub/new iris.yaml",
			"sub/new: cannot make the folder: read-only file system; nothing was changed\n"},
		{"init -pkg nets Second", "second.yaml: cannot write: read-only file system; nothing was changed\n"},
	} {
		code, stdout, stderr := runIn(t, disk, strings.Fields(c.args)...)
		if code != exitIO || stdout != "" || stderr != c.want {
			t.Errorf("%s: exit code %d, printed %q and %q, want %q", c.args, code, stdout, stderr, c.want)
		}
	}
	if after := tree(t, disk); after != before {
		t.Errorf("left\n%s", after)
	}
}

// mount returns an empty disk of 256 KiB that goes with the test.
func mount(t *testing.T) string {
	t.Helper()
	disk := filepath.Join(t.TempDir(), "disk")
	if err := os.Mkdir(disk, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("backpropgen-test", disk, "tmpfs", 0, "size=2m"); err != nil {
		t.Skip("SKIPPED: a small disk cannot be mounted here (it takes root): ", err)
	}
	t.Cleanup(func() {
		t.Chdir("/")
		if err := syscall.Unmount(disk, 0); err != nil {
			t.Error(err)
		}
	})
	return disk
}

// fill writes a file until the disk is full.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for block := make([]byte, 4096); ; {
		if _, err := f.Write(block); errors.Is(err, syscall.ENOSPC) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}
