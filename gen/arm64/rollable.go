package arm64

import (
	"fmt"
	"regexp"
	"strconv"

	"github.com/backpropgen/backpropgen/gen/arm64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// How far an instruction reaches depends on the distance: a place further on may take additions before it. So layers
// that are alike would have unlike code. Code that may be rolled up has accesses in place of such instructions, and
// these become instructions when it has been rolled up.

// access is a line that reads or writes memory, or computes integers, of code that may be rolled up.
type access struct {
	// at is where it reads or writes; without a base it does neither by a pointer.
	at vec.Place
	// what is the text of the rest, has are the general registers beside those of the place, and written those of them
	// that are written.
	what         string
	has, written []assembly.Register
	// pair says that it loads or stores two registers.
	pair bool
	// write writes it, at a place.
	write func(at vec.Place)
}

// access writes one, or leaves it to be written when all of the function has been rolled up. What it takes then is
// estimated without its distance, so that it is the same for all layers.
func (f *writer) access(at vec.Place, write func(at vec.Place), what string, numbers ...int) {
	f.put(access{at: at, what: what, write: write}, numbers...)
}

func (f *writer) put(a access, numbers ...int) {
	if !f.File.Layered || f.settling {
		a.write(a.at)
		return
	}
	a.what += fmt.Sprint(numbers)
	n, here := len(f.Nodes), a.at
	if a.moves() {
		here.Disp = 0
	}
	f.sums = nil
	a.write(here)
	f.sums = nil
	f.Nodes = append(f.Nodes[:n], a)
}

// moves says whether it is some way from a pointer in a general register.
func (a access) moves() bool { return a.at.Base != nil && a.at.Base.Home.(register) >= 0 }

// settle writes the accesses of a function that has been rolled up.
func (f *writer) settle() {
	lines := f.Nodes
	f.Nodes, f.sums, f.settling = nil, nil, true
	for i, n := range lines {
		if a, ok := n.(access); ok {
			f.order = f.following(lines[i+1:])
			a.write(a.at)
		} else {
			f.Nodes = append(f.Nodes, n)
		}
		if p := f.Parts(n); p.Label != "" || len(p.Written) > 0 {
			f.sums = nil
		}
	}
}

// following are the places of the next pairs before sums are forgotten.
func (f *writer) following(lines []assembly.Line) (places []vec.Place) {
	const far = 100
	for _, n := range lines[:min(len(lines), far)] {
		p := f.Parts(n)
		if a, ok := n.(access); ok && a.pair {
			places = append(places, a.at)
		}
		if p.Label != "" || len(p.Written) > 0 {
			break
		}
	}
	return places
}

// inText are the general registers in the text of a line.
var inText = regexp.MustCompile(`\bR(\d+)\b`)

// Parts are what a line is made of.
func (f *writer) Parts(n assembly.Line) (p assembly.Parts) {
	switch n := n.(type) {
	case comment:
		p.Comment = true
	case access:
		if p.Reaches = n.moves(); p.Reaches {
			p.Reach = assembly.Reach{Base: n.at.Base.Home.(register), Far: n.at.Disp}
		}
		if p.Has, p.Written = n.has, n.written; n.at.Index != nil {
			p.Has = append(p.Has[:len(p.Has):len(p.Has)], n.at.Index.Home.(register))
		}
	case pseudo: // which may write what it has
		for _, m := range inText.FindAllStringSubmatch(string(n), -1) {
			r, _ := strconv.Atoi(m[1])
			p.Has = append(p.Has, register(r))
		}
		p.Written = p.Has
	case constant:
		if n.bytes == 0 {
			p.Has = []assembly.Register{register(n.to)}
			p.Written = p.Has
		}
	case isa.Instruction:
		if n.Form == nil {
			p.Label = n.Label
			break
		}
		p.Goes = n.Label
		all, written := n.General()
		for _, r := range all {
			p.Has = append(p.Has, register(r))
		}
		for _, r := range written {
			p.Written = append(p.Written, register(r))
		}
	}
	return p
}

// AppendShape appends the text of a line without its distance.
func (f *writer) AppendShape(text []byte, n assembly.Line, label func(name string) string) []byte {
	switch n := n.(type) {
	case access:
		text = append(text, n.what...)
		at := n.at
		if at.Base == nil {
			return text
		}
		if n.moves() {
			at.Disp = 0
		}
		text = fmt.Appendf(text, " at %d %d", at.Base.Home, at.Disp)
		if at.Index != nil {
			text = fmt.Appendf(text, " and %d times %d", at.Scale, at.Index.Home)
		}
		return text
	case isa.Instruction:
		if n.Label != "" {
			n.Label = label(n.Label)
		}
		return n.AppendGo(text)
	}
	return fmt.Append(text, n)
}

// Remade is a line at another place and with other labels.
func (f *writer) Remade(
	n assembly.Line, place func(p assembly.Reach) assembly.Reach, label func(name string) string,
) assembly.Line {
	switch n := n.(type) {
	case access:
		if n.moves() {
			at := place(assembly.Reach{Base: n.at.Base.Home.(register), Far: n.at.Disp})
			n.at.Base, n.at.Disp = &vec.Int{Home: at.Base}, at.Far
		}
		return n
	case isa.Instruction:
		if n.Label != "" {
			n.Label = label(n.Label)
		}
		return n
	}
	return n
}

// CommentLine is a line of text.
func (f *writer) CommentLine(text string) assembly.Line { return comment(text) }
