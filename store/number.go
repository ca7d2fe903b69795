package store

import (
	"encoding/binary"
	"math"
)

// appendNumber appends a number as a record has it.
func appendNumber[F Float](b []byte, v F) []byte {
	if sizeOf[F]() == 4 {
		return binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(v)))
	}
	return binary.LittleEndian.AppendUint64(b, math.Float64bits(float64(v)))
}

// appendNaN appends the NaN that most processors make.
func appendNaN[F Float](b []byte) []byte {
	if sizeOf[F]() == 4 {
		return binary.LittleEndian.AppendUint32(b, 0x7fc00000)
	}
	return binary.LittleEndian.AppendUint64(b, 0x7ff8000000000000)
}

// number is the number that b begins with.
func number[F Float](b []byte) F {
	if sizeOf[F]() == 4 {
		return F(math.Float32frombits(binary.LittleEndian.Uint32(b)))
	}
	return F(math.Float64frombits(binary.LittleEndian.Uint64(b)))
}
