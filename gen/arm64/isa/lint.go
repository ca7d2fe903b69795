package isa

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/backpropgen/backpropgen/gen/goasm"
)

// What Go and the processor demand of assembly and no call can show: a caller sees results, and not that a register is
// used which is somebody else's, or that a WORD is not what stands beside it. Lint reads the text, and knows nothing of
// how it was written.

// Lint says what is wrong with the text of an emitted assembly file, which is to have a build constraint; strict: of a
// network with rounding: strict.
//
// Every instruction is one of the tables, as the tables print it: so are all registers that it names, of which R18 and
// those from R27 on are none, and every WORD has the bits of the text beside it. Besides there are moves of arguments,
// results and addresses of constants, which Go's assembler makes of several instructions. Memory on the stack and of
// arguments lies within their declared sizes, where the first word of the stack is where the function returns to, and
// only results are written there. Nothing is called, jumps stay within their function, constants stay constant, and
// under rounding: strict nothing is fused.
func Lint(text []byte, constraint string, strict bool) error {
	parsed := map[string]Instruction{}
	return goasm.Lint(text, constraint, func(f *goasm.Function) goasm.Reader {
		return &lint{Function: f, strict: strict, parsed: parsed, reaches: map[int]int{}}
	})
}

// lint reads a function.
type lint struct {
	*goasm.Function
	strict  bool
	parsed  map[string]Instruction // what lines are that were read before
	reaches map[int]int            // the instructions that are branched to by their distance, and the line
}

// Label has nothing to say of arm64.
func (l *lint) Label(string) {}

// End is the end of the function.
func (l *lint) End() {
	for to, at := range l.reaches {
		if to < 0 || to >= l.Count {
			l.ReportAt(at, "jumps to where it has no instruction")
		}
	}
}

var (
	// What reads or writes arguments, and the address of an argument, of a constant and of a word of the stack.
	argumentLine = regexp.MustCompile(`^(MOVD|MOVWU|FMOVS|FMOVD) (\w+)\+(\d+)\(FP\), [RF](\d+)$`)
	resultLine   = regexp.MustCompile(`^(MOVD|MOVW|FMOVS|FMOVD) [RF](\d+), ret\+(\d+)\(FP\)$`)
	addressLine  = regexp.MustCompile(`^MOVD \$(?:(\w+)<>|\w+)\+(\d+)\((SB|FP)\), R(\d+)$`)
	constantLine = regexp.MustCompile(`^MOVD \$-?(?:0x[0-9a-f]+|\d+), R(\d+)$`)
)

// Instruction reads one instruction.
func (l *lint) Instruction(line string) {
	line = squeezed(line)
	l.Open = line != "RET" && !strings.HasPrefix(line, "JMP ")
	if l.argument(line) {
		return
	}
	i, known := l.parsed[line]
	if !known {
		var err error
		if i, err = Parse(line); err != nil {
			l.Report("%v", err)
			return
		}
		l.parsed[line] = i
	}
	if l.strict && i.Form.fuses {
		l.Report("%s fuses a product with a sum, which rounding: strict forbids", line)
	}
	if i.Label != "" {
		l.Jump(i.Label)
	}
	for k, f := range i.Form.fields {
		if f.label && i.Label == "" {
			l.reaches[l.Count-1+i.Args[k]] = l.Line()
		}
		if f.register == address && i.Args[k] == Stack {
			l.stack(line, i, k)
		}
	}
}

// argument reads an instruction that has an argument, a result or a constant, and says whether it is one.
func (l *lint) argument(line string) bool {
	if !strings.Contains(line, "(FP)") && !strings.HasPrefix(line, "MOVD $") {
		return false // as most are, which need not be looked at closely
	}
	register, offset, size := "", 0, 8
	switch {
	case argumentLine.MatchString(line):
		m := argumentLine.FindStringSubmatch(line)
		offset, _ = strconv.Atoi(m[3])
		register, size = m[4], sizeOf(m[1])
		if strings.HasPrefix(m[1], "F") {
			register = "0"
		}
	case resultLine.MatchString(line):
		m := resultLine.FindStringSubmatch(line)
		offset, _ = strconv.Atoi(m[3])
		size = sizeOf(m[1])
		if register = m[2]; strings.HasPrefix(m[1], "F") {
			register = "0"
		}
	case addressLine.MatchString(line):
		m := addressLine.FindStringSubmatch(line)
		if (m[1] != "") != (m[3] == "SB") {
			return false
		}
		register, size = m[4], 0
		if m[3] == "FP" {
			offset, _ = strconv.Atoi(m[2])
		}
	case constantLine.MatchString(line):
		register, size = constantLine.FindStringSubmatch(line)[1], 0
	default:
		return false
	}
	if offset+size > l.Args {
		l.Report("%s reaches %d bytes at %d of %d bytes of arguments", line, size, offset, l.Args)
	}
	if n, _ := strconv.Atoi(register); Reserved(n) || n > 30 {
		l.Report("%s has R%s, which is not ours", line, register)
	}
	return true
}

// sizeOf is how many bytes a move has.
func sizeOf(mnemonic string) int {
	if mnemonic == "FMOVS" || mnemonic == "MOVWU" || mnemonic == "MOVW" {
		return 4
	}
	return 8
}

// stack reports what an instruction reaches beyond the frame. At the stack's end is where the function returns to,
// after it what it has declared.
func (l *lint) stack(line string, i Instruction, operand int) {
	if !i.Form.Is(Loads) && !i.Form.Is(Stores) {
		l.Report("%s computes with the end of the stack", line)
		return
	}
	if i.Form.Is(Posts) || operand == len(i.Args)-2 && i.Form.fields[operand+1].register != none {
		l.Report("%s has an address on the stack which is not known", line)
		return
	}
	_, moved, _ := strings.Cut(i.Form.Name, ".")
	bytes := map[byte]int{'q': 16, 'd': 8, 's': 4, 'x': 8, 'w': 4, 'b': 1}[moved[0]]
	if i.Form.Is(Pairs) {
		bytes *= 2
	}
	offset := 0
	if operand+1 < len(i.Args) {
		offset = i.Args[operand+1]
	}
	if offset < 8 || offset+bytes > 8+l.Frame {
		l.Report("%s reaches %d bytes at %d of a frame of %d, which begins at 8", line, bytes, offset, l.Frame)
	}
}
