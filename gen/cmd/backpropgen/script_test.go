package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/tensors"
	"github.com/rogpeppe/go-internal/testscript"
)

// The scripts are every behaviour and exit code of the command as a user meets them, with the messages word for
// word. go test -update rewrites the messages.
var update = flag.Bool("update", false, "write what the command prints into the scripts")

// helpers are what this binary does when a test runs it again, in a folder, to be ended at an operation.
var helpers = map[string]func(dir string, operation int){}

// helperVariable names the helper in the environment.
const helperVariable = "BACKPROPGEN_TEST_HELPER"

func TestMain(m *testing.M) {
	if helper, ok := helpers[os.Getenv(helperVariable)]; ok {
		operation, _ := strconv.Atoi(os.Getenv(helperVariable + "_STEP"))
		helper(os.Getenv(helperVariable+"_DIR"), operation)
		os.Exit(0)
	}
	testscript.Main(withBuilds{m}, map[string]func(){"backpropgen": main})
}

// withBuilds are the tests, with a folder for the commands that they build.
type withBuilds struct{ m *testing.M }

func (w withBuilds) Run() int {
	dir, err := os.MkdirTemp("", "backpropgen-builds-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	builtCommands.folder = dir
	// Other processes that tests begin keep nothing, unless a test gives them a folder.
	if err := os.Setenv(cacheVariable, noCache); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return w.m.Run()
}

func TestScript(t *testing.T) {
	dir, files := "testdata/script", []string(nil)
	if testing.Short() { // some, which begin few processes
		dir = ""
		for _, name := range []string{"badspec", "emit", "formulas", "generate", "members", "usage", "version"} {
			files = append(files, filepath.Join("testdata", "script", name+".txtar"))
		}
	}
	testscript.Run(t, testscript.Params{
		Dir:                 dir,
		Files:               files,
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Condition: func(name string) (bool, error) {
			if name == "root" {
				return os.Geteuid() == 0, nil
			}
			return false, fmt.Errorf("no condition %q", name)
		},
		Setup: func(e *testscript.Env) error {
			e.Setenv("GOPACKAGE", "") // the tests themselves may be run by go generate
			e.Setenv(cacheVariable, filepath.Join(e.WorkDir, ".tmp", "cache"))
			models, err := filepath.Abs("../../../model/testdata")
			e.Setenv("MODELS", models)
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":   exits,
			"sameage": sameAge,
			"oddname": oddName,
			"crlf":    crlf,
			"replace": replace,
			"weights": weights,
		},
	})
}

// exits runs the command and checks its exit code: exits CODE ARGUMENTS…
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: exits CODE ARGUMENTS...")
	}
	err := ts.Exec("backpropgen", args[1:]...)
	code := "0"
	if exit, ok := err.(interface{ ExitCode() int }); ok {
		code = string(rune('0' + exit.ExitCode()))
	} else if err != nil {
		ts.Fatalf("backpropgen did not run: %v", err)
	}
	if code != args[0] {
		ts.Fatalf("backpropgen %q exits with %s, want %s", args[1:], code, args[0])
	}
}

// sameAge notes when a file was written the first time it is called, and fails if that changed the next time.
func sameAge(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: [!] sameage FILE")
	}
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	key := "AGE_" + args[0]
	now := info.ModTime().String()
	if before := ts.Getenv(key); before != "" && (before == now) == neg {
		ts.Fatalf("%s was written at %s, before at %s", args[0], now, before)
	}
	ts.Setenv(key, now)
}

// oddName copies a file to a name that a script cannot write, given in Go syntax: oddname FILE "NAME"
func oddName(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: oddname FILE GOSTRING")
	}
	name, err := strconv.Unquote(args[1])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(name), []byte(ts.ReadFile(args[0])), 0o644))
}

// crlf gives a file the line ends of Windows: crlf FILE
func crlf(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: crlf FILE")
	}
	rewrite(ts, args[0], "\n", "\r\n")
}

// replace replaces a text that a file must hold: replace OLD NEW FILE
func replace(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: replace OLD NEW FILE")
	}
	rewrite(ts, args[2], args[0], args[1])
}

// weights writes a file of weights that are all alike, as float64: weights FILE VALUE NAME:ROWS… NAME:ROWSxCOLUMNS…
func weights(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: weights FILE VALUE NAME:SHAPE...")
	}
	value, err := strconv.ParseFloat(args[1], 64)
	ts.Check(err)
	file := &tensors.File{}
	for _, arg := range args[2:] {
		name, text, _ := strings.Cut(arg, ":")
		size, shape := 1, []int{}
		for _, axis := range strings.Split(text, "x") {
			n, err := strconv.Atoi(axis)
			ts.Check(err)
			size, shape = size*n, append(shape, n)
		}
		file.Tensors = append(file.Tensors, tensors.New(name, shape, slices.Repeat([]float64{value}, size)))
	}
	ts.Check(tensors.WriteFile(ts.MkAbs(args[0]), file))
}

func rewrite(ts *testscript.TestScript, file, from, to string) {
	text := ts.ReadFile(file)
	if !strings.Contains(text, from) {
		ts.Fatalf("%s does not hold %q", file, from)
	}
	ts.Check(os.WriteFile(ts.MkAbs(file), []byte(strings.ReplaceAll(text, from, to)), 0o644))
}
