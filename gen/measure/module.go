package measure

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/gen/measure/harness"
)

// module is the temporary module that is built and run.
type module struct{ dir, goCommand string }

// errNoGo says that nothing can be compiled.
var errNoGo = errors.New("measuring compiles the network, and no Go command is found: put the folder of go on the PATH")

// findGo finds the Go command: the one on the PATH, or that of the toolchain which built this program.
func findGo() (string, error) {
	if path, err := exec.LookPath("go"); err == nil {
		return path, nil
	}
	name := "go"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	if root := os.Getenv("GOROOT"); root != "" {
		if path, err := exec.LookPath(filepath.Join(root, "bin", name)); err == nil {
			return path, nil
		}
	}
	return "", errNoGo
}

func newModule(goCommand string) (*module, error) {
	dir, err := os.MkdirTemp("", "backpropgen-measure-")
	if err != nil {
		return nil, fmt.Errorf("a folder to compile in cannot be made: %w", err)
	}
	return &module{dir, goCommand}, nil
}

// remove deletes it. Nobody waits for an error: the folder is one of temporary files.
func (m *module) remove() { _ = os.RemoveAll(m.dir) }

// The module, and the one in it that stands for golang.org/x/sys.
const (
	modulePath = "measured"
	goVersion  = "\n\ngo 1.25.0\n"
	goMod      = "module " + modulePath + goVersion +
		"\nrequire golang.org/x/sys v0.0.0\n\nreplace golang.org/x/sys => ./sys\n"
	sysMod = "module golang.org/x/sys" + goVersion
)

// write writes all its files.
func (m *module) write(trials []gen.Trial, tasks []task, long time.Duration) error {
	files := map[string]string{
		"go.mod": goMod, "sys/go.mod": sysMod, "sys/cpu/cpu.go": features(), "main.go": mainText(trials, long),
	}
	err := fs.WalkDir(harness.Source, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := harness.Source.ReadFile(path)
		files["harness/"+path] = string(text)
		return err
	})
	if err != nil {
		return err
	}
	for i, t := range trials {
		for _, f := range t.Files {
			files[packageName(i)+"/"+f.Name] = string(f.Data)
		}
		files[packageName(i)+"/cases.go"] = casesText(i, t, tasks)
	}
	for name, text := range files {
		path := filepath.Join(m.dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// program is the file that is built.
func (m *module) program() string { return filepath.Join(m.dir, "measured.exe") }

// command is a command in the module. When the context is done it is interrupted, so that the Go command ends the
// compilers that it has started, and killed if it goes on.
func (m *module) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = m.dir
	cmd.Env = append(os.Environ(), "GO111MODULE=on", "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off",
		"GOTOOLCHAIN=local", "GOOS="+runtime.GOOS, "GOARCH="+runtime.GOARCH, "GOMAXPROCS=")
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	if runtime.GOOS == "windows" {
		cmd.Cancel = cmd.Process.Kill
	}
	cmd.WaitDelay = 2 * time.Second
	return cmd
}

// build compiles it.
func (m *module) build(ctx context.Context) error {
	cmd := m.command(ctx, m.goCommand, "build", "-trimpath", "-o", m.program(), ".")
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	err := cmd.Run()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("%s build fails: %w\n%s", m.goCommand, err, strings.TrimSpace(said.String()))
	}
	return nil
}

// run runs the program and returns its last line.
func (m *module) run(ctx context.Context, progress func(what string, done, of int)) (last harness.Line, err error) {
	cmd := m.command(ctx, m.program())
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	if err != nil {
		return last, err
	}
	if err := cmd.Start(); err != nil {
		return last, fmt.Errorf("the program that measures does not start: %w", err)
	}
	scanner := bufio.NewScanner(out)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		var line harness.Line
		if json.Unmarshal(scanner.Bytes(), &line) != nil {
			continue
		}
		if last = line; line.Of > 0 {
			progress("measuring", line.Done, line.Of)
		}
	}
	err = cmd.Wait()
	switch {
	case ctx.Err() != nil:
		return last, ctx.Err()
	case err != nil:
		return last, fmt.Errorf("the program that measures fails: %w\n%s", err, strings.TrimSpace(said.String()))
	case last.Machine == nil:
		return last, errors.New("the program that measures ends before it is done")
	}
	return last, nil
}
