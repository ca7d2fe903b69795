package amd64

import (
	"sync"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/backpropgen/backpropgen/gen/plan"
)

// This file says what the cost model (simulate.go) knows of instructions: on which units of a core they run, for how
// long they occupy one and after how many cycles their result can be read. The figures are those of AMD's Zen 4,
// rounded; other cores with these instruction sets differ in them, but hardly in which of two ways to compute the same
// is the faster.

// A core takes so many instructions a cycle, has so many begun and not finished, and so many of its vector instructions
// waiting for their operands. The last decides what small networks take, whose calls overlap as far as it lets them.
const (
	coreWidth   = 6
	coreWindow  = 320
	coreWaiting = 64
	// coreCall is what the call itself takes, in Go.
	coreCall = 13
)

// units is a set of execution units.
type units uint16

// Four units are for vectors of up to 256 bits, not all for every instruction; vectors of 512 bits take two turns.
const (
	vector0 units = 1 << iota
	vector1
	vector2
	vector3
	loader0
	loader1
	storer
	divider
	scalar0
	scalar1
	scalar2
	scalar3
	unitCount = iota

	multipliers = vector0 | vector1
	adders      = vector2 | vector3
	shufflers   = vector1 | vector2
	anyVector   = multipliers | adders
	loaders     = loader0 | loader1
	anyScalar   = scalar0 | scalar1 | scalar2 | scalar3
)

// operation is what executing an instruction takes, beside what its memory operand does.
type operation struct {
	on      units
	latency int
	busy    int // cycles that each turn occupies the unit
}

// Latencies of memory: a vector from the first cache, and from a store that has not reached it.
const (
	loadLatency    = 7
	forwardLatency = 8
)

// convertLatency is that of conversions between float32 and float64 within 128 bits, which leave every number in its
// half of a register.
const convertLatency = 3

// operations are the operations by the beginning of an opcode; the longest that fits counts.
var operations = map[string]operation{
	"VFMADD": {multipliers, 4, 1}, "VFNMADD": {multipliers, 4, 1}, "VFMSUB": {multipliers, 4, 1}, "VMUL": {multipliers, 3, 1},
	"VADD": {adders, 3, 1}, "VSUB": {adders, 3, 1}, "VMAX": {adders, 2, 1}, "VMIN": {adders, 2, 1}, "VCMP": {multipliers, 3, 1},
	"VCVT": {adders, 5, 1}, "VSCALEF": {adders, 3, 2}, "VRNDSCALE": {adders, 3, 1}, "VREDUCE": {adders, 6, 2}, "VROUND": {adders, 3, 1},
	"VDIVPS": {divider, 11, 3}, "VDIVPD": {divider, 13, 5}, "VSQRTPS": {divider, 15, 5}, "VSQRTPD": {divider, 21, 9},
	"VUNPCK": {shufflers, 1, 1}, "VSHUFPS": {shufflers, 1, 1}, "VSHUFPD": {shufflers, 1, 1}, "VSHUFF": {shufflers, 3, 1},
	"VPERM": {shufflers, 4, 1}, "VPERMI2": {shufflers, 4, 1}, "VRCP14": {multipliers, 5, 1}, "VPSLL": {adders, 2, 1}, "VPSR": {adders, 2, 1}, "VEXTRACT": {shufflers, 3, 1}, "VINSERT": {shufflers, 2, 1}, "VBROADCAST": {shufflers, 3, 1},
	"VMOVDDUP": {shufflers, 1, 1}, "V": {anyVector, 1, 1}, "K": {multipliers, 3, 1}, "": {anyScalar, 1, 1},
	"VMASKMOV": {anyVector, 1, 1}, "VZEROUPPER": {anyScalar, 1, 1}, "VGATHER": {loaders, 12, 8},
}

// moves are the opcodes of plain copies, which take no unit where both operands are registers, nor more than a load or
// store where one is memory.
var moves = map[string]bool{
	"VMOVAPS": true, "VMOVUPS": true, "VMOVUPD": true, "VMOVAPD": true, "VMOVSS": true, "VMOVSD": true, "VMASKMOVPS": true,
	"VMASKMOVPD": true, "VBROADCASTSS": true, "VBROADCASTSD": true, "VBROADCASTF128": true,
	"VBROADCASTF32X4": true, "VBROADCASTF64X4": true, "VMOVDDUP": true, "MOVQ": true,
}

// operationOf finds what an opcode takes.
func operationOf(opcode string) operation {
	if o, ok := known.Load(opcode); ok {
		return o.(operation)
	}
	o := operations[""]
	for n := len(opcode); n > 0; n-- {
		if longest, ok := operations[opcode[:n]]; ok {
			o = longest
			break
		}
	}
	known.Store(opcode, o)
	return o
}

// known are the operations of opcodes that were looked up.
var known sync.Map

// Sizes of caches, a little less than what is there, and the cycles that a line of 64 bytes takes to come from the next
// one.
const (
	firstCache  = plan.FirstCache
	secondCache = 900 << 10
	thirdCache  = 16 << 20

	fromSecond = 2
	fromThird  = 4
	fromMemory = 12
)

// lineCycles is how long a line takes to arrive when a function goes over so many bytes in every call.
func lineCycles(bytes int) int {
	switch {
	case bytes <= firstCache:
		return 0
	case bytes <= secondCache:
		return fromSecond
	case bytes <= thirdCache:
		return fromThird
	}
	return fromMemory
}

// bitsOf is the width of a vector among an instruction's operands, 0 of other operands.
func bitsOf(o operand.Op) int {
	if r, ok := o.(reg.Register); ok && r.Kind() == reg.KindVector {
		return 8 * int(r.Size())
	}
	return 0
}
