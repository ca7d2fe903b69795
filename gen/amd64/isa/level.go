// Package isa lists the instructions of x86-64 that may be emitted: how each is built, and which level of instruction
// sets it needs. Lint reads the text of any assembly, and refuses what emitted assembly must not have.
package isa

import "fmt"

// Level is an instruction set that functions are emitted for. Higher levels contain lower ones; level 0 is the portable
// Go.
type Level int

// The levels.
const (
	AVX2   Level = 1 // AVX2 and FMA: 16 registers of 256 bits, masks are vectors
	AVX512 Level = 2 // AVX-512 F, VL and DQ: 32 registers of 512 bits, masks are registers of their own
)

// Levels lists them all, the lowest first.
var Levels = []Level{AVX2, AVX512}

func (l Level) String() string {
	switch l {
	case AVX2:
		return "AVX2"
	case AVX512:
		return "AVX512"
	}
	return fmt.Sprintf("Level(%d)", int(l))
}

// CodeLabels begin the labels of codes in a function that has several: what follows has the instructions of the level.
var CodeLabels = map[Level]string{AVX2: "narrow", AVX512: "wide"}
