package machinecode

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// control follows what decides the jumps of one compiled function. Numbers reach a function through memory and through
// X registers alone; its integer arguments are addresses and lengths. So a jump does not depend on data if what
// it compares derives from constants, integer arguments, and other such integers: counted loops do.
type control struct {
	f     compiled
	at    map[uint64]int // the instruction at an address
	preds [][]int        // from where each instruction is reached; -1: the function's beginning
	seen  map[string]bool
}

var conditionalJump = regexp.MustCompile(`^J[A-Z]+$`)

// dataJumps describes every jump of a function that may depend on data, and every jump to a computed address.
func dataJumps(f compiled) []string {
	c := &control{f: f, at: map[uint64]int{}, preds: make([][]int, len(f.code))}
	for i, in := range f.code {
		c.at[in.address] = i
	}
	var found []string
	report := func(i int, why string) {
		in := f.code[i]
		found = append(found, fmt.Sprintf("%s: %s: %s %s: %s", f.short(), in.where, in.op, strings.Join(in.args, ", "),
			why))
	}
	c.preds[0] = append(c.preds[0], -1)
	for i, in := range f.code {
		if i+1 < len(f.code) && in.op != "JMP" && in.op != "RET" && in.op != "UD2" &&
			!strings.HasPrefix(in.symbol, "runtime.gopanic") {
			c.preds[i+1] = append(c.preds[i+1], i)
		}
		if !conditionalJump.MatchString(in.op) {
			continue
		}
		target, ok := c.target(in)
		switch {
		case ok && target >= 0:
			c.preds[target] = append(c.preds[target], i)
		case !ok:
			report(i, "jumps to a computed address")
		}
	}
	for i, in := range f.code {
		if in.op == "JMP" || !conditionalJump.MatchString(in.op) {
			continue
		}
		c.seen = map[string]bool{}
		if why := c.flags(i); why != "" {
			report(i, why)
		}
	}
	return found
}

// target is the instruction that a jump goes to, -1 for one outside the function.
func (c *control) target(in instruction) (int, bool) {
	if in.symbol != "" {
		if in.symbol == c.f.name {
			return 0, true
		}
		return -1, true
	}
	if len(in.args) != 1 {
		return 0, false
	}
	address, err := strconv.ParseUint(strings.TrimPrefix(in.args[0], "0x"), 16, 64)
	if err != nil {
		return 0, false
	}
	at, ok := c.at[address]
	return at, ok
}

// keepsFlags are instructions that leave the flags as they are; of vector instructions all but the comparisons do.
var keepsFlags = regexp.MustCompile(`^(REP; STOS|MOV|LEA|NOP|SET|CMOV|PUSHQ|POPQ|CVT|J|XCHG|P(XOR|OR|AND|ANDN)$|V?(ADD|SUB|MUL|DIV|MIN|MAX|SQRT|XOR|OR|AND|ANDN|UNPCK|SHUF)[PS][SD]$)`)

// flags says why the flags before instruction i may depend on data; empty: they do not.
func (c *control) flags(i int) string {
	return c.before(i, func(p int) (why string, done bool) {
		in := c.f.code[p]
		switch {
		case keepsFlags.MatchString(in.op):
			return "", false
		case in.op == "CMPQ" && strings.HasSuffix(in.args[1], "(R14)"):
			return "", true // the stack's limit, which is the goroutine's
		case strings.HasPrefix(in.op, "CMP"), strings.HasPrefix(in.op, "TEST"):
			for _, a := range in.args {
				if why := c.value(p, a); why != "" {
					return why, true
				}
			}
			return "", true
		case strings.HasPrefix(in.op, "INC"), strings.HasPrefix(in.op, "DEC"), strings.HasPrefix(in.op,
			"ADDQ"), strings.HasPrefix(in.op, "SUBQ"):
			return c.operands(p, in), true
		}
		return "the flags are those of " + in.op, true
	})
}

// before visits the instructions that come before i on every path, back to where visit says that it is done. Reaching
// the function's beginning is no dependence: that is for visit to tell.
func (c *control) before(i int, visit func(p int) (why string, done bool)) string {
	visited, todo := map[int]bool{}, slices.Clone(c.preds[i])
	for len(todo) > 0 {
		p := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if p < 0 || visited[p] {
			continue
		}
		visited[p] = true
		why, done := visit(p)
		if why != "" {
			return why
		}
		if !done {
			todo = append(todo, c.preds[p]...)
		}
	}
	return ""
}

var (
	constant = regexp.MustCompile(`^\$-?(0x)?[0-9a-f]+$`)
	integer  = regexp.MustCompile(`^(AX|BX|CX|DX|SI|DI|BP|SP|R\d+|[ABCD]L|SIB|DIB|R\d+[LB])$`)
	address  = regexp.MustCompile(`^-?(?:0x)?[0-9a-f]*(?:\(([A-Z0-9]+)\))?(?:\(([A-Z0-9]+)\*\d\))?$`)
	// level is the instruction set in force, which doesn't change while a program runs.
	level = regexp.MustCompile(`\.\w+Level(?:[+-]+\d+)?$`)
	slot  = regexp.MustCompile(`^-?(0x)?[0-9a-f]*\(SP\)$`)
)

// value says why an operand of instruction i may depend on data.
func (c *control) value(i int, operand string) string {
	key := fmt.Sprint(i, " ", operand)
	switch {
	case constant.MatchString(operand) || c.seen[key]:
		return ""
	case integer.MatchString(operand):
		c.seen[key] = true
		return c.register(i, full(operand))
	case slot.MatchString(operand):
		c.seen[key] = true
		return c.spilled(i, operand)
	case strings.HasSuffix(operand, "(IP)") && level.MatchString(c.f.code[i].global):
		return ""
	}
	return "depends on " + operand
}

// full is the register that a part of it belongs to: AL to AX, R8B to R8.
func full(register string) string {
	if len(register) == 2 && register[1] == 'L' {
		return register[:1] + "X"
	}
	if len(register) > 2 {
		return strings.TrimRight(register, "LB")
	}
	return register
}

// register says why a register may depend on data before instruction i.
func (c *control) register(i int, register string) string {
	if register == "SP" {
		return ""
	}
	return c.before(i, func(p int) (string, bool) {
		in := c.f.code[p]
		if in.op == "CALL" {
			if strings.HasPrefix(in.symbol, "runtime.morestack") {
				return "", false // the arguments are saved before it and loaded again after it
			}
			return "is a result of " + in.symbol, true
		}
		if len(in.args) == 0 || !writes(in.op) || full(in.args[len(in.args)-1]) != register {
			return "", false
		}
		if len(in.args) == 2 && in.args[0] == in.args[1] && (strings.HasPrefix(in.op, "XOR") ||
			strings.HasPrefix(in.op, "SUB")) {
			return "", true // 0
		}
		return c.operands(p, in), true
	})
}

// writes says whether an instruction's last argument is where its result goes.
func writes(op string) bool {
	return !strings.HasPrefix(op, "CMP") && !strings.HasPrefix(op, "TEST") && !strings.HasPrefix(op, "UCOMI") &&
		!strings.HasPrefix(op, "COMI") &&
		!strings.HasPrefix(op, "J") && op != "PUSHQ" && op != "NOPL" && op != "NOPW"
}

// operands says why what an instruction computes from may depend on data.
func (c *control) operands(p int, in instruction) string {
	sources := in.args
	switch {
	case strings.HasPrefix(in.op, "LEA"):
		m := address.FindStringSubmatch(in.args[0])
		if m == nil {
			return "depends on " + in.args[0]
		}
		sources = slices.DeleteFunc(slices.Clone(m[1:]), func(r string) bool { return r == "" || r == "IP" })
	case strings.HasPrefix(in.op, "MOV"):
		sources = in.args[:len(in.args)-1]
	case in.op == "POPQ":
		return ""
	}
	for _, s := range sources {
		if why := c.value(p, s); why != "" {
			return why
		}
	}
	return ""
}

// spilled says why a place on the stack may hold data before instruction i: by what was last written there on any path.
// Places serve one value after another, integers and numbers.
func (c *control) spilled(i int, place string) string {
	written := false
	why := c.before(i, func(p int) (string, bool) {
		in := c.f.code[p]
		if len(in.args) == 0 || !writes(in.op) || in.args[len(in.args)-1] != place {
			return "", false
		}
		written = true
		return c.operands(p, in), true
	})
	if !written && !c.argument(place) {
		return "depends on " + place
	}
	return why
}

// argument says whether a place on the stack lies beyond the function's own frame: there the caller leaves the integer
// arguments for which there are no registers.
func (c *control) argument(place string) bool {
	frame, err := c.f.frame()
	if err != nil {
		return false
	}
	offset, err := strconv.ParseInt(strings.TrimSuffix(place, "(SP)"), 0, 64)
	return err == nil && offset >= int64(frame)
}
