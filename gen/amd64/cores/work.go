package cores

import (
	"math/bits"
	"slices"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// lineBytes is the size of a line of the cache.
const lineBytes = 64

// Work is what code asks of a core, in cycles for each kind of unit.
type Work [workKinds]float64

const (
	onAny = iota // instructions, of which a core begins so many a cycle
	onVectors
	onMultipliers
	onAdders
	onShufflers
	onDivider
	onLoaders
	onStorer
	onMemory
	OnChains // what waits for the round before, and OnWindow what can't begin while others are under way
	OnWindow
	workKinds
)

// kindsOf are the units that have a kind of their own.
var kindsOf = map[units]int{multipliers: onMultipliers, adders: onAdders, shufflers: onShufflers, divider: onDivider,
	loaders: onLoaders}

// Cycles is how many the work takes at least.
func (w Work) Cycles() float64 { return slices.Max(w[:]) }

// Plus is the work and other work.
func (w Work) Plus(x Work) Work {
	for i := range w {
		w[i] += x[i]
	}
	return w
}

// Work is what an instruction asks for; line is how many cycles a line of memory takes to come that a register points
// to.
func (c *Core) Work(i *ir.Instruction, line func(base reg.Register) int) (w Work) {
	m := c.model(i)
	w[onAny] = 1 / float64(c.width)
	if !m.free {
		cycles := float64(m.turns * m.op.busy)
		if kind, ok := kindsOf[m.op.on]; ok {
			w[kind] = cycles / float64(bits.OnesCount16(uint16(m.op.on)))
		}
		if m.vector && m.op.on&anyVector != 0 {
			w[onVectors] = cycles / float64(bits.OnesCount16(uint16(anyVector)))
		}
	}
	at, load, store := memoryOf(i)
	if !load && !store {
		return w
	}
	turns, lines := float64((m.bytes+c.moved-1)/c.moved), float64(m.bytes)/lineBytes
	if load {
		w[onLoaders] = turns / 2
	} else {
		w[onStorer] = turns
		lines *= 2 // what is written comes and goes
	}
	if !slices.Contains(pseudo, at.Base) {
		w[onMemory] = lines * float64(line(at.Base))
	}
	return w
}

// Latency is after how many cycles the result of an instruction can be read.
func (c *Core) Latency(opcode string) int { return c.operation(opcode).latency }

// Begun is how many instructions a core has begun at once where they wait for one another, about: enough to begin the
// next round of a short loop before a round is done, not of a long one.
func (c *Core) Begun() int { return c.waiting * 5 / 4 }

// Access is what an instruction reads or writes in memory: from where on, and how many bytes.
func Access(i *ir.Instruction) (at operand.Mem, bytes int, load, store bool) {
	at, load, store = memoryOf(i)
	bits := 0
	for _, o := range i.Operands {
		bits = max(bits, bitsOf(o))
	}
	return at, memoryBytes(i, bits), load, store
}
