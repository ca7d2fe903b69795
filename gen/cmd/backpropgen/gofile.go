package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/backpropgen/backpropgen/spec"
)

// goFile is a hand-written Go file of an output folder.
type goFile struct {
	name     string
	pkg      string // its package clause
	declares []declaration
	methods  []method
	// cgo is the line that imports "C", for the processors that there is assembly for, where the file is part of a
	// build.
	cgo map[spec.Target]int
}

// declaration is a package-level identifier and the line that declares it.
type declaration struct {
	name     string
	line     int
	imported bool // it is the file's own name for a package it imports
}

// method is a method that a file declares.
type method struct {
	receiver, name string
	line           int
}

// external says whether the file is of the folder's external test package, for which Go reserves
// the suffix.
func (g goFile) external() bool {
	return strings.HasSuffix(g.name, "_test.go") && strings.HasSuffix(g.pkg, "_test")
}

// parseGo reads a Go file, of which it may report less when there are syntax errors. It returns false for files
// that are in no build of the package (such as //go:build ignore).
func parseGo(dir, name string, data []byte) (goFile, bool) {
	if !builds(dir, name, data) {
		return goFile{}, false
	}
	fset := token.NewFileSet()
	file, _ := parser.ParseFile(fset, name, data, parser.SkipObjectResolution)
	if file == nil || file.Name == nil || file.Name.Name == "" || file.Name.Name == "_" {
		return goFile{}, false
	}
	g := goFile{name: name, pkg: file.Name.Name, declares: declarations(fset, file), methods: methods(fset, file)}
	for _, s := range file.Imports {
		if s.Path.Value != `"C"` {
			continue
		}
		g.cgo = map[spec.Target]int{}
		for _, t := range spec.Targets() {
			if buildsOn(platforms(t), dir, name, data) {
				g.cgo[t] = fset.Position(s.Pos()).Line
			}
		}
	}
	return g, true
}

// platforms are the common ones with a processor.
func platforms(t spec.Target) (list []string) {
	for _, system := range []string{"linux", "windows", "darwin", "freebsd"} {
		list = append(list, system+"/"+string(t))
	}
	return list
}

// builds says whether a file is part of its package here or on another common platform.
func builds(dir, name string, data []byte) bool {
	here := build.Default.GOOS + "/" + build.Default.GOARCH
	return buildsOn(slices.Concat([]string{here, "js/wasm"}, platforms(spec.AMD64), platforms(spec.ARM64)), dir, name,
		data)
}

// buildsOn says whether a file is part of its package on one of the platforms, with cgo or without.
func buildsOn(platforms []string, dir, name string, data []byte) bool {
	for _, platform := range platforms {
		for _, cgo := range []bool{true, false} {
			context := build.Default
			context.GOOS, context.GOARCH, _ = strings.Cut(platform, "/")
			context.CgoEnabled = cgo
			context.OpenFile = func(string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
			if ok, err := context.MatchFile(dir, name); ok && err == nil {
				return true
			}
		}
	}
	return false
}

// declarations lists the identifiers of a file that no other file of its package may declare.
func declarations(fset *token.FileSet, file *ast.File) []declaration {
	var list []declaration
	add := func(id *ast.Ident, imported bool) {
		if id.Name != "_" && id.Name != "." {
			list = append(list, declaration{id.Name, fset.Position(id.Pos()).Line, imported})
		}
	}
	for _, decl := range file.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			if decl.Recv == nil && decl.Name.Name != "init" {
				add(decl.Name, false)
			}
		case *ast.GenDecl:
			for _, s := range decl.Specs {
				switch s := s.(type) {
				case *ast.TypeSpec:
					add(s.Name, false)
				case *ast.ValueSpec:
					for _, id := range s.Names {
						add(id, false)
					}
				case *ast.ImportSpec:
					if s.Name != nil {
						add(s.Name, true)
					}
				}
			}
		}
	}
	return list
}

// methods lists the methods that a file declares.
func methods(fset *token.FileSet, file *ast.File) []method {
	var list []method
	for _, decl := range file.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok || f.Recv == nil || len(f.Recv.List) != 1 {
			continue
		}
		receiver := f.Recv.List[0].Type
		if star, ok := receiver.(*ast.StarExpr); ok {
			receiver = star.X
		}
		if id, ok := receiver.(*ast.Ident); ok {
			list = append(list, method{id.Name, f.Name.Name, fset.Position(f.Name.Pos()).Line})
		}
	}
	return list
}

// packageClause returns the package of a Go file, "" if it is not one.
func packageClause(data []byte) string {
	file, err := parser.ParseFile(token.NewFileSet(), "", data, parser.PackageClauseOnly)
	if err != nil {
		return ""
	}
	return file.Name.Name
}

// packageOf returns the package of the hand-written files of a folder, "" if there are none. Files of
// external tests count for the package they test.
func (f *folder) packageOf() (string, error) {
	pkg, file := "", ""
	for _, g := range f.handwritten {
		name := g.pkg
		if g.external() {
			name = strings.TrimSuffix(name, "_test")
		}
		if pkg != "" && name != pkg {
			return "", fmt.Errorf("%s holds files of two packages, %s (%s) and %s (%s); move one of them away",
				f.title(), pkg, shown(file), name, shown(g.name))
		}
		pkg, file = name, g.name
	}
	return pkg, nil
}

// identifierFrom makes a folder's name into a package name, as far as that goes: lower case, without what an
// identifier cannot hold.
func identifierFrom(dir string) string {
	keep := func(r rune) rune {
		if r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' {
			return r
		}
		return -1
	}
	return strings.Map(keep, strings.ToLower(filepath.Base(dir)))
}
