// Package isa has the instructions of AArch64 that may be emitted, those of NEON among them: a table of their forms,
// each with its text, its operands and its 32 bits, and what no text of them may have, whoever wrote it (Lint). An
// instruction that Go's assembler knows is written as Go has it, any other as a WORD with its text beside it.
package isa

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Form is one way of writing an instruction: what it does, on which operands.
type Form struct {
	// Name is what the form is asked for by: fadd.4s.
	Name string
	// text is how GNU's assembler writes it and golang how Go's does, which is empty where that does not know it.
	// Operands stand in both by the names of their fields, in braces.
	text, golang string
	bits         uint32
	how          How
	fields       []*field // of the operands, in the order of the text
	names        []string // of the fields
	// inText and inGo are the same texts with their fields found, macro the name of the form's macro, and fuses says
	// that it rounds a product and a sum as one.
	inText, inGo template
	macro        string
	fuses        bool
}

// How is what one must know of a form beside its operands.
type How uint16

// What a form does.
const (
	Overwrites How = 1 << iota // it reads what its first operand held before
	Stores                     // it writes memory, and reads its first operand
	Loads                      // it reads memory
	Moves                      // it moves bits, and computes nothing
	Branches                   // it may go on elsewhere
	Compares                   // it writes flags alone, and reads its first operand
	Pairs                      // its first two operands are loaded or stored
	Posts                      // it adds to its address afterwards
	Places                     // it puts one number into a lane or into all of them, and loads no whole register
	Plain      How = 0
)

// How is what is said of the form.
func (f *Form) How() How { return f.how }

// Is says whether the form has all of some properties.
func (f *Form) Is(h How) bool { return f.how&h == h }

// Vector says whether the form has a vector register.
func (f *Form) Vector() bool {
	return slices.ContainsFunc(f.fields, func(one *field) bool { return one.register == vector })
}

// Operands is how many operands the form has.
func (f *Form) Operands() int { return len(f.fields) }

// Known says whether Go's assembler knows the form.
func (f *Form) Known() bool { return f.golang != "" }

func (f *Form) String() string { return f.Name }

// forms are all forms, by name, and list is the same in the order of the tables.
var forms, list = func() (map[string]*Form, []*Form) {
	byName, all := map[string]*Form{}, []*Form(nil)
	for _, r := range slices.Concat(vectorRows, elementRows, scalarRows, memoryRows, generalRows) {
		for _, f := range r.forms() {
			byName[f.Name], all = f, append(all, f)
		}
	}
	return byName, all
}()

// Named finds a form.
func Named(name string) (f *Form, ok bool) {
	f, ok = forms[name]
	return f, ok
}

// All are the forms, in the order of the tables.
func All() []*Form { return list }

// Instruction is a form with its operands: numbers of registers, immediate operands, and a label where it may branch.
// Without a form it is the place of a label.
type Instruction struct {
	Form  *Form
	Args  []int
	Label string
}

// New makes an instruction of the name of its form and its operands, the result first. The error says what the form
// does not take.
func New(name string, args ...int) (Instruction, error) {
	f, ok := Named(name)
	if !ok {
		return Instruction{}, fmt.Errorf("the table of instructions has no %s", name)
	}
	if len(args) != len(f.fields) {
		return Instruction{}, fmt.Errorf("%s has %d operands, not %d", name, len(f.fields), len(args))
	}
	if i := f.wrong(args); i >= 0 {
		return Instruction{}, fmt.Errorf("%s can't have %d as operand %s", name, args[i], f.names[i])
	}
	return Instruction{Form: f, Args: args}, nil
}

// wrong finds an operand that the form can't have, -1 where there is none.
func (f *Form) wrong(args []int) int {
	for i, a := range args {
		if _, ok := f.fields[i].encode(a); !ok {
			return i
		}
	}
	return -1
}

// General are the general registers that an instruction has, but for the one that is zero and the stack's end, and
// those of them that it writes.
func (i Instruction) General() (all, written []int) {
	f := i.Form
	results := 1
	switch {
	case f.Is(Stores), f.Is(Compares), f.Is(Branches):
		results = 0
	case f.Is(Loads | Pairs):
		results = 2
	}
	for k, one := range f.fields {
		if one.register != general && one.register != address || i.Args[k] == Zero {
			continue
		}
		all = append(all, i.Args[k])
		if k < results || one.register == address && f.Is(Posts) {
			written = append(written, i.Args[k])
		}
	}
	return all, written
}

// Label is the place of a label.
func Label(name string) Instruction { return Instruction{Label: name} }

// To makes a branch one that goes to a label.
func (i Instruction) To(label string) Instruction {
	i.Label = label
	return i
}

// Word is the instruction as the processor reads it. That of a branch to a label is known when the code has its place.
func (i Instruction) Word() uint32 {
	w := i.Form.bits
	for k, f := range i.Form.fields {
		bits, _ := f.encode(i.Args[k])
		w |= bits
	}
	return w
}

// String is the instruction as GNU's assembler writes it, without aliases.
func (i Instruction) String() string {
	if i.Form == nil {
		return i.Label + ":"
	}
	return string(i.appendText(nil))
}

// Go is the instruction as a line of Go's assembly.
func (i Instruction) Go() string { return string(i.AppendGo(nil)) }

// AppendGo appends that line.
func (i Instruction) AppendGo(b []byte) []byte {
	switch {
	case i.Form == nil:
		return append(append(b, i.Label...), ':')
	case !i.Form.Known():
		return i.appendText(fmt.Appendf(b, "WORD $0x%08x // ", i.Word()))
	}
	return i.Form.inGo.fill(b, func(k int) string { return i.operand(k, i.Form.fields[k].golang) })
}

// appendText appends the instruction as GNU's assembler writes it.
func (i Instruction) appendText(b []byte) []byte {
	return i.Form.inText.fill(b, func(k int) string { return i.operand(k, i.Form.fields[k].text) })
}

// operand is one of the operands as one of the assemblers writes it, or the label that it stands for.
func (i Instruction) operand(k int, text func(v int) string) string {
	if i.Label != "" && i.Form.fields[k].label {
		return i.Label
	}
	return text(i.Args[k])
}

// fusing are the instructions that round a product and a sum as one.
var fusing = regexp.MustCompile(`^(f(ml[as]|n?m(add|sub)|recps|rsqrts)\.)`)

// row is a line of the tables: a form, or several that differ in the sizes of lanes or numbers.
type row struct {
	name, text string
	bits       uint32
	how        How
	variants   []variant
	golang     string
}

// variant is what a form of a row has beside the bits of the row, and what stands in the texts for the arrangement of
// its lanes (%T), and for the size of one lane or number (%E, and %U in capitals).
type variant struct {
	bits             uint32
	arrangement, one string
}

var (
	once   = []variant{{}}
	floats = []variant{{0x40000000, "4s", "s"}, {0x40400000, "2d", "d"}}
	words  = []variant{{0x40800000, "4s", "s"}, {0x40c00000, "2d", "d"}}
	bits16 = []variant{{0x40000000, "16b", ""}}
	scalar = []variant{{0, "", "s"}, {0x00400000, "", "d"}}
)

// forms are those of a row.
func (r row) forms() (all []*Form) {
	variants := r.variants
	if variants == nil {
		variants = once
	}
	for _, v := range variants {
		in := func(text string, change func(string) string) string {
			return strings.NewReplacer("%T", change(v.arrangement), "%E", change(v.one),
				"%U", strings.ToUpper(v.one)).Replace(text)
		}
		same := func(s string) string { return s }
		f := &Form{Name: in(r.name, same), text: in(r.text, same), golang: in(r.golang, golangLanes),
			bits: r.bits | v.bits, how: r.how}
		for _, name := range named.FindAllString(f.text, -1) {
			name = name[1 : len(name)-1]
			if slices.Contains(f.names, name) {
				continue
			}
			f.fields, f.names = append(f.fields, fields[name]), append(f.names, name)
		}
		f.inText, f.inGo = templateOf(f.text, f.names), templateOf(f.golang, f.names)
		f.macro, f.fuses = macroName(f), fusing.MatchString(f.Name)
		all = append(all, f)
	}
	return all
}

// golangLanes is an arrangement of lanes as Go writes it: S4 for 4s.
func golangLanes(s string) string {
	if len(s) < 2 {
		return strings.ToUpper(s)
	}
	return strings.ToUpper(s[len(s)-1:]) + s[:len(s)-1]
}
