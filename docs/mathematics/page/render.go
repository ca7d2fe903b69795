package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"text/template"
)

// file is a file of the page's folder.
type file struct {
	name string
	data []byte
}

// prose is the page without what is put in.
//
//go:embed page.md.tmpl
var prose string

// render returns the page and its plots, the page first. dir is the folder of the emitted packages.
func render(dir string) ([]file, error) {
	nets, err := loadNetworks(dir)
	if err != nil {
		return nil, err
	}
	return renderOf(nets)
}

// renderOf renders them with networks that are there.
func renderOf(nets networks) ([]file, error) {
	text, err := page(prose, nets)
	if err != nil {
		return nil, err
	}
	plots, err := plots()
	if err != nil {
		return nil, err
	}
	return append([]file{{"README.md", text}}, plots...), nil
}

// page fills in the prose. Its actions stand between {% and %}, because formulas are full of braces.
func page(prose string, nets networks) ([]byte, error) {
	t, err := template.New("page.md.tmpl").Delims("{%", "%}").Funcs(template.FuncMap{
		"spec":          nets.spec,
		"type":          nets.declaration,
		"code":          nets.excerpt,
		"activations":   activationTable,
		"behaviour":     behaviourTable,
		"vectors":       vectorTable,
		"vectorValues":  func() (string, error) { return specialTable("a") },
		"vectorPulls":   func() (string, error) { return specialTable("d") },
		"costs":         costTable,
		"fusions":       fusionTable,
		"initial":       initTable,
		"caches":        nets.cacheTable,
		"counts":        nets.countTable,
		"countsSquare":  squareTable,
		"derivative":    derivative,
		"derivativeOf":  costDerivative,
		"formulaSyntax": formulaFunctions,
	}).Parse(prose)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, nil); err != nil {
		return nil, fmt.Errorf("the page: %w", err)
	}
	return b.Bytes(), nil
}
