package templates

import (
	"bytes"
	"embed"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"maps"
	"slices"
	"strings"
	"sync"
)

// Store is what the file that saves and loads a network needs to know.
type Store struct {
	Package, Name, Prefix, Precision string
	Header                           []string
	Layers                           int
	Activations, Cost                string // for messages
	Function, Training               string // digests of what parameters and states of optimizers belong to
	Shapes                           []Shape
	Types                            []Stored // the parameters first
}

// Shape is a matrix of parameters, or a vector of them if Cols is 0, by the name of its field.
type Shape struct {
	Name       string
	Rows, Cols int
}

// Stored is a type that is stored: the parameters, which Kind says, or an optimizer.
type Stored struct {
	Type, Kind string
	Fields     []string // hyperparameters
	Counts     bool     // T counts updates
	Arrays     []string // states laid out like the parameters
	Large      bool     // too large to be copied to a stack
	Needed     []string // hyperparameters whose default is not 0: a zero value takes these, which the field set says
}

func (t Stored) parameters() bool { return t.Kind == "parameters" }

// self is the name of the receiver, as in the kernels' file.
func (t Stored) self() string {
	if t.parameters() {
		return "p"
	}
	return "o"
}

// storeText is the text of the emitted file, as Go for a model network; see package store.
//
//go:embed store/store.go store/binary.go store/number.go store/json.go store/sizes.go store/tensors.go store/methods.go
var storeText embed.FS

// storeParts is the text without package and import clauses, once for a network and once for a type.
type storeParts struct {
	imports               []string
	network, number, each string
	names                 []string // package-level identifiers, with the model's prefix
}

// readStore takes the text apart; it is the same for every network.
var readStore = sync.OnceValues(func() (storeParts, error) {
	var parts storeParts
	paths := map[string]bool{}
	for _, name := range []string{"store.go", "binary.go", "json.go", "sizes.go", "tensors.go", "number.go",
		"methods.go"} {
		src, err := storeText.ReadFile("store/" + name)
		if err != nil {
			return parts, err
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, name, src, parser.SkipObjectResolution)
		if err != nil {
			return parts, err
		}
		end := file.Name.End()
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.GenDecl:
				if d.Tok == token.IMPORT {
					end = d.End()
					continue
				}
				for _, s := range d.Specs {
					switch s := s.(type) {
					case *ast.TypeSpec:
						parts.names = append(parts.names, s.Name.Name)
					case *ast.ValueSpec:
						for _, id := range s.Names {
							parts.names = append(parts.names, id.Name)
						}
					}
				}
			case *ast.FuncDecl:
				if d.Recv == nil {
					parts.names = append(parts.names, d.Name.Name)
				}
			}
		}
		for _, s := range file.Imports {
			paths[s.Path.Value] = true
		}
		text := string(src[fset.Position(end).Offset:])
		switch name {
		case "number.go":
			parts.number = text
		case "methods.go":
			parts.each = text
		default:
			parts.network += text
		}
	}
	parts.imports = slices.Sorted(maps.Keys(paths))
	return parts, nil
})

// described are the names that StoreFile declares itself.
var described = []string{"Layers", "Precision", "NumberType", "NumberSize", "Activations", "Cost", "Function",
	"Training", "Layout"}

// StoreNames lists the package-level names of the emitted file.
func StoreNames(prefix string) []string {
	parts, err := readStore()
	if err != nil {
		panic(err) // the text is part of the program and compiled with it
	}
	var names []string
	for _, name := range parts.names {
		names = append(names, prefix+strings.TrimPrefix(name, "xnet"))
	}
	for _, name := range described {
		names = append(names, prefix+name)
	}
	return names
}

// StoreFile returns the formatted file that saves and loads a network and its optimizers.
func StoreFile(s Store) ([]byte, error) {
	parts, err := readStore()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	for _, line := range s.Header {
		fmt.Fprintln(&b, strings.TrimRight(remark(line), " "))
	}
	fmt.Fprintf(&b, "\npackage %s\n\nimport (\n%s\n)\n\n", s.Package, strings.Join(parts.imports, "\n"))
	s.describe(&b)
	names := []string{"xnetFloat", s.Precision, "Xnet", s.Name, "xnet", s.Prefix}
	numbers := names
	if s.Precision == "float64" {
		numbers = append(slices.Clone(names), "Float32", "Float64", "Uint32", "Uint64", "0x7fc00000",
			"0x7ff8000000000000")
	}
	network := strings.NewReplacer(names...)
	for _, t := range s.Types {
		s.stored(&b, t)
		each := parts.each
		if t.Large {
			each = byPointer.Replace(each)
		}
		b.WriteString(strings.NewReplacer(append([]string{"Xtype", t.Type, "xself", t.self()}, names...)...).
			Replace(each))
	}
	b.WriteString(network.Replace(parts.network))
	b.WriteString(strings.NewReplacer(numbers...).Replace(parts.number))
	src, err := format.Source(b.Bytes())
	if err != nil {
		return nil, fmt.Errorf("formatting: %w", err)
	}
	return src, nil
}

// byPointer gives the methods of a type that is too large for a stack pointers for receivers.
var byPointer = strings.NewReplacer(
	"(xself Xtype)", "(xself *Xtype)",
	"The receiver is a value, so that package gob finds the method also where a value is not behind a pointer.",
	"Give package gob a pointer: values of this size cannot be copied to a stack.",
	"The receiver is a value, so that package json finds the method also where a value is not behind a pointer.",
	"Give package json a pointer: values of this size cannot be copied to a stack.",
)

// describe declares what is known of the network:
//
//	const (
//		irisLayers = 2
//		…
//	)
//
//	var irisLayout = []irisShape{{"W1", 8, 4}, {"B1", 8, 0}}
func (s Store) describe(b *bytes.Buffer) {
	kind, size := "<f4", 4
	if s.Precision == "float64" {
		kind, size = "<f8", 8
	}
	fmt.Fprintf(b, "// What tells the numbers of %s from others.\nconst (\n", s.Name)
	for _, c := range []struct {
		name  string
		value any
		doc   string
	}{
		{"Layers", s.Layers, ""},
		{"Precision", s.Precision, ""},
		{"NumberType", kind, ""},
		{"NumberSize", size, "bytes"},
		{"Activations", s.Activations, ""},
		{"Cost", s.Cost, ""},
		{"Function", s.Function, "SHA-256 of input, layers, activations and biases"},
		{"Training", s.Training, "SHA-256 of those and the cost"},
	} {
		value := fmt.Sprintf("%#v", c.value)
		if c.doc != "" {
			value += " // " + c.doc
		}
		fmt.Fprintf(b, "%s%s = %s\n", s.Prefix, c.name, value)
	}
	fmt.Fprintf(b, ")\n\n// %[1]sLayout are the parameters in the order of Flat.\nvar %[1]sLayout = []%[1]sShape{\n",
		s.Prefix)
	for _, shape := range s.Shapes {
		fmt.Fprintf(b, "{%q, %d, %d},\n", shape.Name, shape.Rows, shape.Cols)
	}
	b.WriteString("}\n\n")
}

// stored declares what of a type is stored:
//
//	func (o *IrisAdam) stored() irisStored {
//		return irisStored{
//			kind: "adam", digest: irisTraining, updates: &o.T, set: &o.set,
//			fields: []irisField{{"Beta1", &o.Beta1, true}, …},
//			arrays: []irisArray{{"M", (*Iris)(&o.M)}, {"V", (*Iris)(&o.V)}},
//		}
//	}
func (s Store) stored(b *bytes.Buffer, t Stored) {
	digest := "Training"
	if t.parameters() {
		digest = "Function"
	}
	self := t.self()
	fmt.Fprintf(b, "// stored says what is stored of %s.\nfunc (%s *%s) stored() %sStored {\nreturn %sStored{\n",
		self, self, t.Type, s.Prefix, s.Prefix)
	fmt.Fprintf(b, "kind: %q, digest: %s%s,", t.Kind, s.Prefix, digest)
	if t.Counts {
		fmt.Fprintf(b, " updates: &%s.T,", self)
	}
	if len(t.Needed) > 0 {
		fmt.Fprintf(b, " set: &%s.set,", self)
	}
	b.WriteString("\n")
	if len(t.Fields) > 0 {
		fmt.Fprintf(b, "fields: []%sField{", s.Prefix)
		for _, f := range t.Fields {
			fmt.Fprintf(b, "{%q, &%s.%s, %t},", f, self, f, slices.Contains(t.Needed, f))
		}
		b.WriteString("},\n")
	}
	if t.parameters() {
		fmt.Fprintf(b, "arrays: []%sArray{{\"\", %s}},\n", s.Prefix, self)
	}
	if len(t.Arrays) > 0 {
		fmt.Fprintf(b, "arrays: []%sArray{", s.Prefix)
		for _, f := range t.Arrays {
			fmt.Fprintf(b, "{%q, (*%s)(&%s.%s)},", f, s.Name, self, f)
		}
		b.WriteString("},\n")
	}
	b.WriteString("}\n}\n")
}
