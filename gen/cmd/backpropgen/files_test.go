package main

import (
	"context"
	"errors"
	"fmt"
	"io"
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
// removed one, and a folder that does not exist. It ends them as a run of the command does.
func example(t *testing.T) (dir string, batches []batch, end func(err error)) {
	t.Helper()
	dir = t.TempDir()
	makeExample(t, dir)
	batches, end, err := exampleIn(dir)
	if err != nil {
		t.Fatal(err)
	}
	return dir, batches, end
}

// exampleWithTree is example with the tree before it began.
func exampleWithTree(t *testing.T) (dir, before string, batches []batch, end func(err error)) {
	t.Helper()
	dir = t.TempDir()
	makeExample(t, dir)
	before = tree(t, dir)
	batches, end, err := exampleIn(dir)
	if err != nil {
		t.Fatal(err)
	}
	return dir, before, batches, end
}

func makeExample(t *testing.T, dir string) {
	t.Helper()
	write(t, filepath.Join(dir, "a/old.go"), "old", 0o600)
	write(t, filepath.Join(dir, "a/gone.go"), "gone", 0o644)
	write(t, filepath.Join(dir, "a/bystander.go"), "bystander", 0o644)
	write(t, filepath.Join(dir, "b/old.go"), "old b", 0o640)
}

// exampleIn returns the changes to the folders in dir.
func exampleIn(dir string) (batches []batch, end func(err error), err error) {
	a, b, c := filepath.Join(dir, "a"), filepath.Join(dir, "b"), filepath.Join(dir, "c", "d")
	opened, err := openPlaces([]string{a, b, c}, true, io.Discard)
	if err != nil {
		return nil, nil, err
	}
	return []batch{
		{opened[folderKey(a)], []change{
			{name: "new.go", data: []byte("new")},
			{name: "old.go", data: []byte("newer"), mode: 0o600, exists: true, old: []byte("old")},
			{name: "gone.go", mode: 0o644, exists: true, old: []byte("gone"), remove: true},
		}},
		{opened[folderKey(b)],
			[]change{{name: "old.go", data: []byte("newer b"), mode: 0o640, exists: true, old: []byte("old b")}}},
		{opened[folderKey(c)], []change{{name: "new.go", data: []byte("new c")}}},
	}, func(err error) { opened.close(err == nil) }, nil
}

// isLater says whether an operation of the hook is one that nothing takes back.
func isLater(operation string) bool {
	return operation == "make it final" || operation == "remove the temporary file"
}

func TestCommit(t *testing.T) {
	dir, batches, end := example(t)
	if err := commit(t.Context(), batches, nil); err != nil {
		t.Fatal(err)
	}
	end(nil)
	for path, want := range map[string]string{
		"a/new.go": "new", "a/old.go": "newer", "a/bystander.go": "bystander", "b/old.go": "newer b",
		"c/d/new.go": "new c",
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

// steps lists every operation of the example's commit that can be taken back, and then the others.
func steps(t *testing.T) (list, later []string) {
	t.Helper()
	_, batches, end := example(t)
	err := commit(t.Context(), batches, func(_ context.Context, operation, path string) error {
		if isLater(operation) {
			later = append(later, operation+" "+filepath.Base(path))
		} else {
			list = append(list, operation+" "+filepath.Base(path))
		}
		return nil
	})
	end(err)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 15 || len(later) < 7 {
		t.Fatalf("only %d steps and %d after them: %q, %q", len(list), len(later), list, later)
	}
	return list, later
}

// Whichever operation fails, everything is as it was.
func TestCommitUndoesWhenAnyStepFails(t *testing.T) {
	all, _ := steps(t)
	for k, name := range all {
		dir, before, batches, end := exampleWithTree(t)
		n := -1
		err := commit(t.Context(), batches, func(context.Context, string, string) error {
			if n++; n == k {
				return syscall.ENOSPC
			}
			return nil
		})
		end(err)
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
	all, _ := steps(t)
	for k, name := range all {
		dir, before, batches, end := exampleWithTree(t)
		ctx, cancel := context.WithCancel(t.Context())
		n := -1
		err := commit(ctx, batches, func(context.Context, string, string) error {
			if n++; n == k {
				cancel()
			}
			return nil
		})
		cancel()
		end(err)
		if k == len(all)-1 {
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
		dir, before, batches, end := exampleWithTree(t)
		renames := 0
		err := commitUnlessInterrupted(batches, func(ctx context.Context, operation, _ string) error {
			if operation != "put the new file in place" {
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
		end(err)
		if !errors.Is(err, errInterrupted) {
			t.Errorf("%v: error is %v, want %v", sent, err, errInterrupted)
		}
		if after := tree(t, dir); after != before {
			t.Errorf("after %v:\n%swas\n%s", sent, after, before)
		}
	}
}

// When an old file cannot be put back, the message says where its contents are, and no later run removes them.
func TestUndoThatFailsSaysWhereTheOldFileIs(t *testing.T) {
	dir, batches, end := example(t)
	a := filepath.Join(dir, "a")
	err := commit(t.Context(), batches, func(_ context.Context, operation, path string) error {
		if operation == "put the new file in place" && filepath.Base(path) == "old.go" {
			// Somebody puts a folder where the replaced file was.
			write(t, filepath.Join(a, "old.go", "inside"), "", 0o644)
			return errors.New("no")
		}
		return nil
	})
	end(err)
	if err == nil || strings.Contains(err.Error(), "nothing was changed") ||
		!strings.Contains(err.Error(), "could not be put back") {
		t.Fatalf("error is %v", err)
	}
	recoverAll(t, dir)
	_, kept, _ := strings.Cut(err.Error(), "its old contents are in ")
	if data, err := os.ReadFile(kept); err != nil || string(data) != "old" {
		t.Errorf("%s holds %q (%v), want the old contents", kept, data, err)
	}
}

// Where there are no links a name is reserved first.
func TestGiveName(t *testing.T) {
	for _, links := range []bool{true, false} {
		p := placeOf(t, t.TempDir())
		link := p.root.Link
		if !links {
			link = func(string, string) error { return errors.ErrUnsupported }
		}
		write(t, filepath.Join(p.path, "a"), "a", 0o600)
		write(t, filepath.Join(p.path, "taken"), "taken", 0o644)
		if err := giveNameBy(link, p.root, "a", "taken"); !errors.Is(err, fs.ErrExist) {
			t.Errorf("links %v: a name that is taken: %v", links, err)
		}
		if err := giveNameBy(link, p.root, "a", "b"); err != nil {
			t.Fatalf("links %v: %v", links, err)
		}
		for name, want := range map[string]string{"b": "a", "taken": "taken"} {
			if data, err := p.root.ReadFile(name); err != nil || string(data) != want {
				t.Errorf("links %v: %s holds %q (%v), want %q", links, name, data, err, want)
			}
		}
		if info, err := p.root.Stat("b"); err != nil || runtime.GOOS != "windows" && info.Mode() != 0o600 {
			t.Errorf("links %v: permissions %v (%v)", links, info.Mode(), err)
		}
	}
}

// placeOf opens a folder for writing.
func placeOf(t *testing.T, dir string) *place {
	t.Helper()
	p, err := openPlace(dir, true, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.close)
	return p
}

// No name leads out of the folder, not even one that no caller uses.
func TestCommitStaysInItsFolder(t *testing.T) {
	dir := t.TempDir()
	inside := filepath.Join(dir, "inside")
	write(t, filepath.Join(inside, "file"), "", 0o644)
	before := tree(t, dir)
	p := placeOf(t, inside)
	for _, name := range []string{"../out.go", filepath.Join(dir, "out.go"), "", "file/x.go", "a/b.go"} {
		err := commit(t.Context(), []batch{{p, []change{{name: name, data: []byte("x")}}}}, nil)
		if err == nil {
			t.Errorf("%q was written", name)
		}
	}
	if after := tree(t, dir); after != before {
		t.Errorf("\n%swas\n%s", after, before)
	}
}

// A link that took the place of a file stays, and so does what it leads to.
func TestCommitDoesNotFollowLinks(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "outside"), "precious", 0o644)
	inside := filepath.Join(dir, "inside")
	write(t, filepath.Join(inside, "file"), "", 0o644)
	if err := os.Symlink("../outside", filepath.Join(inside, "x.go")); err != nil {
		t.Skip("SKIPPED: no symbolic links here: ", err)
	}
	before := tree(t, dir)
	p := placeOf(t, inside)
	for _, c := range []change{
		{name: "x.go", data: []byte("new")},
		{name: "x.go", data: []byte("new"), exists: true, old: []byte("precious")},
		{name: "x.go", exists: true, old: []byte("precious"), remove: true},
	} {
		if err := commit(t.Context(), []batch{{p, []change{c}}}, nil); err == nil {
			t.Errorf("%+v was made", c)
		}
	}
	if after := tree(t, dir); after != before {
		t.Errorf("\n%swas\n%s", after, before)
	}
}
