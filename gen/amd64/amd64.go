// Package amd64 makes assembly for x86-64, with AVX2 and with AVX-512, of what package kernel writes. It prints through
// avo.
//
// Package assembly writes the functions and gives out registers. This package has what depends on the processor: a
// table that says which instruction an operation is at which level; how a node of a block becomes instructions, with
// operands from memory and masks; integers and branches.
//
// A function of one sample becomes one assembly function for each level. All its operations are fused: a vector goes
// from one operation to the next in a register where it can. Layers that are alike become a loop if there are many.
//
// A model of a core runs all code that is written and predicts its cycles; there is a list of such cores. The
// prediction chooses which levels a function has code for, how it goes through matrices, and how wide the tiles of a
// batch are.
//
// avo's own register allocator is not used: it neither spills nor knows which operands an instruction overwrites.
package amd64

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/mmcloughlin/avo/buildtags"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/printer"

	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/macro"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/templates"
)

// constraint is the build constraint of emitted assembly.
var constraint = templates.AssemblyConstraint("amd64")

// Print returns the assembly file of a compiled plan, with the functions that have assembly.
func (a *Assembly) Print(o assembly.Options) ([]byte, error) {
	var forms []form
	for _, fn := range a.p.Funcs {
		forms = append(forms, a.printed[fn.Name]...)
	}
	f, out := assembly.NewFile(a.common), ir.NewFile()
	a.placeConstants(f, forms)
	out.Constraints = constraints()
	if a.asksProcessor() {
		p, err := processor(o.Prefix)
		if err != nil {
			return nil, fmt.Errorf("assembly: %w", err)
		}
		out.AddSection(p)
	}
	for begin := 0; begin < len(forms); { // the codes of a function follow one another
		fn := a.p.Func(forms[begin].function)
		var parts [][]*ir.Function // each with that of every code
		for ; begin < len(forms) && forms[begin].function == fn.Name; begin++ {
			for k, part := range link(f, a.code[forms[begin]]) {
				if k == len(parts) {
					parts = append(parts, nil)
				}
				parts[k] = append(parts[k], part)
			}
		}
		for _, codes := range parts {
			name := strings.TrimSuffix(codes[0].Name, isa.AVX2.String())
			part, err := join(o.Prefix, name, a.codesOf(fn, codes))
			if err != nil {
				return nil, fmt.Errorf("assembly: %w", err)
			}
			out.AddSection(part)
		}
	}
	if err := a.addSweeps(f, out, o.Prefix); err != nil {
		return nil, fmt.Errorf("assembly: %w", err)
	}
	if f.Size > 0 {
		out.AddSection(dataOf(f))
	}
	if err := rest.Execute(out); err != nil {
		return nil, fmt.Errorf("assembly: %w", err)
	}
	text, err := printer.NewGoAsm(printer.Config{Pkg: o.Package}).Print(out)
	if err != nil {
		return nil, fmt.Errorf("assembly: %w", err)
	}
	// avo's first line names avo and not the spec.
	_, text, _ = bytes.Cut(text, []byte("\n"))
	text = withoutZeros([]byte("// "+o.Header+"\n"), text)
	if err := isa.Lint(text, constraint, a.common.Kernel.Strict); err != nil {
		return nil, fmt.Errorf("assembly: %w", err)
	}
	if text = withoutSignatures(text); o.Macros {
		text = macro.Shorten(text)
	}
	return text, nil
}

// withoutZeros appends a text without the zeros that numbers begin with as avo writes them: $0x00000040.
func withoutZeros(to, text []byte) []byte {
	const hex = "$0x"
	for {
		before, number, found := bytes.Cut(text, []byte(hex))
		to = append(to, before...)
		if !found {
			return to
		}
		to = append(to, hex...)
		for len(number) > 1 && number[0] == '0' && bytes.IndexByte([]byte("0123456789abcdef"), number[1]) >= 0 {
			number = number[1:]
		}
		text = number
	}
}

// withoutSignatures leaves out the comments that avo writes before functions: the Go file beside this one declares them
// in the same words.
func withoutSignatures(text []byte) []byte {
	kept := make([]byte, 0, len(text))
	for line := range bytes.Lines(text) {
		if !bytes.HasPrefix(line, []byte("// func ")) {
			kept = append(kept, line...)
		}
	}
	return kept
}

// constraints say which builds have assembly.
func constraints() buildtags.Constraints {
	all := []buildtags.ConstraintConvertable{buildtags.Term("amd64")}
	for _, tag := range templates.PortableTags {
		all = append(all, buildtags.Not(tag))
	}
	return buildtags.And(all...)
}

// Calls are, for the functions that pause, how many calls they take by the estimate, at the level that takes the most.
func (a *Assembly) Calls() map[string]int { return a.calls }

// chosen are the codes that a function has.
func (a *Assembly) chosen(fn *plan.Func, variants []Variant) (forms []form) {
	for _, v := range variants {
		if fn.Batch {
			forms = append(forms, a.batchForm(fn, v.Level, a.Tiling))
		} else {
			forms = append(forms, a.form(fn, v.Level, v.Style))
		}
	}
	return forms
}

// rest is what there is to do for avo once every register is given.
var rest = pass.Concat(pass.Verify, pass.Func(pass.IncludeTextFlagHeader))

// Fields lists the fields of the parameters, of the workspace and of the batch, in their order.
func (a *Assembly) Fields() []kernel.Field {
	return assembly.Fields(a.p, a.common.Kernel.Layout, func(name string) bool { return a.Missing(name) == "" })
}
