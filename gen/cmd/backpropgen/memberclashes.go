package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"

	"github.com/backpropgen/backpropgen/gen"
)

// methodClashes reports methods that hand-written files give emitted types, and that these have already, be it as a
// method or as a field. Emitted files are large; they are read for this only where a hand-written method is of one of
// their types.
func (j *job) methodClashes(r *report) {
	names := gen.PackageNames(j.network)
	var had members
	for _, hand := range j.folder.handwritten {
		if hand.external() {
			continue
		}
		for _, m := range hand.methods {
			if !slices.Contains(names, m.receiver) {
				continue
			}
			if had == nil {
				had = membersOf(j.files)
			}
			if kind := had[m.receiver][m.name]; kind != "" {
				r.addf(exitSpec,
					"%s: network %s would have %s.%s, a %s, and %s:%d declares a method of that name; rename it there",
					shown(j.source.path), j.network.Name, m.receiver, m.name, kind, j.folder.show(hand.name), m.line)
			}
		}
	}
}

// members are the methods and fields of types: type, name, kind.
type members map[string]map[string]string

// membersOf lists the members of the types that emitted files declare.
func membersOf(files []gen.File) members {
	list := members{}
	like := map[string]string{} // types that have the fields of another: a gradient, those of the parameters
	add := func(typ, name, kind string) {
		if list[typ] == nil {
			list[typ] = map[string]string{}
		}
		list[typ][name] = kind
	}
	for _, f := range files {
		if filepath.Ext(f.Name) != ".go" {
			continue
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, f.Name, f.Data, parser.SkipObjectResolution)
		if err != nil {
			continue // what is generated was type-checked
		}
		for _, m := range methods(fset, file) {
			add(m.receiver, m.name, "method")
		}
		ast.Inspect(file, func(n ast.Node) bool {
			t, ok := n.(*ast.TypeSpec)
			if !ok {
				_, inside := n.(*ast.FuncDecl)
				return !inside
			}
			switch s := t.Type.(type) {
			case *ast.StructType:
				for _, field := range s.Fields.List {
					for _, id := range field.Names {
						add(t.Name.Name, id.Name, "field")
					}
				}
			case *ast.Ident:
				like[t.Name.Name] = s.Name
			}
			return false
		})
	}
	for typ, other := range like {
		for name, kind := range list[other] {
			if kind == "field" {
				add(typ, name, kind)
			}
		}
	}
	return list
}
