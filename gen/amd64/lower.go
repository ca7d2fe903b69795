package amd64

import (
	"strings"

	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// Vector code is written in operations of package vec. The files whose names begin with lower say which instructions
// they become: most of them one, which lowertable.go lists, with what lowernode.go says of its operands; what a level
// lacks package assembly makes of others. Loads and stores are those of the emitter, what is made of integers is in
// lowercount.go, and integers are in lowerint.go.

// rule says that an operation on lanes of a type is one instruction.
type rule struct {
	op    vec.Op
	elems elems
	at    levels
	bits  int // width of the registers, 0: any
	// name is that of the instruction; in that of a fused multiply-add * stands for the digits that say which operand
	// it overwrites.
	name string
	how  how
	imm  int // immediate operand that it always has, or unfixed
}

// elems are types of lanes.
type elems uint8

const (
	f32     elems = 1 << vec.F32
	f64     elems = 1 << vec.F64
	i32     elems = 1 << vec.I32
	i64     elems = 1 << vec.I64
	u32     elems = 1 << vec.U32
	u64     elems = 1 << vec.U64
	numbers       = f32 | f64
)

// levels are those that have an instruction.
type levels uint8

const (
	avx2   levels = 1 << isa.AVX2
	avx512 levels = 1 << isa.AVX512
	all           = avx2 | avx512
)

// unfixed is the immediate operand of what has none, or one that differs from use to use.
const unfixed = -1

// how is what the emitter must know of an instruction.
type how uint8

const (
	folds     how = 1 << iota // its last operand may be read from memory
	commutes                  // its operands may change places
	fuses                     // it is a fused multiply-add
	overwrite                 // its result takes the place of its first operand
	twice                     // it reads its only operand twice
	plain     how = 0
)

// lowering is what a rule says, as the emitter wants it.
type lowering struct {
	names [3]string // by width
	imm   [3]int    // by width
	forms [3]string // of a fused multiply-add
	form  assembly.Kind
	fold  bool
	swap  bool
	twice bool
}

// Name is the instruction in registers of so many bits, empty where there is none.
func (l *lowering) Name(bits int) string { return l.names[bits/256] }

// The forms of a fused multiply-add out = a·b + c, by what the result takes the place of and what may be in memory.
const (
	form132 = iota // a = a·memory + b
	form213        // a = b·a + memory
	form231        // a = b·memory + a
)

var formDigits = [3]string{"132", "213", "231"}

// lowered are the rules by level, operation and type.
var lowered = func() (table [isa.AVX512 + 1][assembly.LoweredOps][vec.Elems]*lowering) {
	for _, r := range rules {
		for _, level := range isa.Levels {
			for elem := range vec.Elem(vec.Elems) {
				if r.at&(1<<level) == 0 || r.elems&(1<<elem) == 0 {
					continue
				}
				l := &table[level][r.op][elem]
				if *l == nil {
					*l = &lowering{}
				}
				(*l).add(r)
			}
		}
	}
	return table
}()

// add adds what a rule says.
func (l *lowering) add(r rule) {
	l.fold, l.swap, l.twice = r.how&folds != 0, r.how&commutes != 0, r.how&twice != 0
	for i, bits := range []int{128, 256, 512} {
		if r.bits == 0 || r.bits == bits {
			l.names[i], l.imm[i] = r.name, r.imm
		}
	}
	switch {
	case r.how&overwrite != 0:
		l.form = assembly.Replace
	case r.how&fuses != 0:
		l.form = assembly.Fused
		for i, digits := range formDigits {
			l.forms[i] = strings.Replace(r.name, "*", digits, 1)
		}
		for i := range l.names {
			l.names[i] = l.forms[form231]
		}
	}
}
