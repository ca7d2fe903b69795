package macro

import (
	"fmt"
	"strconv"
)

// operand is one operand of an instruction, or an argument of a macro: one for each text, but for those in bodies of
// macros that have parameters in them. Two of the same frame differ in a number alone.
type operand struct {
	text  string
	id    int // its number
	shape shape
	kind  byte // of a vector register, its letter
	// value is the number of an operand that has one: a displacement, the place of a constant, or an argument; frame is
	// the same for what stands around it.
	value, frame  int
	before, after string
	// parameter is that of the macro in whose body it stands, empty elsewhere. The value is added to it, unless it
	// stands for the whole operand.
	parameter string
	whole     bool
}

// shape is what operands have in common that a parameter may stand for. What is of no shape stays as it is.
type shape byte

// The shapes of operands.
const (
	other          shape = iota
	vectorRegister       // followed by its letter, for it must be of the same size
	register
	memory
	constantPlace
	number
)

// numeric says whether a number is all that tells operands of one frame apart.
func (o *operand) numeric() bool { return o.shape >= memory && !o.whole }

// argument is what a parameter has in the place of an operand: all of it, or its number.
func (o *operand) argument(numeric bool) string {
	switch {
	case !numeric:
		return o.text
	case o.parameter == "":
		return strconv.Itoa(o.value)
	case o.value == 0:
		return o.parameter
	}
	return fmt.Sprintf("%s%+d", o.parameter, o.value)
}

// argumentSize is how long the argument is.
func (o *operand) argumentSize(numeric bool) int {
	if !numeric || o.parameter != "" {
		return len(o.argument(numeric))
	}
	n, size := o.value, 1
	if n < 0 {
		n, size = -n, 2
	}
	for ; n > 9; n /= 10 {
		size++
	}
	return size
}

// in is the operand in the body of a macro, with a parameter in its place or that of its number, to which something is
// added.
func (o *operand) in(parameter string, numeric bool, plus int) *operand {
	made := *o
	made.parameter, made.whole, made.value = parameter, !numeric, plus
	made.text = made.argument(true)
	if numeric {
		made.text = o.before + made.text + o.after
	}
	return &made
}

// at is the text of an operand of the frame with a number: without it where memory is addressed by registers alone.
func (o *operand) at(number int) string {
	if number == 0 && o.shape == memory {
		return o.before + o.after
	}
	return o.before + strconv.Itoa(number) + o.after
}

// reader parses operands, each text once, and numbers their frames.
type reader struct {
	known  map[string]*operand
	frames map[string]int
	shapes map[string]int // of instructions
	texts  []string       // of the operands of the instruction that is read
}

func intern(known map[string]int, text string) int {
	id, ok := known[text]
	if !ok {
		id = len(known)
		known[text] = id
	}
	return id
}

// operand is the operand of a text.
func (r reader) operand(text string) *operand {
	o, ok := r.known[text]
	if !ok {
		o = r.parse(text)
		o.id = len(r.known)
		r.known[text] = o
	}
	return o
}

// parse parses one operand.
func (r reader) parse(text string) *operand {
	o := &operand{text: text}
	digits := leadingNumber(text)
	rest := text[len(digits):]
	switch {
	case rest == "" && digits != "":
		o.shape = number
	case isPlace(rest):
		o.shape, o.after = memory, rest
	case digits == "" && len(text) > 3 && text[:2] == constantMacro+"(" && text[len(text)-1] == ')':
		digits = text[2 : len(text)-1]
		if leadingNumber(digits) != digits {
			return o
		}
		o.shape, o.before, o.after = constantPlace, text[:2], ")"
	case len(text) > 1 && text[0] >= 'X' && text[0] <= 'Z' && allDigits(text[1:]), len(text) == 2 && text[0] == 'K':
		o.shape, o.kind = vectorRegister, text[0]
		return o
	case len(text) == 2 && isUpper(text[0]) && isUpper(text[1]), len(text) > 1 && text[0] == 'R' && allDigits(text[1:]):
		o.shape = register
		return o
	default:
		return o
	}
	if digits != "" {
		value, err := strconv.Atoi(digits)
		if err != nil {
			o.shape = other
			return o
		}
		o.value = value
	}
	o.frame = intern(r.frames, o.before+"#"+o.after)
	return o
}

// isPlace says whether a text is registers that address memory: (DI), (DI)(R8*4).
func isPlace(text string) bool {
	if len(text) < 4 || text[0] != '(' || text[len(text)-1] != ')' {
		return false
	}
	for i := range len(text) {
		c := text[i]
		if !isUpper(c) && !(c >= '0' && c <= '9') && c != '(' && c != ')' && c != '*' {
			return false
		}
	}
	return text != "(FP)" && text != "(SB)"
}

func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }

func allDigits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return true
}

// leadingNumber is the number that a text begins with.
func leadingNumber(text string) string {
	end := 0
	if end < len(text) && text[0] == '-' {
		end++
	}
	begin := end
	for end < len(text) && text[end] >= '0' && text[end] <= '9' {
		end++
	}
	if end == begin {
		return ""
	}
	return text[:end]
}
