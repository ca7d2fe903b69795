// Package neon says which NEON instructions each operation of a vector program becomes.
//
// A register has 128 bits. A vector has four lanes of 4 bytes or two lanes of 8. Half a vector has two lanes of 4
// bytes, and 0 above them. A mask is as wide as a register; in each of its lanes all bits are set or none.
//
// An operation becomes a sequence of instructions. They work on its operands, its result and a few registers more. The
// caller has chosen all of these registers.
package neon

import (
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/backpropgen/backpropgen/gen/arm64/isa"
)

// Role says what a register of a sequence holds.
type Role int8

// The roles: the result, operands, the mask, what the lanes outside of it have, and what lies between steps, in vector
// registers and in a general one.
const (
	Out Role = iota
	X
	Y
	Z
	Mask
	Else
	Temp0
	Temp1
	Temp2
	General0

	// Roles is how many there are.
	Roles = iota
	// None is no role.
	None Role = -1
)

// Temps is how many vector registers a sequence may need beside those of its operands and its result.
const Temps = 3

// Vector says whether a role is that of a vector register.
func (r Role) Vector() bool { return r < General0 }

// letters are the roles as they stand in the tables.
const letters = "oxyzmetuwg"

func (r Role) String() string {
	if r == None {
		return "none"
	}
	return letters[r : r+1]
}

// Sequence is what an operation is: steps, in order.
type Sequence struct {
	// Tied is the operand that the register of the result holds before the first step, or None: the sequence
	// overwrites it. An operand that is read again is copied first.
	Tied  Role
	Steps []Step
	// temps is how many vector registers it needs besides.
	temps int
	// apart has a bit for every operand whose register the result must not have.
	apart uint16
}

// Step is one instruction. An operand that is no register is a constant, and stands for itself.
type Step struct {
	Form     *isa.Form
	Operands []Operand
}

// Operand is a role, or a constant where that is None.
type Operand struct {
	Role  Role
	Const int
}

// Temps is how many vector registers the sequence needs beside those of its operands and its result.
func (s Sequence) Temps() int { return s.temps }

// General says whether it needs a general register.
func (s Sequence) General() bool {
	for _, step := range s.Steps {
		for _, o := range step.Operands {
			if o.Role == General0 {
				return true
			}
		}
	}
	return false
}

// Reads says whether a step reads the register of an operand.
func (s Sequence) Reads(operand Role) bool {
	for _, step := range s.Steps {
		for k, o := range step.Operands {
			if o.Role == operand && (k > 0 || step.Form.Is(isa.Overwrites) || step.Form.Is(isa.Compares)) {
				return true
			}
		}
	}
	return false
}

// Apart says whether the register of the result must not be that of an operand: it is written while that is still to
// be read, or holds another operand at first.
func (s Sequence) Apart(operand Role) bool { return s.apart>>operand&1 != 0 }

// Registers are those that a sequence is written in, by roles.
type Registers [Roles]int

// Instructions are the steps in registers.
func (s Sequence) Instructions(in Registers) ([]isa.Instruction, error) {
	var all []isa.Instruction
	for _, step := range s.Steps {
		args := make([]int, len(step.Operands))
		for k, o := range step.Operands {
			args[k] = o.Const
			if o.Role != None {
				args[k] = in[o.Role]
			}
		}
		i, err := isa.New(step.Form.Name, args...)
		if err != nil {
			return nil, err
		}
		all = append(all, i)
	}
	return all, nil
}

func (s Sequence) String() string {
	var parts []string
	if s.Tied != None {
		parts = append(parts, "o="+s.Tied.String())
	}
	for _, step := range s.Steps {
		text := step.Form.Name
		for _, o := range step.Operands {
			if o.Role == None {
				text += fmt.Sprintf(" #%d", o.Const)
			} else {
				text += " " + o.Role.String()
			}
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "; ")
}

// sequences are those that were read. Nobody changes one.
var sequences read

// read keeps what parse makes of every text, the arrangement of its lanes and its constant.
type read struct{ known sync.Map }

// wanted is what a sequence is kept by.
type wanted struct {
	text, lanes string
	imm         int
}

// parse reads a sequence for the first time, and finds it after that.
func (r *read) parse(text, lanes string, imm int) (Sequence, error) {
	key := wanted{text, lanes, imm}
	if s, ok := r.known.Load(key); ok {
		return s.(Sequence), nil
	}
	s, err := parse(text, lanes, imm)
	if err == nil {
		r.known.Store(key, s)
	}
	return s, err
}

// parse reads a sequence as it stands in the tables: instructions by the names of their forms, with a letter for each
// register and # before a constant, #i being the operation's own. T stands for the arrangement of lanes. "o=z" in front
// says what is tied.
func parse(text string, lanes string, imm int) (s Sequence, err error) {
	s.Tied = None
	for part := range strings.SplitSeq(text, ";") {
		fields := strings.Fields(part)
		if len(fields) == 0 {
			continue
		}
		if tied, ok := strings.CutPrefix(fields[0], "o="); ok {
			if s.Tied, err = roleOf(tied); err != nil {
				return s, err
			}
			continue
		}
		name := strings.Replace(fields[0], ".T", "."+lanes, 1)
		form, ok := isa.Named(name)
		if !ok || form.Operands() != len(fields)-1 {
			return s, fmt.Errorf("%q is no instruction on %d operands", name, len(fields)-1)
		}
		step := Step{Form: form}
		for _, f := range fields[1:] {
			constant, isConstant := strings.CutPrefix(f, "#")
			o := Operand{Role: None, Const: imm}
			switch {
			case !isConstant:
				o.Role, err = roleOf(f)
			case constant != "i":
				o.Const, err = strconv.Atoi(constant)
			}
			if err != nil {
				return s, err
			}
			step.Operands = append(step.Operands, o)
		}
		s.Steps = append(s.Steps, step)
	}
	s.look()
	return s, nil
}

func roleOf(letter string) (Role, error) {
	if k := strings.Index(letters, letter); k >= 0 && len(letter) == 1 {
		return Role(k), nil
	}
	return None, fmt.Errorf("%q is no register of a sequence", letter)
}

// look finds out which registers a sequence needs besides, and which operands the result must be apart from.
func (s *Sequence) look() {
	s.temps, s.apart = 0, 0
	written := s.Tied != None
	for _, step := range s.Steps {
		for k, o := range step.Operands {
			switch {
			case o.Role >= Temp0 && o.Role <= Temp2:
				s.temps = max(s.temps, int(o.Role-Temp0)+1)
			case o.Role >= X && o.Role <= Else && k > 0 && written && o.Role != s.Tied:
				s.apart |= 1 << o.Role
			}
		}
		written = written || len(step.Operands) > 0 && step.Operands[0].Role == Out
	}
	// What is tied and read again as an operand of its own is read in the copy's place no longer.
	if s.Tied == None {
		return
	}
	overwritten := false
	for _, step := range s.Steps {
		for k, o := range step.Operands {
			if k > 0 && o.Role == s.Tied && overwritten {
				s.apart |= 1 << o.Role
			}
		}
		overwritten = overwritten || step.Operands[0].Role == Out
	}
}
