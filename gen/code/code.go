// Package code is a program on scalars: what the generator computes, before it is text in any language.
//
// A File declares structs of arrays, tables of constants, and functions. A function is made of statements over numbers
// and integers of stated sizes: it names values, stores them, counts loops, selects and calls. Only a remark or a doc
// may be meant for one language.
//
// Package portable builds such programs from a plan. Package elementary has the elementary functions in this form. From
// there on a program is printed (here for a reader, by package templates as Go), checked, executed and counted. Each of
// these is a walk over the same few kinds of nodes.
package code

import "github.com/backpropgen/backpropgen/gen/expr"

// File is a program: all that one emitted file declares.
type File struct {
	Package string
	Header  []string // lines of the comment at the top
	Decls   []Decl
	// Elsewhere are variables and functions that it uses and another file declares.
	Elsewhere struct {
		Vars  []Param
		Funcs []*Func // without a body
	}
}

// Decl is a declaration: *Consts, *Struct, *Table or *Func.
type Decl interface{ decl() }

// Consts are named integers.
type Consts struct {
	Doc  string
	List []Constant
}

// Constant is one of them.
type Constant struct {
	Name, Doc string
	Value     int
}

// Struct is a type: of fields or, where Of is not empty, laid out like another one.
type Struct struct {
	Name, Doc string
	Of        string
	Fields    []Field
}

// Field is a field of a struct.
type Field struct {
	Name string
	Type Type
	Doc  string
}

// Table is an array of constants that functions read: rows of one length, as the bits of Elem.
type Table struct {
	Name, Doc string
	Elem      Kind
	Rows      [][]uint64
	First     int // the index of the first row; those before it are zeros
	Len       int // of the array; rows that are missing at its end are zeros
}

// Func is a function, or a method where Recv is set.
type Func struct {
	Name, Doc string
	Recv      *Param
	Params    []Param
	Results   []Param // without a name if there is one only
	Body      *Block
	// Alone keeps a function from being made part of those that call it, so that what it allocates is never on their
	// stacks.
	Alone bool
	// Elementary is what an elementary function computes, 0 for others: counts take it for that operation, whatever it
	// takes inside.
	Elementary expr.Op
}

// Param is a parameter, a receiver or a result.
type Param struct {
	Name string
	Type Type
}

func (*Consts) decl() {}
func (*Struct) decl() {}
func (*Table) decl()  {}
func (*Func) decl()   {}

// Add declares something.
func (f *File) Add(d Decl) { f.Decls = append(f.Decls, d) }

// Func finds a function by the type of its receiver, empty for none, and its name; nil if there is none.
func (f *File) Func(recv, name string) *Func {
	for _, d := range f.Decls {
		if fn, ok := d.(*Func); ok && fn.Name == name && fn.receiver() == recv {
			return fn
		}
	}
	return nil
}

// receiver is the type that a method belongs to.
func (f *Func) receiver() string {
	if f.Recv == nil {
		return ""
	}
	return f.Recv.Type.Named()
}
