package isa

import (
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
)

// field is where an operand stands in the 32 bits of an instruction, and how it is written.
type field struct {
	// encode are the bits of an operand, ok is false of one that the field can't hold.
	encode func(v int) (bits uint32, ok bool)
	// word are the same bits as an expression of Go's assembler in an operand, which stands in it as %[1]s; empty where
	// nobody needs it. Of operators that bind alike Go's assembler takes the last one first: parentheses say what is
	// meant.
	word string
	// text and golang are the operand as GNU's assembler and as Go's writes it.
	text, golang func(v int) string
	// register says which registers it names.
	register file
	// some are values that a test tries, nil for those of a register.
	some []int
	// label says that it is the distance of a place to branch to, in instructions.
	label bool
	// optional says that nothing is written for 0.
	optional bool
}

// file is a set of registers.
type file uint8

const (
	none    file = iota
	vector       // V0 to V31, however many bits are used
	general      // R0 to R30, and 31 for zero
	address      // R0 to R30, and 31 for the stack's end
)

// Registers that have another meaning than their number.
const (
	Zero  = 31 // of operands that are numbers
	Stack = 31 // of addresses
)

// Reserved says whether a general register is not ours: R18 is the platform's, R27 belongs to Go's assembler and
// linker, R28 is the goroutine, R29 the frame's and R30 where the function returns to.
func Reserved(register int) bool { return register == 18 || register >= 27 && register <= 30 }

// fields are the fields by name. Those of registers are made of a letter that says what is seen of the register, and
// one that says where the number stands: d and t are the result or what is loaded or stored, n, m and a are operands, u
// is the second of two that are loaded or stored.
var fields = func() map[string]*field {
	all := map[string]*field{}
	for letter, at := range map[string]int{"d": 0, "t": 0, "u": 10, "n": 5, "m": 16, "a": 10} {
		for _, kind := range []string{"V", "S", "D", "Q"} {
			all[kind+letter] = registerField(vector, strings.ToLower(kind), at)
		}
		all["X"+letter], all["W"+letter] = registerField(general, "x", at), registerField(general, "w", at)
		all["P"+letter] = registerField(address, "x", at)
		all["Y"+letter] = registerField(general, "x", at)
		all["Y"+letter].notZero()
	}
	both := registerField(vector, "v", 5) // both operands of an instruction that copies one
	one := both.encode
	both.encode = func(v int) (uint32, bool) {
		bits, ok := one(v)
		return bits | bits<<11, ok
	}
	both.word = "(%[1]s)<<5|(%[1]s)<<16"
	all["Vb"] = both
	all["Ld"] = registerField(vector, "s", 0) // in Go without what is seen of it
	all["Ld"].golang = all["Vd"].golang
	immediates(all)
	return all
}()

// registerField is a field for a register.
func registerField(of file, prefix string, at int) *field {
	golang := map[file]string{general: "R", address: "R"}[of]
	if golang == "" {
		golang = "F"
		if prefix == "v" {
			golang = "V"
		}
	}
	name := func(prefix, last string) func(v int) string {
		var names [32]string
		for v := range names {
			names[v] = prefix + strconv.Itoa(v)
		}
		if of != vector {
			names[31] = last
		}
		return func(v int) string { return names[v] }
	}
	text, inGo := name(prefix, prefix+"zr"), name(golang, "ZR")
	if of == address {
		text, inGo = name(prefix, "sp"), name(golang, "RSP")
	}
	return &field{
		encode: func(v int) (uint32, bool) {
			return uint32(v) << at, v >= 0 && v < 32 && (of == vector || !Reserved(v)) &&
				(of != address || at > 0 || v < 31)
		},
		word: shifted("(%[1]s)", at), text: text, golang: inGo, register: of,
	}
}

// notZero leaves out the register that is zero.
func (f *field) notZero() {
	any := f.encode
	f.encode = func(v int) (uint32, bool) {
		bits, ok := any(v)
		return bits, ok && v != Zero
	}
}

// number is a field for a number of a range in steps, of which less is taken before it is put into its place.
func number(at, from, to, step, less int) *field {
	return &field{
		encode: func(v int) (uint32, bool) {
			return uint32((v-less)/step) << at, v >= from && v <= to && v%step == 0
		},
		word: shifted(divided("(%[1]s)", -less, step), at),
		text: decimal, golang: decimal, some: []int{from, to, (from + to) / 2 / step * step, from + step},
	}
}

// divided is an expression of Go's assembler plus a number, divided by another, and shifted one that is brought to its
// place.
func divided(x string, plus, by int) string {
	if plus != 0 {
		x = fmt.Sprintf("(%s+%d)", x, plus)
	}
	if by != 1 {
		x = fmt.Sprintf("(%s/%d)", x, by)
	}
	return x
}

func shifted(x string, at int) string {
	if at == 0 {
		return x
	}
	return fmt.Sprintf("%s<<%d", x, at)
}

func decimal(v int) string { return strconv.Itoa(v) }
func hex(v int) string     { return fmt.Sprintf("0x%x", v) }

// signed is a field for a number with a sign, of so many bits.
func signed(at, width, step int) *field {
	return &field{
		encode: func(v int) (uint32, bool) {
			n := v / step
			return uint32(n) & (1<<width - 1) << at, v%step == 0 && n >= -1<<(width-1) && n < 1<<(width-1)
		},
		// a dividend has no sign
		word: shifted(fmt.Sprintf("(%s&%d)", divided("(%[1]s)", step<<width, step), 1<<width-1), at),
		text: decimal, golang: decimal, some: []int{-step << (width - 1), step<<(width-1) - step, -step, 3 * step},
	}
}

// beside makes a field one that is left out where it is 0, as the distance from an address is.
func beside(f *field, text string) *field {
	f.text = func(v int) string {
		if v == 0 {
			return ""
		}
		return fmt.Sprintf(text, v)
	}
	f.golang = func(v int) string {
		if v == 0 {
			return ""
		}
		return strconv.Itoa(v)
	}
	f.some, f.optional = append(f.some, 0), true
	return f
}

// unscaled is a field for a distance from an address that is negative or no multiple of the bytes moved: any other
// distance Go's assembler puts into the field without a sign.
func unscaled(n int) *field {
	f := signed(12, 9, 1)
	any := f.encode
	f.encode = func(v int) (uint32, bool) {
		bits, ok := any(v)
		return bits, ok && (v < 0 || v%n != 0)
	}
	f = beside(f, ", #%d")
	f.some = []int{-256, 255, -1, 3, -n}
	return f
}

// written makes a field one that GNU's assembler writes in another way.
func written(f *field, text func(v int) string) *field {
	f.text = text
	return f
}

// immediates are the fields that are no registers.
func immediates(all map[string]*field) {
	for _, n := range []int{1, 4, 8, 16} { // distances from an address, without a sign and in pairs
		all[fmt.Sprint("U", n)] = beside(number(10, 0, 4095*n, n, 0), ", #%d")
		all[fmt.Sprint("P", n)] = beside(signed(15, 7, n), ", #%d")
		all[fmt.Sprint("O", n)] = signed(15, 7, n) // added afterwards
		all[fmt.Sprint("N", n)] = unscaled(n)
	}
	all["O9"] = signed(12, 9, 1)
	for _, n := range []int{32, 64} { // of lanes of so many bits
		all[fmt.Sprint("Left", n)] = number(16, 0, n-1, 1, -n)
		all[fmt.Sprint("Right", n)] = rightShift(n)
		lanes := 128/n - 1
		all[fmt.Sprint("Lane", n)] = split(n, 11, 21)
		all[fmt.Sprint("Part", n)] = split(n, 30, 12)
		all[fmt.Sprint("To", n)] = lane(16, lanes, n/4, n/8)
		all[fmt.Sprint("From", n)] = lane(11, lanes, n/8, 0)
	}
	all["Left4"] = number(16, 0, 15, 1, -16)
	all["Bytes"] = number(11, 0, 15, 1, 0)
	all["Byte"] = &field{encode: func(v int) (uint32, bool) {
		return uint32(v)>>5<<16 | uint32(v)&31<<5, v >= 0 && v < 256
	}, word: "((%[1]s)>>5)<<16|((%[1]s)&31)<<5", text: hex, golang: decimal, some: []int{0, 1, 170, 255}}
	all["Float"] = &field{encode: all["Byte"].encode, word: all["Byte"].word, text: smallFloat, golang: smallFloat,
		some: all["Byte"].some}
	all["FloatS"] = &field{encode: func(v int) (uint32, bool) { return uint32(v) << 13, v >= 0 && v < 256 },
		word: "(%[1]s)<<13", text: smallFloat, golang: smallFloat, some: all["Byte"].some}
	all["I12"] = written(number(10, 0, 4095, 1, 0), hex)
	all["H12"] = written(number(10, 1, 4095, 1, 0), hex)
	all["I16"] = written(number(5, 1, 1<<16-1, 1, 0), hex) // 0 is in a register
	all["Sixteens"] = &field{
		encode: func(v int) (uint32, bool) { return uint32(v/16) << 21, v%16 == 0 && v >= 0 && v <= 48 },
		text:   shiftText, golang: func(v int) string { return fmt.Sprintf("<<%d", v) }, some: []int{0, 16, 32, 48},
		optional: true,
	}
	all["Shift"] = &field{encode: func(v int) (uint32, bool) { return uint32(v) << 10, v >= 0 && v < 64 },
		text: shiftText, golang: shiftGo, some: []int{0, 1, 3, 63}, optional: true}
	all["Down"] = number(16, 0, 63, 1, 0)
	all["Up"] = &field{encode: func(v int) (uint32, bool) {
		return uint32((64-v)%64)<<16 | uint32(63-v)<<10, v > 0 && v < 64
	}, text: decimal, golang: decimal, some: []int{1, 4, 63}}
	all["Mask"] = &field{encode: maskBits, text: func(v int) string { return fmt.Sprintf("0x%x", uint64(v)) },
		golang: func(v int) string { return fmt.Sprint(v) }, some: []int{1, -8, 0xff00, -64, int(nibbles), 0x7fffffff}}
	all["If"] = &field{encode: func(v int) (uint32, bool) { return uint32(v) << 12, v >= 0 && v < 14 },
		word: "(%[1]s)<<12", text: condition, golang: goCondition, some: []int{0, 1, 10, 13}}
	all["Hint"] = &field{encode: func(v int) (uint32, bool) { return uint32(v), hints[v] != "" },
		text: func(v int) string { return hints[v] }, golang: func(v int) string { return strings.ToUpper(hints[v]) },
		some: []int{0, 1, 16}}
	all["There26"] = distance(0, 26)
	all["There19"] = distance(5, 19)
	all["There14"] = distance(5, 14)
	all["Bit"] = number(19, 0, 31, 1, 0)
}

// nibbles is a mask that repeats itself. It is a variable because an int of 32 bits has no room for it.
var nibbles int64 = 0x0f0f0f0f0f0f0f0f

// rightShift is a field for how far lanes of so many bits are shifted down.
func rightShift(n int) *field {
	return &field{
		encode: func(v int) (uint32, bool) { return uint32(2*n-v) << 16, v > 0 && v <= n },
		word:   fmt.Sprintf("(%d-(%%[1]s))<<16", 2*n),
		text:   decimal, golang: decimal, some: []int{1, n / 2, n - 1, n},
	}
}

// split is a field for the number of a lane whose lower bit, of lanes of 32 bits, stands in another place.
func split(n, high, low int) *field {
	f := &field{text: decimal, golang: decimal}
	if n == 32 {
		f.encode = func(v int) (uint32, bool) { return uint32(v)>>1<<high | uint32(v)&1<<low, v >= 0 && v < 4 }
		f.word = fmt.Sprintf("((%%[1]s)>>1)<<%d|((%%[1]s)&1)<<%d", high, low)
		f.some = []int{0, 1, 2, 3}
	} else {
		f.encode = func(v int) (uint32, bool) { return uint32(v) << high, v >= 0 && v < 2 }
		f.word = fmt.Sprintf("(%%[1]s)<<%d", high)
		f.some = []int{0, 1}
	}
	return f
}

// lane is a field for the number of a lane in steps, with a bit that says how long lanes are.
func lane(at, lanes, step, size int) *field {
	f := &field{encode: func(v int) (uint32, bool) {
		return uint32(v*step+size) << at, v >= 0 && v <= lanes
	}, word: fmt.Sprintf("((%%[1]s)*%d+%d)<<%d", step, size, at), text: decimal, golang: decimal}
	for i := range lanes + 1 {
		f.some = append(f.some, i)
	}
	return f
}

// distance is a field for how many instructions further on a branch goes.
func distance(at, width int) *field {
	f := signed(at, width, 1)
	f.label = true
	f.text = func(v int) string { return fmt.Sprintf(".%+d", 4*v) }
	f.golang = func(v int) string { return fmt.Sprintf("%d(PC)", v) }
	f.some = []int{0, 1, -1, 1000}
	return f
}

func shiftText(v int) string {
	if v == 0 {
		return ""
	}
	return fmt.Sprintf(", lsl #%d", v)
}

func shiftGo(v int) string {
	if v == 0 {
		return ""
	}
	return fmt.Sprintf("<<%d", v)
}

// hints are what a prefetch may say, by number: for loads into the first cache, to be kept or not, and for stores.
var hints = map[int]string{0: "pldl1keep", 1: "pldl1strm", 2: "pldl2keep", 16: "pstl1keep"}

// conditions are those of branches and selections, in the order of their numbers.
var conditions = []string{"eq", "ne", "cs", "cc", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le"}

// Condition is the number of a condition.
func Condition(name string) int {
	for i, c := range conditions {
		if c == name {
			return i
		}
	}
	return -1
}

func condition(v int) string { return conditions[v] }

// goCondition is a condition as Go has it, which says hs and lo for cs and cc.
func goCondition(v int) string {
	return strings.ToUpper(map[string]string{"cs": "hs", "cc": "lo"}[conditions[v]] +
		map[bool]string{true: conditions[v]}[v != 2 && v != 3])
}

// SmallFloat finds the 8 bits that say a number of 4 bits and an exponent from -3 to 4 in an instruction.
func SmallFloat(v float64) (imm int, ok bool) {
	for imm := range 256 {
		if smallValue(imm) == v {
			return imm, true
		}
	}
	return 0, false
}

// smallValue is the number that 8 bits say: a sign, three bits of an exponent, the first of them inverted, and four
// more digits.
func smallValue(imm int) float64 {
	v := math.Ldexp(float64(16+imm&15), (imm>>4&7^4)-7)
	if imm&128 != 0 {
		return -v
	}
	return v
}

func smallFloat(v int) string { return fmt.Sprintf("%.18e", smallValue(v)) }

// Maskable says whether an integer may be a constant operand of AND.
func Maskable(v int) bool {
	_, ok := maskBits(v)
	return ok
}

// maskBits are the 13 bits that say an operand of AND: ones, turned by some bits, in every part of 2 to 64 bits.
func maskBits(v int) (uint32, bool) {
	x := uint64(v)
	if x == 0 || x == math.MaxUint64 {
		return 0, false
	}
	size := 64
	for size > 2 {
		half := size / 2
		if low := x & (1<<half - 1); low != x>>half&(1<<half-1) {
			break
		}
		size = half
	}
	part := x & (math.MaxUint64 >> (64 - size))
	ones := bits.OnesCount64(part)
	for turn := range size {
		run := uint64(1)<<ones - 1
		turned := (run>>turn | run<<(size-turn)) & (math.MaxUint64 >> (64 - size))
		if turn == 0 {
			turned = run
		}
		if turned != part {
			continue
		}
		n := uint32(size >> 6)
		imms := uint32(ones-1) | uint32(-2*size)&0x3f
		return n<<22 | uint32(turn)<<16 | imms<<10, true
	}
	return 0, false
}
