package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"

	"github.com/backpropgen/backpropgen/gen"
)

// predeclaredClashes reports hand-written declarations of names that Go has everywhere, such as max, where emitted
// files mean Go's own. The compiler may accept such a package, and then the kernels compute something else.
func (j *job) predeclaredClashes(r *report) {
	var used map[string]string
	for _, hand := range j.folder.handwritten {
		if hand.external() {
			continue
		}
		for _, d := range hand.declares {
			if d.imported || types.Universe.Lookup(d.name) == nil {
				continue
			}
			if used == nil { // emitted files are large; they are read for this only where there is such a name
				used = predeclaredIn(j.files)
			}
			if file := used[d.name]; file != "" {
				r.addf(exitSpec, "%s: %s uses Go's own %s, and %s:%d declares another for the whole package; rename it there",
					shown(j.source.path), j.folder.show(file), d.name, j.folder.show(hand.name), d.line)
			}
		}
	}
}

// predeclaredIn lists the names of Go's universe that emitted files use, each with the first file.
func predeclaredIn(files []gen.File) map[string]string {
	used := map[string]string{}
	for _, f := range files {
		if filepath.Ext(f.Name) != ".go" {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), f.Name, f.Data, parser.SkipObjectResolution)
		if err != nil {
			continue // what is generated was type-checked
		}
		var visit func(n ast.Node) bool
		visit = func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				ast.Inspect(n.X, visit)
				return false // the name behind the dot is a member
			case *ast.Ident:
				if used[n.Name] == "" && types.Universe.Lookup(n.Name) != nil {
					used[n.Name] = f.Name
				}
			}
			return true
		}
		ast.Inspect(file, visit)
	}
	return used
}
