package main

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

func init() {
	// Each generates its own Iris into one folder.
	for _, from := range []string{"a", "b"} {
		helpers["generate from "+from] = func(dir string, _ int) {
			os.Exit(run([]string{
				"generate", "-q", "-o", filepath.Join(dir, "out"), filepath.Join(dir, from, "iris.yaml"),
			},
				env{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, getenv: func(string) string { return "" }}))
		}
	}
	helpers["hold a folder"] = func(dir string, _ int) {
		p, err := openPlace(dir, true, os.Stderr)
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println("held")
		// It sleeps, because the runtime ends a process all of whose goroutines wait for one another.
		time.Sleep(time.Hour)
		p.close()
	}
}

// helperCommand is a command that runs a helper.
func helperCommand(t *testing.T, what, dir string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), helperVariable+"="+what, helperVariable+"_DIR="+dir)
	return cmd
}

// Generators that run at once leave the files of one of them, whichever of them are killed.
func TestGeneratorsAtOnce(t *testing.T) {
	rounds := 10
	if testing.Short() {
		rounds = 2
	}
	dir := t.TempDir()
	spec := irisSpec +
		"targets: []\n" // without assembly generating takes hardly longer than writing, which is what is tried
	write(t, filepath.Join(dir, "a", "iris.yaml"), spec, 0o644)
	write(t, filepath.Join(dir, "b", "iris.yaml"),
		strings.Replace(spec, "dense: 8", "dense: 9\n    activation: relu\n  - dense: 5", 1), 0o644)
	out := filepath.Join(dir, "out")
	want := map[string]string{}
	generate := func(from string) {
		t.Helper()
		if text, err := helperCommand(t, "generate from "+from, dir).CombinedOutput(); err != nil {
			t.Fatalf("generating from %s: %v: %s", from, err, text)
		}
	}
	for _, from := range []string{"b", "a"} {
		generate(from)
		want[from] = tree(t, out)
	}
	if want["a"] == want["b"] {
		t.Fatal("both are alike")
	}
	start := time.Now()
	generate("b")
	took := time.Since(start)
	for round := range rounds {
		var all []*exec.Cmd
		kills := round%2 == 1
		for n := range 4 {
			cmd := helperCommand(t, "generate from "+[]string{"a", "b"}[n%2], dir)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			all = append(all, cmd)
			if kills && n < 2 {
				time.AfterFunc(time.Duration(rand.Int64N(int64(2*took))), func() { _ = cmd.Process.Kill() })
			}
		}
		for n, cmd := range all {
			if err := cmd.Wait(); err != nil && !(kills && n < 2) {
				t.Errorf("round %d: generator %d: %v", round, n, err)
			}
		}
		got := tree(t, out)
		if kills {
			generate("a")
			if got = tree(t, out); got != want["a"] {
				t.Errorf("round %d: generated again after kills:\n%s", round, names(got))
			}
		} else if got != want["a"] && got != want["b"] {
			t.Errorf("round %d: a mixture or leftovers:\n%s", round, names(got))
		}
		if t.Failed() {
			return
		}
	}
}

// names are the names in a tree.
func names(tree string) string {
	var b strings.Builder
	for line := range strings.Lines(tree) {
		name, _, _ := strings.Cut(line, " ")
		b.WriteString(name + "\n")
	}
	return b.String()
}

// One run has a folder at a time, readers share it, and the lock of a process that was killed is nobody's.
func TestLocks(t *testing.T) {
	if runtime.GOOS == "plan9" || runtime.GOOS == "js" || runtime.GOOS == "wasip1" {
		t.Skip("SKIPPED: there are no locks here")
	}
	dir := t.TempDir()
	holder := helperCommand(t, "hold a folder", dir)
	stdout, err := holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	said := make([]byte, len("held"))
	if _, err := io.ReadFull(stdout, said); err != nil || string(said) != "held" {
		t.Fatalf("the holder said %q (%v)", said, err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	for _, writes := range []bool{true, false} {
		if unlock, ok, err := tryLock(root, writes); ok || err != nil {
			t.Errorf("writes %v: a folder that is locked was locked again (%v)", writes, err)
			unlock()
		}
	}
	if err := holder.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	// A holder that ends by itself, with 0 or as a panic does with 2, has given the lock back before its time.
	err = holder.Wait()
	if code := holder.ProcessState.ExitCode(); code == 0 || code == 2 {
		t.Fatalf("the holder ended by itself: %v", err)
	}
	p := placeOf(t, dir) // or the test hangs
	p.close()

	first, ok, err := tryLock(root, false)
	if !ok || err != nil {
		t.Fatalf("the first reader: %v, %v", ok, err)
	}
	second, ok, err := tryLock(root, false)
	if !ok || err != nil {
		t.Fatalf("the second reader: %v, %v", ok, err)
	}
	first()
	second()
	if text := tree(t, dir); strings.Count(text, "\n") != 1 {
		t.Errorf("locks left\n%s", text)
	}
}

// A folder that another run made, and takes away again while this one waits for it, is made anew.
func TestLockOfAFolderThatGoes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	opened, err := openPlaces([]string{dir}, true, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	second := make(chan error)
	go func() {
		p, err := openPlace(dir, true, io.Discard)
		if err == nil && !p.stillThere() {
			err = errors.New("the folder that was locked is not the one that is there")
		}
		if err == nil {
			p.close()
		}
		second <- err
	}()
	time.Sleep(20 * time.Millisecond) // most likely it waits by now; if not, the test tries less
	opened.close(false)
	if err := <-second; err != nil {
		t.Error(err)
	}
}
