package main

import (
	"bufio"
	"bytes"
	"go/build"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// generateRun is a go:generate line that runs the generate command.
type generateRun struct {
	file string // of the line
	line int
	pkg  string   // of the file
	args []string // behind the command's name
}

// directivesOf lists the lines of a Go file by which go generate runs the generate command. It reads them as go
// generate does.
func directivesOf(file string, data []byte) []generateRun {
	if !bytes.Contains(data, []byte("//go:generate")) || !generates(file, data) {
		return nil
	}
	pkg := packageClause(data)
	if pkg == "" {
		return nil
	}
	var runs []generateRun
	aliases := map[string][]string{}
	lines := bufio.NewReader(bytes.NewReader(data))
	for number := 1; ; number++ {
		line, err := lines.ReadString('\n')
		if err != nil {
			return runs // go generate wants a line to end
		}
		rest, ok := strings.CutPrefix(line, "//go:generate ")
		if !ok {
			rest, ok = strings.CutPrefix(line, "//go:generate\t")
		}
		words, closed := generateWords(rest)
		if !ok || !closed || len(words) == 0 {
			continue
		}
		if alias := aliases[words[0]]; alias != nil {
			words = slices.Concat(alias, words[1:])
		}
		expandWords(words, map[string]string{
			"GOARCH": build.Default.GOARCH, "GOOS": build.Default.GOOS, "GOROOT": build.Default.GOROOT, "DOLLAR": "$",
			"GOFILE": filepath.Base(file), "GOLINE": strconv.Itoa(number), "GOPACKAGE": pkg,
			"PWD": folderKey(filepath.Dir(file)),
		})
		if words[0] == "-command" && len(words) > 2 {
			aliases[words[1]] = words[2:]
			continue
		}
		if i := slices.IndexFunc(words, isThisCommand); i >= 0 && i+1 < len(words) && words[i+1] == "generate" {
			runs = append(runs, generateRun{file, number, pkg, words[i+2:]})
		}
	}
}

// generates says whether go generate reads a file.
func generates(file string, data []byte) bool {
	context := build.Default
	context.BuildTags = append(slices.Clone(context.BuildTags), "generate")
	context.OpenFile = func(string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
	ok, err := context.MatchFile(filepath.Dir(file), filepath.Base(file))
	return ok && err == nil
}

// generateWords splits what stands behind go:generate; it is false where a quoted word does not end.
func generateWords(line string) (words []string, ok bool) {
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimLeft(line, " \t") {
		if line[0] == '"' {
			quoted, err := strconv.QuotedPrefix(line)
			if err != nil {
				return nil, false
			}
			word, err := strconv.Unquote(quoted)
			if err != nil {
				return nil, false
			}
			words, line = append(words, word), line[len(quoted):]
			continue
		}
		end := strings.IndexAny(line, " \t")
		if end < 0 {
			end = len(line)
		}
		words, line = append(words, line[:end]), line[end:]
	}
	return words, true
}

// expandWords replaces variables by their values.
func expandWords(words []string, values map[string]string) {
	for i := range words {
		words[i] = os.Expand(words[i], func(name string) string {
			if value, ok := values[name]; ok {
				return value
			}
			return os.Getenv(name)
		})
	}
}

// isThisCommand says whether a word of a command line names this command: by itself, by its path, or as a package at a
// version.
func isThisCommand(word string) bool {
	word, _, _ = strings.Cut(filepath.ToSlash(word), "@")
	return strings.TrimSuffix(path.Base(word), ".exe") == "backpropgen"
}

// checkCall is the call of check for what a go:generate line generates.
func (c *call) checkCall(run generateRun) (*call, error) {
	dir := filepath.Dir(run.file)
	surroundings := map[string]string{
		"GOPACKAGE": run.pkg, "GOFILE": filepath.Base(run.file), "GOLINE": strconv.Itoa(run.line),
	}
	each := &call{env: c.env, cmd: c.cmd, dir: dir, run: &run}
	each.getenv = func(name string) string {
		if value, ok := surroundings[name]; ok {
			return value
		}
		return c.getenv(name)
	}
	if err := each.parse(run.args); err != nil {
		return nil, err
	}
	each.quiet, each.diff = c.quiet, c.diff
	if each.out != "" && !filepath.IsAbs(each.out) {
		each.out = filepath.Join(dir, each.out)
	}
	for i, arg := range each.args {
		if filepath.IsAbs(arg) {
			continue
		}
		each.args[i] = filepath.Join(dir, arg)
		if _, err := os.Lstat(each.args[i]); err != nil && strings.ContainsAny(arg, "*?[") {
			each.args[i] = filepath.Join(literal(dir), arg) // a pattern
		}
	}
	return each, nil
}

// literal is a path as a pattern that matches nothing else.
func literal(path string) string {
	if filepath.Separator == '\\' {
		return path // where a backslash is no escape, these characters are in no name
	}
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(path)
}

// generateDirs is the command by which go generate makes what was checked in some folders.
func generateDirs(dirs map[string]bool) string {
	words := []string{"go generate"}
	for _, dir := range slices.Sorted(maps.Keys(dirs)) {
		if !filepath.IsAbs(dir) && dir != "." && !strings.HasPrefix(dir, "..") {
			dir = "./" + filepath.ToSlash(dir)
		}
		words = append(words, shellWord(dir))
	}
	return strings.Join(words, " ")
}
