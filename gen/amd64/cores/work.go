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

// Cycles is how many the work takes at least.
func (w Work) Cycles() float64 { return slices.Max(w[:]) }

// Plus is the work and other work.
func (w Work) Plus(x Work) Work {
	for i := range w {
		w[i] += x[i]
	}
	return w
}

// kinds are those with an opcode that runs on them.
var kinds = [...]struct {
	opcode string
	kind   int
}{{"VMUL", onMultipliers}, {"VADD", onAdders}, {"VSHUFPS", onShufflers}, {"VDIVPS", onDivider}}

// vectorUnits are the units of a core that take vectors: all of them, and those of each of kinds.
type vectorUnits struct {
	all units
	of  [len(kinds)]units
}

// vectors are those of the core.
func (c *Core) vectors() *vectorUnits {
	c.findVectors.Do(func() {
		c.vectorUnits.all = c.operation("V", false).on
		for i, k := range kinds {
			c.vectorUnits.of[i] = c.operation(k.opcode, false).on
		}
	})
	return &c.vectorUnits
}

// kind is the kind of units that have one of their own.
func (c *Core) kind(on units) (kind int, ok bool) {
	for i, of := range c.vectors().of {
		if of == on {
			return kinds[i].kind, true
		}
	}
	return onLoaders, on == c.loaders
}

// Work is what an instruction asks for; line is how many hundredths of a cycle a line of memory takes to come that a
// register points to.
func (c *Core) Work(i *ir.Instruction, line func(base reg.Register) int) (w Work) {
	m, k := modelOf(i)
	w[onAny] = 1 / float64(c.width)
	if !m.free {
		takes := c.figures(k)
		cycles, on := float64(takes.turns*takes.op.busy), takes.op.on
		if kind, ok := c.kind(on); ok {
			w[kind] = cycles / float64(bits.OnesCount16(uint16(on)))
		}
		if any := c.vectors().all; m.vector && on&any != 0 {
			w[onVectors] = cycles / float64(bits.OnesCount16(uint16(any)))
		}
	}
	at, load, store := memoryOf(i)
	if !load && !store {
		return w
	}
	lines := float64(k.bytes) / lineBytes
	if load {
		on, turns := c.loading(k.bytes)
		w[onLoaders] = float64(turns) / float64(bits.OnesCount16(uint16(on)))
	} else {
		w[onStorer] = float64(c.storing(k.bytes)) / float64(bits.OnesCount16(uint16(c.storers)))
		lines *= 2 // what is written comes and goes
	}
	if !slices.Contains(pseudo, at.Base) {
		w[onMemory] = lines * float64(line(at.Base)) / 100
	}
	return w
}

// loading are the units that load so many bytes, and how many turns that takes.
func (c *Core) loading(bytes int) (on units, turns int) {
	on = c.loaders
	if bytes > 32 {
		on = c.wideLoaders
	}
	return on, max(1, bytes/c.loaded)
}

// storing is how many turns a store of so many bytes takes within a line of the cache.
func (c *Core) storing(bytes int) int { return max(1, bytes/c.stored) }

// crosses says whether what lies at an address is in two lines of the cache: then it is loaded or stored in one turn
// more.
func crosses(address int64, bytes int) bool { return address%lineBytes+int64(bytes) > lineBytes }

// Latency is after how many cycles the result of an instruction can be read.
func (c *Core) Latency(opcode string) int { return c.operation(opcode, false).latency }

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
