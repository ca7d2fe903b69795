package isa

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/backpropgen/backpropgen/gen/goasm"
)

// What Go and the processor demand of assembly and no call can show: a caller sees results, and not that registers
// are left in a state that makes later code slow, that an instruction is missing on another machine, or that a
// register is used which is somebody else's. Lint reads the text, and knows nothing of how it was written.

// Lint says what is wrong with the text of an emitted assembly file, which is to have a build constraint; strict: of a
// network with rounding: strict.
// Every file is asked before it is returned to anybody.
//
// A function has the instructions and registers of AVX2, and after a label of CodeLabels those of that level, up to the
// next one: it asks which level is in force before it jumps there, and no other jump leads from one code to another.
// R14 and R15 are the goroutine and the table of a shared library, BP is the frame's, and no instruction has them; X15
// is free, since Go zeroes it after every call of assembly. Wide registers are left clean.
// Memory on the stack and of arguments lies within their declared sizes, and only results are written there. Nothing
// is called, jumps stay within their function, constants stay constant, and under rounding: strict nothing is fused.
func Lint(text []byte, constraint string, strict bool) error {
	places := map[string][]string{}
	return goasm.Lint(text, constraint, func(f *goasm.Function) goasm.Reader {
		l := &lint{
			Function: f, strict: strict, places: places, level: AVX2, codeOf: map[string]int{},
			jumps: map[string]from{},
		}
		l.processor = strings.HasSuffix(l.Name, "Processor")
		return l
	})
}

// lint reads a function.
type lint struct {
	*goasm.Function
	strict      bool
	places      map[string][]string // what memory says of operands that were read before
	level       Level
	processor   bool // it asks what the processor is
	wide, dirty bool // it has used registers of more than 16 bytes, and has since the last VZEROUPPER
	// code counts the codes of the function, codeOf says in which one every label is, and jumps from where they are.
	code   int
	codeOf map[string]int
	jumps  map[string]from
	asked  bool // which level is in force, by the instruction before
}

// from is the code and the line of a jump.
type from struct{ code, line int }

// codeLabel is one where the code of a level begins.
var codeLabel = regexp.MustCompile(`^(narrow|wide)\d*$`)

// Label is where code from elsewhere may come with wide registers in use, or where another code begins.
func (l *lint) Label(name string) {
	l.dirty = l.wide
	if m := codeLabel.FindStringSubmatch(name); m != nil {
		if l.Open {
			l.Report("goes on to %s without asking for the level", name)
		}
		l.code, l.wide, l.dirty = l.code+1, false, false
		for level, label := range CodeLabels {
			if label == m[1] {
				l.level = level
			}
		}
	}
	l.codeOf[name] = l.code
}

// End looks at where jumps led.
func (l *lint) End() {
	for label, at := range l.jumps {
		if code, known := l.codeOf[label]; known && code != at.code {
			l.ReportAt(at.line, "jumps to %s in another code", label)
		}
	}
}

// ask reads what asks for the level in force and jumps to its code, and says whether the instruction is that.
func (l *lint) ask(name string, ops []string) bool {
	if name == "TESTQ" && len(ops) == 2 && immediate.MatchString(ops[0]) && levelVariable.MatchString(ops[1]) {
		l.asked = true
		return true
	}
	asked := l.asked
	l.asked = false
	if !asked {
		return false
	}
	if name != "JNE" || len(ops) != 1 || !codeLabel.MatchString(ops[0]) {
		l.Report("%s where the level is known that was asked for", name)
		return false
	}
	l.Function.Jump(ops[0])
	return true
}

// operands are those of an instruction, the destination last.
func operands(text string) []string {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil
	}
	list := strings.Split(text, ",")
	for i := range list {
		list[i] = strings.TrimSpace(list[i])
	}
	return list
}

// Instruction reads one instruction.
func (l *lint) Instruction(line string) {
	name := strings.Fields(line)[0]
	ops := operands(line[len(name):])
	l.Open = name != "RET" && name != "JMP"
	jump := strings.HasPrefix(name, "J")
	switch {
	case l.processor:
		l.asks(name, ops)
		return
	case l.ask(name, ops):
		return
	}
	plain, suffix, _ := strings.Cut(name, ".")
	needs, known := mnemonics[plain]
	switch {
	case !known:
		l.Report("%s is no instruction that assembly of networks may have", name)
	case needs > l.level, suffix != "" && l.level < AVX512:
		l.Report("%s needs more than %s", name, l.level)
	case l.strict && fusing.MatchString(plain):
		l.Report("%s fuses a product with a sum, which rounding: strict forbids", name)
	case jump && len(ops) == 1:
		if !goasm.IsLabel(ops[0]) {
			l.Report("%s %s leaves the function", name, ops[0])
		} else {
			l.Jump(ops[0])
			l.jumps[ops[0]] = from{l.code, l.Line()}
		}
		return
	case name == "RET" && l.dirty:
		l.Report("RET without VZEROUPPER after the last use of a wide register")
	case name == "VZEROUPPER":
		l.dirty = false
	}
	for i, o := range ops {
		l.operand(name, ops, o, i == len(ops)-1 && name != "CMPQ")
	}
	if width(ops) > 16 {
		l.wide, l.dirty = true, true
	}
	if plain == "VMOVAPS" || plain == "VMOVAPD" {
		l.aligned(name, ops)
	}
}

// fusing are the instructions that round a product and a sum as one.
var fusing = regexp.MustCompile(`^VFN?M(ADD|SUB)`)

// asks reads an instruction of the function that asks what the processor is: it has the registers that CPUID has, and
// writes its results.
func (l *lint) asks(name string, ops []string) {
	switch strings.Join(append([]string{name}, ops...), " ") {
	case "CPUID", "RET", "XORL AX AX", "XORL CX CX", "MOVL $0x1 AX", "MOVL BX maker+0(FP)", "MOVL AX version+4(FP)":
		if l.Args == 8 {
			return
		}
	}
	l.Report("%s in a function that asks what the processor is", name)
}

var levelVariable = regexp.MustCompile(`^·\w+Level\+0\(SB\)$`)

var (
	memory    = regexp.MustCompile(`^(-?\d+)?\((\w+)\)(?:\((\w+)\*([1248])\))?$`)
	parameter = regexp.MustCompile(`^(\w+)\+(\d+)\(FP\)$`)
	global    = regexp.MustCompile(`^\w+<>\+\d+\(SB\)$`)
	immediate = regexp.MustCompile(`^\$[-+]?(0x[0-9a-f]+|\d+)$`)
)

// operand reads one operand.
func (l *lint) operand(name string, ops []string, o string, written bool) {
	if r, ok := registersByName[o]; ok {
		if r.needs > l.level {
			l.Report("%s has %s, which needs more than %s", name, o, l.level)
		}
		return
	}
	switch {
	case strings.HasPrefix(o, "$"):
		if immediate.MatchString(o) {
			return
		}
	case strings.HasSuffix(o, "(SB)"):
		if global.MatchString(o) && !written {
			return
		}
	case strings.HasSuffix(o, "(FP)"):
		if m := parameter.FindStringSubmatch(o); m != nil {
			offset, _ := strconv.Atoi(m[2])
			if offset+4 > l.Args || written && m[1] != "ret" && name != "LEAQ" {
				l.Report("%s takes %s of %d bytes of arguments, of which only the result may be written", name, o,
					l.Args)
			}
			return
		}
	default:
		m, known := l.places[o]
		if !known {
			m = memory.FindStringSubmatch(o)
			l.places[o] = m
		}
		if m != nil {
			l.memory(name, ops, m)
			return
		}
	}
	l.Report("%s has the operand %s, which it may not have", name, o)
}

// memory reads an operand in memory: its distance, its register, and the second one.
func (l *lint) memory(name string, ops, m []string) {
	for _, r := range []string{m[2], m[3]} {
		known, ok := registersByName[r]
		if r != "" && r != "SP" && (!ok || !known.address && name[1:] != "GATHERQPD") {
			l.Report("%s has an address of %s, which is not free for that", name, r)
		}
	}
	if m[2] == "SP" {
		offset, _ := strconv.Atoi(m[1])
		if size := reach(name, ops); m[3] == "" && (offset < 0 || offset+size > l.Frame) {
			l.Report("%s reaches %d bytes at %d of a frame of %d", name, size, offset, l.Frame)
		}
	}
}

// reach is how much memory an instruction reaches at least: that of its widest register where it moves one, else a
// number.
func reach(name string, ops []string) int {
	switch {
	case name == "VMOVUPS" || name == "VMOVUPD":
		return max(width(ops), 16)
	case strings.HasSuffix(name, "SS"), strings.HasSuffix(name, "L"), strings.HasSuffix(name, "BCST"):
		return 4
	}
	return 8
}

// width is the bytes of the widest register of some operands.
func width(ops []string) int {
	w := 0
	for _, o := range ops {
		w = max(w, registersByName[o].wide)
	}
	return w
}

// aligned reports memory that must be aligned, which Go promises of no array of numbers.
func (l *lint) aligned(name string, ops []string) {
	for _, o := range ops {
		if memory.MatchString(o) || global.MatchString(o) {
			l.Report("%s has memory, which need not be aligned", name)
		}
	}
}
