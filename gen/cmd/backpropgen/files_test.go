package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// tree is a folder as text: one line per file with its permissions and contents.
func tree(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, path)
		text := ""
		if info.Mode().IsRegular() {
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			text = string(data)
		}
		fmt.Fprintf(&b, "%s %v %q\n", filepath.ToSlash(rel), info.Mode(), text)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func write(t *testing.T, path, text string, mode fs.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

// example makes two folders with old files and returns changes that touch all there is: a new file, a replaced one, a
// removed one, and a folder that does not exist.
func example(t *testing.T) (dir string, batches []batch) {
	t.Helper()
	dir = t.TempDir()
	write(t, filepath.Join(dir, "a/old.go"), "old", 0o600)
	write(t, filepath.Join(dir, "a/gone.go"), "gone", 0o644)
	write(t, filepath.Join(dir, "a/bystander.go"), "bystander", 0o644)
	write(t, filepath.Join(dir, "b/old.go"), "old b", 0o640)
	return dir, []batch{
		{filepath.Join(dir, "a"), []change{
			{name: "new.go", data: []byte("new")},
			{name: "old.go", data: []byte("newer"), mode: 0o600, exists: true},
			{name: "gone.go", mode: 0o644, exists: true, remove: true},
		}},
		{filepath.Join(dir, "b"), []change{{name: "old.go", data: []byte("newer b"), mode: 0o640, exists: true}}},
		{filepath.Join(dir, "c", "d"), []change{{name: "new.go", data: []byte("new c")}}},
	}
}

func TestCommit(t *testing.T) {
	dir, batches := example(t)
	if err := commit(t.Context(), batches, nil); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"a/new.go": "new", "a/old.go": "newer", "a/bystander.go": "bystander", "b/old.go": "newer b", "c/d/new.go": "new c",
	} {
		got, err := os.ReadFile(filepath.Join(dir, path))
		if err != nil || string(got) != want {
			t.Errorf("%s holds %q (%v), want %q", path, got, err, want)
		}
	}
	if n := strings.Count(tree(t, dir), "\n"); n != 5+5 {
		t.Errorf("want 5 files and 5 folders, nothing removed left and no temporary file, got\n%s", tree(t, dir))
	}
	if info, err := os.Stat(filepath.Join(dir, "a/old.go")); err != nil {
		t.Error(err)
	} else if runtime.GOOS != "windows" && info.Mode() != 0o600 {
		t.Errorf("the replaced file's permissions became %v, want those it had, 0600", info.Mode())
	}
	if info, err := os.Stat(filepath.Join(dir, "a/new.go")); err != nil {
		t.Error(err)
	} else if info.Mode().Perm()&^0o644 != 0 {
		t.Errorf("the new file's permissions are %v, want at most 0644", info.Mode())
	}
}

// steps lists every operation of the example's commit.
func steps(t *testing.T) []string {
	t.Helper()
	_, batches := example(t)
	var list []string
	err := commit(t.Context(), batches, func(_ context.Context, operation, path string) error {
		list = append(list, operation+" "+filepath.Base(path))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// Whichever operation fails, everything is as it was.
func TestCommitUndoesWhenAnyStepFails(t *testing.T) {
	all := steps(t)
	if len(all) < 15 {
		t.Fatalf("only %d steps: %q", len(all), all)
	}
	for k, name := range all {
		dir, batches := example(t)
		before := tree(t, dir)
		n := -1
		err := commit(t.Context(), batches, func(context.Context, string, string) error {
			if n++; n == k {
				return syscall.ENOSPC
			}
			return nil
		})
		if err == nil || !strings.HasSuffix(err.Error(), "; nothing was changed") ||
			!strings.Contains(err.Error(), "no space left on device") {
			t.Errorf("step %d (%s) failed: error is %v", k, name, err)
		}
		if after := tree(t, dir); after != before {
			t.Errorf("step %d (%s) failed:\n%swas\n%s", k, name, after, before)
		}
	}
}

// Whenever the run is interrupted, everything is as it was.
func TestCommitUndoesWhenInterrupted(t *testing.T) {
	for k, name := range steps(t) {
		dir, batches := example(t)
		before := tree(t, dir)
		ctx, cancel := context.WithCancel(t.Context())
		n := -1
		err := commit(ctx, batches, func(context.Context, string, string) error {
			if n++; n == k {
				cancel()
			}
			return nil
		})
		cancel()
		if k == len(steps(t))-1 {
			// Behind the last step there is nothing to interrupt.
			if err != nil {
				t.Errorf("step %d (%s) was the last: %v", k, name, err)
			}
			continue
		}
		if !errors.Is(err, errInterrupted) || err.Error() != "interrupted; nothing was changed" {
			t.Errorf("interrupted at step %d (%s): error is %v", k, name, err)
		}
		if after := tree(t, dir); after != before {
			t.Errorf("interrupted at step %d (%s):\n%swas\n%s", k, name, after, before)
		}
	}
}

// A real signal that arrives between two renames.
func TestCommitUndoesOnSignal(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("SKIPPED: a process cannot send itself an interrupt on Windows")
	}
	for _, sent := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		dir, batches := example(t)
		before := tree(t, dir)
		renames := 0
		err := commitUnlessInterrupted(batches, func(ctx context.Context, operation, _ string) error {
			if operation != "rename into place" {
				return nil
			}
			if renames++; renames == 2 {
				self, err := os.FindProcess(os.Getpid())
				if err != nil {
					return err
				}
				if err := self.Signal(sent); err != nil {
					return err
				}
				<-ctx.Done()
			}
			return nil
		})
		if !errors.Is(err, errInterrupted) {
			t.Errorf("%v: error is %v, want %v", sent, err, errInterrupted)
		}
		if after := tree(t, dir); after != before {
			t.Errorf("after %v:\n%swas\n%s", sent, after, before)
		}
	}
}

// When an old file cannot be put back, the message says where its contents are.
func TestUndoThatFailsSaysWhereTheOldFileIs(t *testing.T) {
	dir, batches := example(t)
	a := filepath.Join(dir, "a")
	err := commit(t.Context(), batches, func(_ context.Context, operation, path string) error {
		if operation == "remove" {
			// Somebody puts a folder where the replaced file was.
			if err := os.Remove(filepath.Join(a, "old.go")); err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(a, "old.go", "inside"), "", 0o644)
			return errors.New("no")
		}
		return nil
	})
	if err == nil || strings.Contains(err.Error(), "nothing was changed") || !strings.Contains(err.Error(), "could not be put back") {
		t.Fatalf("error is %v", err)
	}
	_, kept, _ := strings.Cut(err.Error(), "its old contents are in ")
	if data, err := os.ReadFile(kept); err != nil || string(data) != "old" {
		t.Errorf("%s holds %q (%v), want the old contents", kept, data, err)
	}
}

// Where there are no links old files are copied.
func TestKeepWithoutLinks(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "old.go"), "old", 0o600)
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	i := &item{change: change{name: "old.go", mode: 0o600, exists: true}, root: root}
	if err := i.keep(func(string, string) error { return errors.ErrUnsupported }); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"old.go", i.backup} {
		info, err := root.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if data, err := root.ReadFile(name); err != nil || string(data) != "old" || runtime.GOOS != "windows" && info.Mode() != 0o600 {
			t.Errorf("%s holds %q (%v) with permissions %v", name, data, err, info.Mode())
		}
	}
}

// No name leads out of the folder, not even one that no caller uses.
func TestCommitStaysInItsFolder(t *testing.T) {
	dir := t.TempDir()
	inside := filepath.Join(dir, "inside")
	write(t, filepath.Join(inside, "file"), "", 0o644)
	before := tree(t, dir)
	for _, name := range []string{"../out.go", filepath.Join(dir, "out.go"), "", "file/x.go", "a/b.go"} {
		err := commit(t.Context(), []batch{{inside, []change{{name: name, data: []byte("x")}}}}, nil)
		if err == nil {
			t.Errorf("%q was written", name)
		}
	}
	if after := tree(t, dir); after != before {
		t.Errorf("\n%swas\n%s", after, before)
	}
}

// Replacing a link replaces the link, not what it leads to.
func TestCommitDoesNotFollowLinks(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "outside"), "precious", 0o644)
	inside := filepath.Join(dir, "inside")
	write(t, filepath.Join(inside, "file"), "", 0o644)
	if err := os.Symlink("../outside", filepath.Join(inside, "x.go")); err != nil {
		t.Skip("SKIPPED: no symbolic links here: ", err)
	}
	if err := commit(t.Context(), []batch{{inside, []change{{name: "x.go", data: []byte("new")}}}}, nil); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(filepath.Join(dir, "outside")); err != nil || string(data) != "precious" {
		t.Errorf("the file outside holds %q (%v)", data, err)
	}
}
