package store

import (
	"encoding/binary"
	"math"
)

// xnetAppend appends a number as a record has it.
func xnetAppend(b []byte, v xnetFloat) []byte {
	return binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
}

// xnetAppendNaN appends the NaN that most processors make.
func xnetAppendNaN(b []byte) []byte { return binary.LittleEndian.AppendUint32(b, 0x7fc00000) }

// xnetNumber is the number that b begins with.
func xnetNumber(b []byte) xnetFloat { return math.Float32frombits(binary.LittleEndian.Uint32(b)) }
