package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// clashes reports what emitted files and the folder's hand-written files of the same package cannot both
// have, beyond what is known from the network's name: functions of the emitted test, and the names of imported
// packages, which no file of a package may declare.
func (j *job) clashes(r *report) {
	j.methodClashes(r)
	j.cgoClashes(r)
	j.predeclaredClashes(r)
	for _, f := range j.files {
		isTest := strings.HasSuffix(f.Name, "_test.go")
		if !strings.HasSuffix(f.Name, ".go") {
			continue
		}
		mode := parser.SkipObjectResolution
		if !isTest {
			mode |= parser.ImportsOnly // kernels are large
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, f.Name, bytes.NewReader(f.Data), mode)
		if err != nil {
			continue // what is generated was type-checked
		}
		taken := map[string]bool{} // name → whether it is of an imported package
		for _, d := range declarations(fset, file) {
			taken[d.name] = false
		}
		for _, s := range file.Imports {
			taken[importedName(s)] = true
		}
		for _, hand := range j.folder.handwritten {
			if hand.pkg == file.Name.Name {
				j.clashesWith(hand, f.Name, taken, r)
			}
		}
	}
}

func (j *job) clashesWith(hand goFile, name string, taken map[string]bool, r *report) {
	for _, d := range hand.declares {
		imported, ok := taken[d.name]
		place := j.folder.show(hand.name) + ":" + strconv.Itoa(d.line)
		switch {
		case !ok || imported && d.imported:
		case imported:
			r.addf(exitSpec, "%s: %s imports a package named %s, and %s declares that name; rename it there",
				shown(j.source.path), j.folder.show(name), d.name, place)
		default:
			r.add(exitSpec, j.declaredTwice(d.name, place))
		}
	}
}

// declaredTwice is the error of a name that the network and a hand-written file declare.
func (j *job) declaredTwice(name, place string) error {
	return fmt.Errorf("%s: network %s would declare %s, which %s declares already; rename one of them",
		shown(j.source.path), j.network.Name, name, place)
}

// importedName returns the name of an import in its file, as far as the path tells.
func importedName(s *ast.ImportSpec) string {
	if s.Name != nil {
		return s.Name.Name
	}
	value, _ := strconv.Unquote(s.Path.Value)
	name := path.Base(value)
	if majorVersion.MatchString(name) {
		name = path.Base(path.Dir(value))
	}
	return name
}

var majorVersion = regexp.MustCompile(`^v[0-9]+$`)
