// Package overlay compiles what a test emits. The files are laid over a folder of this module, so that the go command
// finds in its cache what was compiled before: the standard library as the test itself has it, and the emitted files as
// an earlier run had them. In a temporary folder it finds one of the two at most. Without -trimpath the path of the
// folder is part of what it looks for, and with it the whole standard library is compiled once more.
package overlay

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Flags is the setting of GOFLAGS with such flags alone, but for -trimpath, which stays if this test was compiled so:
// with it as without it, what the test needs is in the cache by then.
func Flags(flags string) string {
	if strings.Contains(os.Getenv("GOFLAGS"), "-trimpath") {
		flags = strings.TrimSpace(flags + " -trimpath")
	}
	return "GOFLAGS=" + flags
}

// Files are the contents of files by their paths, which are relative to the folder of the test. That a folder is there
// is not needed; if it is, the package has its files too.
type Files map[string][]byte

// Go is the go command, which reads the files as if they were there. Its first argument is build, run, test or vet. It
// runs in the folder of the test and needs no network. The compiler's heap may grow, as collecting it takes long.
func (f Files) Go(t testing.TB, args ...string) *exec.Cmd {
	t.Helper()
	dir := t.TempDir()
	replace := map[string]string{}
	for name, data := range f {
		path, err := filepath.Abs(name)
		if err != nil {
			t.Fatal(err)
		}
		replace[path] = filepath.Join(dir, strconv.Itoa(len(replace))+filepath.Ext(name))
		if err := os.WriteFile(replace[path], data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(list, data, 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("go", append([]string{args[0], "-overlay=" + list}, args[1:]...)...)
	cmd.Env = append(os.Environ(), "GOGC=400", "GOWORK=off", "GOTOOLCHAIN=local", "GOPROXY=off")
	return cmd
}
