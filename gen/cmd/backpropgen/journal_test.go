package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

func init() {
	helpers["kill a commit"] = func(dir string, k int) {
		batches, _, err := exampleIn(dir)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println(commit(context.Background(), batches, killAt(k)))
	}
	helpers["kill an undoing"] = func(dir string, k int) {
		batches, _, err := exampleIn(dir)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		failed, kill := false, killAt(k)
		fmt.Println(commit(context.Background(), batches, func(ctx context.Context, operation, path string) error {
			if failed {
				return kill(ctx, operation, path)
			}
			if operation == "finish" {
				failed = true
				return errors.New("no")
			}
			return nil
		}))
	}
	helpers["kill a recovery"] = func(dir string, k int) {
		kill := killAt(k)
		for _, name := range []string{"a", "b", "c/d"} {
			p, err := openPlace(filepath.Join(dir, name), true, io.Discard)
			if err == nil {
				_, err = recoverPlace(p, func(operation, path string) {
					_ = kill(context.Background(), operation, path)
				})
				p.close()
			}
			if err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
		}
	}
}

// killAt is a hook that ends the process at the k-th operation, as a power cut does: nothing of it runs any more.
func killAt(k int) hook {
	n := -1
	return func(context.Context, string, string) error {
		if n++; n == k {
			self, err := os.FindProcess(os.Getpid())
			if err != nil {
				return err
			}
			if err := self.Kill(); err != nil {
				return err
			}
			time.Sleep(time.Hour) // until it is killed; the runtime would end a process that only waits
		}
		return nil
	}
}

// killed runs a helper that ends itself at its k-th operation, and says whether it came that far.
func killed(t *testing.T, what, dir string, k int) bool {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), helperVariable+"="+what, helperVariable+"_DIR="+dir,
		helperVariable+"_STEP="+strconv.Itoa(k))
	var stderr strings.Builder
	cmd.Stderr = &stderr
	err := cmd.Run()
	if err == nil {
		return false
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) || stderr.Len() > 0 {
		t.Fatalf("%s at operation %d: %v: %s", what, k, err, stderr.String())
	}
	return true
}

// recoverAll does in the folders of the example what the next run does first, and says whether it put files back.
func recoverAll(t *testing.T, dir string) (found bool) {
	t.Helper()
	for _, name := range []string{"a", "b", "c/d"} {
		if path := filepath.Join(dir, name); exists(path) {
			p := placeOf(t, path)
			put, err := recoverPlace(p, func(string, string) {})
			if err != nil {
				t.Errorf("recovering %s: %v", name, err)
			}
			found = found || put
			p.close()
		}
	}
	return found
}

// exists says whether there is anything of a name.
func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// withoutEmptyFolders leaves out of a tree the folders that the example makes, which may stay, empty.
func withoutEmptyFolders(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "c d") && !strings.HasPrefix(line, "c/d d") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

// A commit that is killed at any of its operations leaves no mixture of both sets, and the next run puts back what
// stood before, or where all was in place, leaves what is new. Nothing is left over.
func TestCommitThatIsKilled(t *testing.T) {
	all, later := steps(t)
	for k, name := range slices.Concat(all, later) {
		dir, before, batches, end := exampleWithTree(t)
		end(nil)
		if !killed(t, "kill a commit", dir, k) {
			t.Fatalf("operation %d (%s) was not reached", k, name)
		}
		noMixture(t, fmt.Sprintf("killed at operation %d (%s)", k, name), dir, batches)
		checkNotices(t, dir, k, name)
		recoverAll(t, dir)
		oneSet(t, fmt.Sprintf("killed at operation %d (%s) and recovered", k, name), dir, before)
	}
	if dir, _, _, end := exampleWithTree(t); true {
		end(nil)
		if killed(t, "kill a commit", dir, len(all)+len(later)) {
			t.Error("there are more operations than were listed")
		}
	}
}

// Nor does it matter that what undoes a commit is killed, or what recovers from that, over and over.
func TestRecoveryThatIsKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts hundreds of processes; go test without -short does")
	}
	for k := 0; ; k++ {
		dir, before, batches, end := exampleWithTree(t)
		end(nil)
		if !killed(t, "kill an undoing", dir, k) {
			if k < 15 {
				t.Errorf("undoing takes %d operations only", k)
			}
			break
		}
		noMixture(t, fmt.Sprintf("undoing killed at %d", k), dir, batches)
		for n := 0; killed(t, "kill a recovery", dir, n%3); n++ {
			noMixture(t, fmt.Sprintf("undoing killed at %d, and then recovery %d times", k, n), dir, batches)
			if n > 100 {
				t.Fatalf("undoing killed at %d: recovery comes to no end", k)
			}
		}
		recoverAll(t, dir)
		oneSet(t, fmt.Sprintf("undoing killed at %d, and recovered", k), dir, before)
	}
}

// noMixture fails if a file of the old set stands beside one of the new in a folder.
func noMixture(t *testing.T, when, dir string, batches []batch) {
	t.Helper()
	for _, b := range batches {
		before, after := "", ""
		for _, c := range b.changes {
			data, err := os.ReadFile(filepath.Join(b.place.path, c.name))
			switch {
			case err != nil:
			case c.exists && string(data) == string(c.old):
				before = c.name
			case !c.remove && string(data) == string(c.data):
				after = c.name
			default:
				t.Errorf("%s: %s holds %q", when, c.name, data)
			}
		}
		if before != "" && after != "" {
			t.Errorf("%s: %s is old and %s is new in one folder\n%s", when, before, after, tree(t, dir))
		}
	}
}

// checkNotices fails if there is anything but one of the sets and check has nothing to say.
func checkNotices(t *testing.T, dir string, k int, name string) {
	t.Helper()
	for _, folder := range []string{"a", "b", "c/d"} {
		p, err := openPlace(filepath.Join(dir, folder), false, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		var r report
		noticed := p.checkLeftovers(&r)
		left := exists(p.path) && strings.Contains(tree(t, p.path), ".backpropgen")
		if noticed != left || noticed != r.failed() {
			t.Errorf("killed at operation %d (%s): check notices %v in %s: %v", k, name, noticed, folder, r)
		}
		p.close()
	}
}

// oneSet fails unless every folder holds one of the sets and nothing else.
func oneSet(t *testing.T, when, dir, before string) {
	t.Helper()
	after := tree(t, doneExample(t))
	got := withoutEmptyFolders(tree(t, dir))
	part := func(text, prefix string) string {
		var lines []string
		for line := range strings.Lines(text) {
			if strings.HasPrefix(line, prefix) {
				lines = append(lines, line)
			}
		}
		return strings.Join(lines, "")
	}
	for _, prefix := range []string{"a/", "b/", "c/"} {
		have := part(got, prefix)
		if have != part(before, prefix) && have != part(withoutEmptyFolders(after), prefix) {
			t.Errorf("%s: folder %s holds neither set:\n%s", when, prefix, tree(t, dir))
		}
	}
}

// doneExample is the example's folder with its changes made.
func doneExample(t *testing.T) string {
	t.Helper()
	dir, batches, end := example(t)
	err := commit(t.Context(), batches, nil)
	end(err)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// A file that somebody saves while a commit runs, at whatever operation and under whatever of its names, is there
// afterwards.
func TestCommitReplacesNothingThatAppears(t *testing.T) {
	all, later := steps(t)
	for _, name := range []string{"a/new.go", "a/old.go", "a/gone.go", "b/old.go", "c/d/new.go"} {
		for k, operation := range slices.Concat(all, later) {
			if testing.Short() && k%4 != 0 {
				continue
			}
			dir, batches, end := example(t)
			path, n := filepath.Join(dir, name), -1
			err := commit(t.Context(), batches, func(context.Context, string, string) error {
				if n++; n == k {
					save(t, path)
				}
				return nil
			})
			end(err)
			if data, read := os.ReadFile(path); read != nil || string(data) != "precious" {
				t.Errorf("%s saved at operation %d (%s): it holds %q (%v); the commit: %v", name, k, operation, data,
					read, err)
			}
			recoverAll(t, dir)
			if text := tree(t, dir); strings.Contains(text, ".tmp") || strings.Contains(text, journalName) {
				t.Errorf("%s saved at operation %d (%s): left over:\n%s", name, k, operation, text)
			}
		}
	}
}

// save writes a file as editors do: under another name first.
func save(t *testing.T, path string) {
	t.Helper()
	write(t, path+"~", "precious", 0o644)
	if err := os.Rename(path+"~", path); err != nil {
		t.Fatal(err)
	}
}

// A journal that this version did not write stops generate, and no name in one leads out of the folder.
func TestJournalsThatAreStrange(t *testing.T) {
	for _, text := range []string{
		"", "{", `{"format":2,"changes":[]}`,
		`{"format":1,"changes":[{"name":"../x.go","new":".backpropgen-AAAAAAAAAAAAAAAAAAAAAAAAAA.tmp"}]}`,
		`{"format":1,"changes":[{"name":"x.go","old":"hand.go"}]}`,
		`{"format":1,"changes":[{"name":"","old":""}]}`,
		`{"format":1,"changes":[{"name":"x.go","away":"../y.go"}]}`,
	} {
		dir := t.TempDir()
		write(t, filepath.Join(dir, journalName), text, 0o644)
		write(t, filepath.Join(dir, "hand.go"), "package p", 0o644)
		before := tree(t, dir)
		p := placeOf(t, dir)
		if _, err := recoverPlace(p, func(string, string) {}); err == nil ||
			!strings.Contains(err.Error(), "delete the file") {
			t.Errorf("%q: %v", text, err)
		}
		var r report
		if !p.checkLeftovers(&r) && !r.failed() {
			t.Errorf("%q: check says nothing", text)
		}
		if after := tree(t, dir); after != before {
			t.Errorf("%q:\n%swas\n%s", text, after, before)
		}
	}
}
