package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/backpropgen/backpropgen/spec"
)

// initCommand is the subcommand init.
func initCommand() command {
	return command{
		name: "init", args: "[-pkg NAME] [NAME]",
		summary: "write a starting spec, a generate.go, a test and a .gitattributes",
		about: `Writes four files into the working directory: a small network's spec with comments (NAME.yaml, in lower
case), a generate.go with the go:generate line, a test that trains the network, and a .gitattributes that
keeps generated files out of reviews. The network learns exclusive or: replace the spec and the test with
your own.

Nothing that exists is overwritten. A generate.go stays as it is. A .gitattributes gets the lines that it
lacks, at its end.

NAME is the network's name, an exported Go identifier. Without it, it is made of the folder's name; where
that can't be done it is Net.`,
		flags:   []string{"pkg"},
		example: "backpropgen init Xor",
		run:     runInit,
	}
}

// runInit is the init command.
func runInit(c *call) int {
	if len(c.args) > 1 {
		return c.misused("one name at most, not %d", len(c.args))
	}
	var r report
	opened, err := openPlaces([]string{"."}, true, c.stderr)
	if err == nil {
		defer opened.close(true)
		err = c.recoverPlaces(opened)
	}
	if err != nil {
		fmt.Fprintln(c.stderr, err)
		return exitIO
	}
	f, err := readFolder(opened[folderKey(".")])
	if err != nil {
		fmt.Fprintln(c.stderr, err)
		return exitIO
	}
	name := "Net"
	if len(c.args) == 1 {
		name = exported(c.args[0])
		if err := networkNameProblem(name); err != nil {
			return c.misused("name: %v", err)
		}
	} else if n := exported(identifierFrom(f.key)); networkNameProblem(n) == nil {
		name = n
	}
	root := moduleRoot(f.key)
	if err := importPathProblem(root, f.key); err != nil {
		return c.misused("%v", err)
	}
	pkg, code, err := initPackage(c, f)
	if err != nil {
		if code == exitUsage {
			return c.misused("%v", err)
		}
		fmt.Fprintln(c.stderr, err)
		return code
	}

	s := newStart(name, pkg)
	b := batch{place: f.place}
	for _, file := range s.files() {
		if !slices.Contains(f.names, file.name) {
			b.changes = append(b.changes, change{name: file.name, data: []byte(file.text)})
		} else if file.name != generateFile {
			r.addf(exitIO, "%s: exists already, and init overwrites nothing; choose another name or delete it",
				shown(file.name))
		}
	}
	if !r.failed() {
		for _, d := range f.declarationsOf(s.testFunction()) {
			r.addf(exitIO, "%s: declares %s already, which %s would; choose another name", d, s.testFunction(),
				s.test())
		}
	}
	if c, ok := f.attributesChange(); ok {
		b.changes = append(b.changes, c)
	}
	if !r.failed() {
		r.add(exitIO, commitUnlessInterrupted([]batch{b}, nil))
	}
	if r.failed() {
		r.print(c.stderr)
		return r.code()
	}
	fmt.Fprint(c.stdout, s.nextSteps(b.changes, root != ""))
	return exitOK
}

// initPackage settles the package clause of the files: the -pkg flag, else that of the folder's Go files,
// else the folder's name.
func initPackage(c *call, f *folder) (string, int, error) {
	inPlace, err := f.packageOf()
	if err != nil {
		return "", exitIO, err
	}
	if c.pkg != "" {
		if err := packageProblem(c.pkg); err != nil {
			return "", exitUsage, fmt.Errorf("-pkg: %w", err)
		}
		if inPlace != "" && inPlace != c.pkg {
			return "", exitUsage,
				fmt.Errorf("-pkg %s: %s holds Go files of package %s (such as %s); one folder holds one package",
					c.pkg, f.title(), inPlace, shown(f.handwritten[0].name))
		}
		return c.pkg, exitOK, nil
	}
	if inPlace != "" {
		return inPlace, exitOK, nil
	}
	name := identifierFrom(f.key)
	if packageProblem(name) != nil {
		return "", exitUsage,
			fmt.Errorf("the name of the working directory, %s, does not make a Go package name; use -pkg NAME",
				shown(f.key))
	}
	return name, exitOK, nil
}

// exported returns name with its first letter in upper case.
func exported(name string) string {
	_, size := utf8.DecodeRuneInString(name)
	return strings.ToUpper(name[:size]) + name[size:]
}

// networkNameProblem says why name cannot be a network's name, in the words of package spec.
func networkNameProblem(name string) error {
	err := spec.Network{Name: name, Input: 1, Layers: []spec.Layer{{Dense: 1}},
		Cost: spec.Function{Name: "mse"}}.Validate()
	var list spec.ErrorList
	if errors.As(err, &list) {
		return errors.New(list[0].Message)
	}
	return err
}

// declarationsOf lists where hand-written files of the folder declare name.
func (f *folder) declarationsOf(name string) []string {
	var places []string
	for _, file := range f.handwritten {
		for _, d := range file.declares {
			if d.name == name && !d.imported {
				places = append(places, fmt.Sprintf("%s:%d", f.show(file.name), d.line))
			}
		}
	}
	return places
}

// moduleRoot is the folder with the go.mod of the Go module that a folder is part of, empty if it is part of none.
func moduleRoot(dir string) string {
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			return ""
		}
		dir = up
	}
}

// importPathProblem says why Go can't build a package in a folder of a module: the folders below the module's own are
// part of its import path, in which few characters may be.
func importPathProblem(root, dir string) error {
	if root == "" {
		return nil
	}
	below, err := filepath.Rel(root, dir)
	if err != nil || below == "." {
		return nil
	}
	for folder := range strings.SplitSeq(below, string(filepath.Separator)) {
		if strings.ContainsFunc(folder, notInImportPaths) {
			return fmt.Errorf("the folder %s of this module can hold no Go package, as its name would be part of an import "+
				"path; these have only ASCII letters, digits and - . _ ~ +; rename the folder", shown(folder))
		}
	}
	return nil
}

// notInImportPaths says whether the go command refuses a character in import paths (golang.org/x/mod/module,
// CheckImportPath).
func notInImportPaths(r rune) bool {
	letter := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
	return !letter && !('0' <= r && r <= '9') && !strings.ContainsRune("-._~+", r)
}
