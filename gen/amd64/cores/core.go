// Package cores predicts how many cycles code takes. There are two ways. A model of a core that executes out of order
// runs whole functions. A count adds up, while code is written, what it asks of the core's units. What is known of a
// kind of core is a row of figures.
package cores

import (
	"fmt"
	"strings"
	"sync"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Core is what the cost model (simulate.go) knows of a kind of core: on which units instructions run, for how long they
// occupy one and after how many cycles their result can be read.
type Core struct {
	// Name is how it is asked for, and Title how people call it.
	Name, Title string
	// Wide says that it has AVX-512, and Processors which ones of these have it.
	Wide       bool
	Processors []Processor
	// width is how many instructions it takes a cycle, window how many it has begun and not finished, and waiting how
	// many of its vector instructions wait for their operands. The last decides what small networks take, whose calls
	// overlap as far as it lets them.
	width, window, waiting int
	// apartAtSums says that an operation which reads memory at the sum of two registers is taken apart, about one a
	// cycle.
	apartAtSums bool
	// Call is what the call itself takes, in Go.
	Call int
	// turns is how many turns an instruction takes on vectors of 512 bits. fused says that one on the first vector unit
	// keeps the second from taking any, as both make one unit of that width.
	turns int
	fused bool
	// loaders and storers are the units that load and store, and loaded and stored how many bytes one does in a turn.
	// wideLoaders are the ones that load 512 bits, at once.
	loaders, wideLoaders, storers units
	loaded, stored                int
	// results is how many vectors it has room for that were computed and not retired, beside those in registers, and
	// pending how many stores that have not reached the first cache. One of two turns is two.
	results, pending int
	// byHalves says that a store takes a turn for every half of a line that it writes to, but for one that the store
	// before it wrote to last; elsewhere one across lines takes a turn more, and acrossLines hundredths of a turn.
	// acrossPages is how many more turns one takes across two pages, and slowStore how many hundredths of a turn one
	// of 512 bits takes more than two of half that write the same two halves.
	byHalves                            bool
	acrossPages, slowStore, acrossLines int
	// inTheWay says that stores read their data where operations on three vectors read the third: two of these begin in
	// a cycle, or one store's data is read.
	inTheWay bool
	// LoadLatency is that of a vector from the first cache, ForwardLatency from a store that has not reached it,
	// blockedLatency from several or from one and memory beside it, and convertLatency that of conversions between
	// float32 and float64 within 128 bits, which leave every number in its half of a register.
	LoadLatency, ForwardLatency, blockedLatency, convertLatency int
	// betweenHalves is the unit that conversions between float32 and float64 in 256 bits take besides, for a cycle; 0
	// where they take none.
	betweenHalves units
	// operations are the operations by the beginning of an opcode; the longest that fits counts. Those on vectors of
	// 512 bits are looked for in wide first.
	operations, wide map[string]operation
	// known are the operations of opcodes that were looked up, and vectorUnits those of the units once they were.
	known       sync.Map
	findVectors sync.Once
	vectorUnits vectorUnits
	// FirstCache, secondCache and thirdCache are the sizes of caches, a little less than what is there, and the others
	// the hundredths of a cycle that a line of 64 bytes takes to come from the next one.
	FirstCache, secondCache, thirdCache int
	fromSecond, fromThird, fromMemory   int
	// written is how much more a line from the second cache takes that is written to, as it goes back there, and
	// thirdWritten one from the third. across is how much more a load or store across lines takes one of which comes
	// from the second cache, and apart a store to a line that came for a store, but not for the one just before it.
	written, thirdWritten, across, apart int
	// Of lines from the second cache, abreast is how much more one takes that doesn't follow the one before it but
	// another, as those of rows do that are read side by side, inRow one that does follow it, and astray one that
	// follows none, as the first one of a row does on the way down. thirdAbreast and thirdAstray are likewise of lines
	// from the third one. nearWhole is what one takes more that is stored by one instruction and is still in the second
	// cache while others come from the third, and pieces how much more one takes that is read in parts.
	abreast, inRow, astray, thirdAbreast, thirdAstray, nearWhole, pieces int
}

// All are the cores whose figures are known.
var All = []*Core{Zen3, Zen4, Zen5, SkylakeX, IceLake, GoldenCove}

// Default is the core that estimates where none is named.
var Default = Zen4

// Named finds a core, the default one where no name is given.
func Named(name string) (*Core, error) {
	if name == "" {
		return Default, nil
	}
	var names []string
	for _, c := range All {
		if c.Name == name {
			return c, nil
		}
		names = append(names, c.Name)
	}
	return nil, fmt.Errorf("no core is called %q; there are %s", name, strings.Join(names, ", "))
}

// StoresInTheWay says whether stores get in the way of operations on three vectors.
func (c *Core) StoresInTheWay() bool { return c.inTheWay }

// Fetches says whether it is known that stores across lines take less where the lines were fetched before.
func (c *Core) Fetches() bool { return c.apart > 0 }

// Whole says whether a core takes vectors of 512 bits at once, not in two halves.
func (c *Core) Whole() bool { return c.Wide && c.turns == 1 }

// units is a set of execution units.
type units uint16

// The units of all kinds of cores. A core has some of them.
const (
	vector0 units = 1 << iota
	vector1
	vector2
	vector3
	loader0
	loader1
	loader2
	storer0
	storer1
	divider
	scalar0
	scalar1
	scalar2
	scalar3
	third     // which reads the third vector of two operations, or what is stored
	memory    // which brings lines to the first cache, one after another
	unitCount = iota
)

// The numbers of some units.
const secondUnit, memoryUnit = 1, unitCount - 1

// operation is what executing an instruction takes, beside what its memory operand does.
type operation struct {
	on      units
	latency int
	busy    int // cycles that each turn occupies the unit
}

// key is an opcode on vectors of 512 bits, or on others.
type key struct {
	opcode string
	wide   bool
}

// operation finds what an opcode takes.
func (c *Core) operation(opcode string, wide bool) operation {
	k := key{opcode, wide}
	if o, ok := c.known.Load(k); ok {
		return o.(operation)
	}
	o, found := operation{}, false
	if wide {
		o, found = longest(c.wide, opcode)
	}
	if !found {
		o, _ = longest(c.operations, opcode)
	}
	c.known.Store(k, o)
	return o
}

// longest finds the entry with the longest beginning of an opcode.
func longest(table map[string]operation, opcode string) (o operation, ok bool) {
	for n := len(opcode); n >= 0; n-- {
		if o, ok = table[opcode[:n]]; ok {
			return o, true
		}
	}
	return operation{}, false
}

// SecondCache is the size of that cache.
func (c *Core) SecondCache() int { return c.secondCache }

// LineCycles is how many hundredths of a cycle a line takes to arrive when a function goes over so many bytes in every
// call.
func (c *Core) LineCycles(bytes int) int {
	switch {
	case bytes <= c.FirstCache:
		return 0
	case bytes <= c.secondCache:
		return c.fromSecond
	case bytes <= c.thirdCache:
		return c.fromThird
	}
	return c.fromMemory
}

// SlowestLine is LineCycles where rows are read side by side and some lines follow none: what must not be exceeded is
// reckoned with it.
func (c *Core) SlowestLine(bytes int) int {
	line := c.LineCycles(bytes)
	if bytes > c.secondCache {
		line += c.thirdAbreast + c.thirdAstray/4
	}
	return line
}

// moves are the opcodes of plain copies, which take no unit where both operands are registers, nor more than a load or
// store where one is memory.
var moves = map[string]bool{
	"VMOVAPS": true, "VMOVUPS": true, "VMOVUPD": true, "VMOVAPD": true, "VMOVSS": true, "VMOVSD": true,
	"VMASKMOVPS": true, "VMASKMOVPD": true, "VBROADCASTSS": true, "VBROADCASTSD": true, "VBROADCASTF128": true,
	"VBROADCASTF32X4": true, "VBROADCASTF64X4": true, "VMOVDDUP": true, "MOVQ": true,
}

// bitsOf is the width of a vector among an instruction's operands, 0 of other operands.
func bitsOf(o operand.Op) int {
	if r, ok := o.(reg.Register); ok && r.Kind() == reg.KindVector {
		return 8 * int(r.Size())
	}
	return 0
}
