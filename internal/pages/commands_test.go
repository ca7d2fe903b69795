package pages

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// TestCommands: every command on a page can be given: its packages, tests, benchmarks and flags are there.
func TestCommands(t *testing.T) {
	count := 0
	for _, p := range all(t) {
		for _, c := range commands(p) {
			count++
			if err := possible(t, c.words); err != nil {
				t.Errorf("%s:%d: %s: %v", p.path, c.line, strings.Join(c.words, " "), err)
			}
		}
	}
	if count < 50 {
		t.Errorf("only %d commands were found", count)
	}
}

// command is a command on a page, without what it sets in the environment.
type command struct {
	line  int
	words []string
}

var (
	span    = regexp.MustCompile("`(?:[A-Z_]+=\\S+ )*(?:go (?:test|run|generate|tool|vet) |backpropgen )[^`]+`")
	setting = regexp.MustCompile(`^[A-Z_]+=`)
	// placeholders are what readers put something else for.
	placeholders = regexp.MustCompile(`…|\b(SPEC|DIR|NAME|MODEL|FILE|COMMAND)\b`)
)

// commands are those in blocks of the shell's language, in indented blocks that begin with one, and in code within
// text.
func commands(p *page) (list []command) {
	add := func(line int, text string) {
		for _, words := range split(text) {
			list = append(list, command{line + 1, words})
		}
	}
	for _, b := range p.blocks {
		if b.info != "sh" {
			continue
		}
		for i := b.first; i < b.last; i++ {
			add(i, p.lines[i])
		}
	}
	for i, line := range p.prose() {
		if text, is := strings.CutPrefix(line, "    go "); is {
			add(i, "go "+text)
			continue
		}
		for _, code := range span.FindAllString(line, -1) {
			add(i, strings.ReplaceAll(strings.Trim(code, "`"), `\|`, "|"))
		}
	}
	return list
}

// split divides a line of the shell into commands, and these into words.
func split(line string) (list [][]string) {
	var words []string
	var word strings.Builder
	begun, quote := false, rune(0)
	end := func() {
		if begun && (len(words) > 0 || !setting.MatchString(word.String())) {
			words = append(words, word.String())
		}
		word.Reset()
		begun = false
	}
	next := func() {
		end()
		if len(words) > 0 {
			list, words = append(list, words), nil
		}
	}
	for _, r := range line {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, begun = r, true
		case r == ' ':
			end()
		case r == '#' && !begun:
			next()
			return list
		case r == '&' || r == ';' || r == '|' && len(words) > 0 && words[0] != "backpropgen":
			next()
		default:
			word.WriteRune(r)
			begun = true
		}
	}
	next()
	return list
}

// possible says whether a command can be given.
func possible(t *testing.T, words []string) error {
	switch words[0] {
	case "backpropgen":
		return flagsOfTool(t, words[1:])
	case "go":
		if len(words) < 2 {
			return nil
		}
	case ".ci/run", "git", "npm", "pip", "python3", "benchstat", "curl":
		return nil
	default:
		return fmt.Errorf("unknown command %s", words[0])
	}
	switch rest := words[2:]; words[1] {
	case "test":
		return testable(rest)
	case "run":
		if rest[0] == "./gen/cmd/backpropgen" {
			return flagsOfTool(t, rest[1:])
		}
		if strings.Contains(rest[0], "@") {
			return nil
		}
		_, err := packages(rest[0])
		return err
	case "tool":
		if i := slices.Index(rest, "backpropgen"); i >= 0 {
			return flagsOfTool(t, rest[i+1:])
		}
	case "generate", "vet", "build":
		_, err := packages(rest[len(rest)-1])
		return err
	case "get", "mod", "install":
	default:
		return fmt.Errorf("unknown command go %s", words[1])
	}
	return nil
}

// packages are the folders that a pattern of the go command stands for.
func packages(pattern string) (dirs []string, err error) {
	if !strings.HasPrefix(pattern, ".") {
		return nil, fmt.Errorf("%s is no folder of this module", pattern)
	}
	dir, below := strings.CutSuffix(pattern, "/...")
	err = filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil || !d.IsDir():
			return err
		case d.Name() == "testdata" || path != root && strings.HasPrefix(d.Name(), ".") && d.Name() != "..":
			return filepath.SkipDir
		}
		if files, _ := filepath.Glob(filepath.Join(path, "*.go")); len(files) > 0 {
			dirs = append(dirs, path)
		}
		if !below && path != filepath.Join(root, dir) {
			return filepath.SkipDir
		}
		return nil
	})
	if !below {
		dirs = slices.DeleteFunc(dirs, func(d string) bool { return d != filepath.Join(root, dir) })
	}
	if err == nil && len(dirs) == 0 {
		err = fmt.Errorf("%s has no Go files", pattern)
	}
	return dirs, err
}

// flagsOfGo are flags of go test, and whether a word follows that is their value.
var flagsOfGo = map[string]bool{
	"run": true, "bench": true, "fuzz": true, "skip": true, "timeout": true, "count": true, "benchtime": true,
	"fuzztime": true, "p": true,
	"tags": true, "v": false, "short": false, "race": false, "msan": false, "asan": false, "json": false,
	"gcflags": true,
}

var (
	testFunc = regexp.MustCompile(`(?m)^func ((?:Test|Benchmark|Example|Fuzz)\w*)\(`)
	// sharedFlags are imports of packages of tests that define flags for those who import them.
	sharedFlags = regexp.MustCompile(`"github.com/backpropgen/backpropgen/(gen/internal/gentest|gen/plan/plantest)"`)
	flagCall    = regexp.MustCompile(`flag\.(Bool|String|Int|Uint|Int64|Uint64|Float64|Duration)\(\s*"(\w+)"`)
)

// testable says whether go test can be given these words: its packages have functions that the patterns of -run, -bench
// and -fuzz name, and the flags.
func testable(words []string) error {
	var dirs []string
	patterns := map[string]string{}
	var unknown []string // flags, which packages may define
	for i := 0; i < len(words); i++ {
		w := words[i]
		name, value, given := strings.Cut(strings.TrimLeft(w, "-"), "=")
		valued, known := flagsOfGo[name]
		switch {
		case placeholders.MatchString(w):
			return nil
		case !strings.HasPrefix(w, "-"):
			if w == "." {
				return nil // in the reader's folder
			}
			if !strings.HasPrefix(w, ".") {
				continue // the value of a flag that a package defines
			}
			list, err := packages(w)
			if err != nil {
				return err
			}
			dirs = append(dirs, list...)
		case !known:
			unknown = append(unknown, name)
		case valued:
			if !given && i+1 < len(words) {
				i++
				value = words[i]
			}
			patterns[name] = value
		}
	}
	functions, flags := declared(dirs)
	for _, f := range unknown {
		if !flags[f] {
			return fmt.Errorf("not every package there has the flag -%s", f)
		}
	}
	for flag, prefix := range map[string]string{"run": "(Test|Example|Fuzz)", "bench": "Benchmark", "fuzz": "Fuzz"} {
		pattern, _, _ := strings.Cut(patterns[flag], "/")
		if pattern == "" || pattern == "^$" {
			continue
		}
		for _, one := range alternatives(pattern) {
			r, err := regexp.Compile(one)
			if err != nil {
				return err
			}
			if !slices.ContainsFunc(functions, func(name string) bool {
				return r.MatchString(name) && regexp.MustCompile("^"+prefix).MatchString(name)
			}) {
				return fmt.Errorf("-%s: nothing there is named like %s", flag, one)
			}
		}
	}
	return nil
}

// alternatives are the parts of a pattern that stand beside one another, each of which must name something.
func alternatives(pattern string) []string {
	if strings.ContainsAny(pattern, "()[]") {
		return []string{pattern}
	}
	return strings.Split(pattern, "|")
}

// declared are the test functions of packages, and the flags that every one of them with tests has: go test gives a
// flag to all.
func declared(dirs []string) (functions []string, flags map[string]bool) {
	for _, dir := range dirs {
		of := declaredIn(dir)
		if of.flags == nil {
			continue
		}
		functions = append(functions, of.functions...)
		own := of.flags
		for f := range flags {
			if !own[f] {
				delete(flags, f)
			}
		}
		if flags == nil {
			flags = maps.Clone(own)
		}
	}
	return functions, flags
}

// declarations are the test functions and flags of a package, no flags, not even an empty set, if it has no tests.
type declarations struct {
	functions []string
	flags     map[string]bool
}

// inFolder are the declarations of folders that were read: commands name the same ones many times.
var inFolder = map[string]declarations{}

// declaredIn are those of a folder.
func declaredIn(dir string) (of declarations) {
	if known, ok := inFolder[dir]; ok {
		return known
	}
	defer func() { inFolder[dir] = of }()
	tests, _ := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if len(tests) == 0 {
		return of
	}
	of.flags = map[string]bool{}
	for _, f := range tests {
		data, err := os.ReadFile(f)
		if err != nil {
			continue
		}
		for _, found := range testFunc.FindAllStringSubmatch(string(data), -1) {
			of.functions = append(of.functions, found[1])
		}
		defined(string(data), of.flags)
		for _, found := range sharedFlags.FindAllStringSubmatch(string(data), -1) {
			shared, _ := filepath.Glob(filepath.Join(root, filepath.FromSlash(found[1]), "*.go"))
			for _, f := range shared {
				if data, err := os.ReadFile(f); err == nil {
					defined(string(data), of.flags)
				}
			}
		}
	}
	return of
}

// defined adds the flags that a file defines.
func defined(text string, flags map[string]bool) {
	for _, found := range flagCall.FindAllStringSubmatch(text, -1) {
		flags[found[2]] = true
	}
}

// toolDir is where the command is built, once, if it is.
var toolDir string

var toolBuilt = sync.OnceValues(func() (file string, err error) {
	if toolDir, err = os.MkdirTemp("", "pages"); err != nil {
		return "", err
	}
	file = filepath.Join(toolDir, "backpropgen")
	c := exec.Command("go", "build", "-o", file, "./gen/cmd/backpropgen")
	c.Dir = root
	if out, err := c.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return file, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if toolDir != "" {
		os.RemoveAll(toolDir)
	}
	os.Exit(code)
}

// tool is the command, built once.
func tool(t *testing.T) string {
	t.Helper()
	file, err := toolBuilt()
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// said is what help printed of subcommands that have been asked for.
var said = map[string]string{}

// help is what a subcommand says of itself.
func help(t *testing.T, name string) (string, error) {
	if text, ok := said[name]; ok {
		return text, nil
	}
	out, err := exec.Command(tool(t), "help", name).CombinedOutput()
	if err == nil {
		said[name] = string(out)
	}
	return string(out), err
}

// flagsOfTool says whether backpropgen takes these arguments.
func flagsOfTool(t *testing.T, words []string) error {
	if len(words) == 0 || placeholders.MatchString(words[0]) {
		return nil
	}
	text, err := help(t, words[0])
	if err != nil {
		return fmt.Errorf("backpropgen has no command %s", words[0])
	}
	for _, w := range words[1:] {
		name, _, _ := strings.Cut(strings.Trim(w, "[]"), "=")
		if strings.HasPrefix(name, "-") && len(name) > 1 && !strings.Contains(text, "  "+name) &&
			!regexp.MustCompile(`^-[0-9]`).MatchString(name) {
			return fmt.Errorf("backpropgen %s has no flag %s", words[0], name)
		}
	}
	return nil
}

func TestPossible(t *testing.T) {
	for line, want := range map[string]string{
		"go test ./gen -run Generate":                          "",
		"go test ./gen -run 'Generate|Hamster'":                "named like Hamster",
		"go test ./gen -run Generate -hamsters 3":              "the flag -hamsters",
		"go test ./hamsters":                                   "no such file",
		"go test ./generated/iris -run '^$' -bench Forward":    "",
		"go test ./generated/iris -run '^$' -bench Hamster":    "named like Hamster",
		"go run ./hamsters":                                    "no such file",
		"GODEBUG=cpu.avx2=off go run ./generated/iris/train":   "",
		"backpropgen explain -inputs -1,1 iris.yaml":           "",
		"backpropgen explain -hamsters iris.yaml":              "no flag -hamsters",
		"backpropgen hamster iris.yaml && go test ./generated": "no command hamster",
		"hamster": "unknown command",
	} {
		var err error
		for _, words := range split(line) {
			if err == nil {
				err = possible(t, words)
			}
		}
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, should say %q", line, err, want)
		}
	}
}
