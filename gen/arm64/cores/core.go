// Package cores has what is known of kinds of cores that execute AArch64: after how many cycles the result of an
// instruction can be read, how often one can begin, and how far caches reach. What code asks of a core adds up while it
// is written.
package cores

import (
	"fmt"
	"slices"
	"strings"

	"github.com/backpropgen/backpropgen/gen/arm64/isa"
)

// Core is a kind of core.
type Core struct {
	// Name is how it is asked for, and Title how people call it.
	Name, Title string
	// width is how many instructions it begins in a cycle, and waiting how many vector instructions wait for their
	// operands at most.
	width, waiting int
	// vectors, general, loaders and storers are how many units there are for each. A unit loads or stores 16 bytes.
	vectors, general, loaders, storers int
	// accumulate is the latency of a fused multiply-add from the sum that it adds to.
	accumulate int
	// onVectors, onGeneral and onMemory are the figures of instructions by the beginning of their forms' names; the
	// longest that fits counts.
	onVectors, onGeneral, onMemory map[string]figure
	// FirstCache, secondCache and thirdCache are the sizes of caches, a little less than what is there, and the others
	// the hundredths of a cycle that a line of 64 bytes takes to come from the next one.
	FirstCache, secondCache, thirdCache int
	fromSecond, fromThird, fromMemory   int
}

// figure is after how many cycles a result can be read, and how many cycles the instruction takes of the units that it
// runs on, all of them together: half a cycle where two units take one each. alone says that the unit is the one that
// divides.
type figure struct {
	latency int
	each    float64
	alone   bool
}

// All are the cores whose figures are known, the first one being asked where none is named.
var All = []*Core{NeoverseN1, NeoverseV2, AppleM1}

// Named finds a core, the first of all where no name is given.
func Named(name string) (*Core, error) {
	var names []string
	for _, c := range All {
		if name == "" || c.Name == name {
			return c, nil
		}
		names = append(names, c.Name)
	}
	return nil, fmt.Errorf("no core is called %q; there are %s", name, strings.Join(names, ", "))
}

// figure finds what an instruction takes.
func (c *Core) figure(f *isa.Form) figure {
	table := c.onGeneral
	switch {
	case f.Is(isa.Loads), f.Is(isa.Stores):
		table = c.onMemory
	case f.Vector():
		table = c.onVectors
	}
	for name := f.Name; ; name = name[:len(name)-1] {
		if one, ok := table[name]; ok || name == "" {
			return one
		}
	}
}

// Latency is after how many cycles the result of an instruction can be read.
func (c *Core) Latency(f *isa.Form) int { return c.figure(f).latency }

// LoadLatency is that of a whole register from the first cache.
func (c *Core) LoadLatency() int { return c.onMemory[""].latency }

// AccumulateLatency is after how many cycles the result of a fused multiply-add can be read by another that adds to it.
func (c *Core) AccumulateLatency() int { return c.accumulate }

// Chains is how many sums a core can be adding to at once, on the average of all cores.
func Chains() int {
	n := 0
	for _, c := range All {
		n += c.vectors * c.accumulate
	}
	return n / len(All)
}

// Begun is how many instructions a core has begun at once where they wait for one another, about.
func (c *Core) Begun() int { return c.waiting * 5 / 4 }

// lineBytes is the size of a line of the cache.
const lineBytes = 64

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

// Work is what code asks of a core, in cycles for each kind of unit.
type Work [workKinds]float64

const (
	onAny = iota // instructions, of which a core begins so many a cycle
	onVectors
	onFew // vector instructions that not all units for them take
	onDivider
	onGeneral
	onLoaders
	onStorers
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

// Work is what an instruction asks for; line is how many hundredths of a cycle a line of the memory takes to come that
// it reads or writes.
func (c *Core) Work(i isa.Instruction, line int) (w Work) {
	if i.Form == nil { // a label
		return w
	}
	one := c.figure(i.Form)
	w[onAny] = 1 / float64(c.width)
	part := func(units int) float64 { return 1 / float64(units) }
	switch bytes := float64(Bytes(i.Form)) * float64(line) / lineBytes / 100; {
	case i.Form.Is(isa.Loads):
		w[onLoaders], w[onMemory] = one.each, bytes
		if i.Form.Is(isa.Places) {
			w[onVectors] = part(c.vectors)
		}
	case i.Form.Is(isa.Stores):
		w[onStorers], w[onMemory] = one.each, 2*bytes // what is written comes and goes
	case one.alone:
		w[onDivider] = one.each
	case i.Form.Vector():
		w[onVectors] = part(c.vectors)
		if one.each > 1.01*part(c.vectors) {
			w[onFew] = one.each
		}
	default:
		w[onGeneral] = max(one.each, part(c.general))
	}
	return w
}

// Bytes is how much memory an instruction loads or stores.
func Bytes(f *isa.Form) int {
	if !f.Is(isa.Loads) && !f.Is(isa.Stores) {
		return 0
	}
	_, of, _ := strings.Cut(f.Name, ".")
	bytes := map[string]int{"q": 16, "d": 8, "s": 4, "x": 8, "w": 4, "b": 1, "4s": 16, "2d": 16}
	n := bytes[strings.SplitN(of, ".", 2)[0]]
	if f.Is(isa.Places) && n == 16 { // one number in every lane
		n = map[byte]int{'4': 4, '2': 8}[of[0]]
	}
	if f.Is(isa.Pairs) {
		n *= 2
	}
	return n
}
