package amd64

import (
	"slices"

	"github.com/backpropgen/backpropgen/gen/amd64/cores"
	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
)

// Variant is one of the codes that a function of one sample may have.
type Variant struct {
	Level isa.Level
	Style kernel.Style
}

// String is the variant in words.
func (v Variant) String() string {
	if v.Style == kernel.Standard {
		return v.Level.String()
	}
	return v.Level.String() + ", " + v.Style.String()
}

// Choice is what code a function of one sample has: one for AVX2, and for AVX-512 those that are predicted to take less
// on some core. Wide registers do not always: their reductions are longer, and small layers leave most lanes empty.
type Choice struct {
	Function string
	// Tried are all codes that were written, and Cycles what each is predicted to take on every core of cores.All, 0 on
	// one that can't run it.
	Tried  []Variant
	Cycles [][]int
	// Emitted are those that the function has, that of AVX2 first. Runs says which of them each core of cores.All runs,
	// Unknown which one a core with AVX-512 does that is none of these.
	Emitted []Variant
	Runs    []int
	Unknown int
}

// What a code must spare, in cycles in a hundred, to be emitted beside another, and fewCycles in any case.
// emittedMargin is what the size of the text is worth. Of two codes in different styles, one that is predicted to take
// up to 5 % less than the other was measured to take up to 8 % more. Where a function writes to more than the first
// cache holds it is mostly memory that takes the time, and the model can tell less, least of all where part of it is in
// that cache: a code that was predicted to take 9 % less took 6 % more.
const (
	emittedMargin = 3
	styleMargin   = 6
	memoryMargin  = 5
	edgeMargin    = 10
	fewCycles     = 3
)

// levelMargin is how many cycles in a hundred code of AVX-512 must spare on a core beside that of AVX2 to run there: of
// 54 networks that were drawn it was predicted to spare four more than it did, give or take six.
const levelMargin = 3

// mostWide is how many codes of AVX-512 a function has at most, beside one that fetches lines before it writes them.
const mostWide = 2

// margin is what a variant must spare on a core beside another.
func (a *Assembly) margin(c *cores.Core, fn *plan.Func, v, other Variant) int {
	margin := emittedMargin
	if v.Level == other.Level && v.Style.Apart != other.Style.Apart {
		margin = styleMargin
	}
	if bytes := a.p.MatrixBytes(fn); v.Level != other.Level && bytes > c.FirstCache && writesMatrices(fn) {
		margin = memoryMargin
		if bytes <= 2*c.FirstCache {
			margin = edgeMargin
		}
	}
	return margin
}

// choose predicts what a function of one sample takes in every variant on every core, and decides by it.
func (a *Assembly) choose(fn *plan.Func) (Choice, error) {
	if err := a.predict(a.forms(fn)...); err != nil {
		return Choice{}, err
	}
	c := Choice{Function: fn.Name, Runs: make([]int, len(cores.All))}
	for _, f := range a.forms(fn) {
		code := a.code[f]
		if code.tooLong || f.style.Apart && code.size() > assembly.StraightNodes {
			continue
		}
		if slices.Contains(kernel.Measured, f.style) &&
			code.size() == a.code[a.form(fn, f.level, kernel.Standard)].size() {
			continue // that is no other code
		}
		c.Tried, c.Cycles = append(c.Tried, Variant{f.level, f.style}), append(c.Cycles, code.cycles)
	}
	a.decide(&c, fn)
	return c, nil
}

// decide chooses among what was tried what is emitted, and what each core runs of it.
func (a *Assembly) decide(c *Choice, fn *plan.Func) {
	c.Emitted = []Variant{a.chooseNarrow(c)}
	for len(c.Emitted) <= mostWide && a.addWide(c, fn, false) {
	}
	a.addWide(c, fn, true)
	c.leaveOut()
}

// addWide adds a code of AVX-512 that is worth it, of those that fetch lines or of the others, and says whether there
// is one.
func (a *Assembly) addWide(c *Choice, fn *plan.Func, fetched bool) bool {
	v, ok := a.chooseWide(c, fn, fetched)
	if ok {
		c.Emitted = append(c.Emitted, v)
		c.run()
	}
	return ok
}

// chooseNarrow finds the code of AVX2: that which takes least on the core that stands for those without AVX-512.
func (a *Assembly) chooseNarrow(c *Choice) (chosen Variant) {
	at, standard := slices.Index(cores.All, cores.Zen3), 0
	cycles := 0
	for i, v := range c.Tried {
		switch takes := c.Cycles[i][at]; {
		case v.Level != isa.AVX2:
		case v.Style == kernel.Standard:
			chosen, standard, cycles = v, takes, takes
		case hundred(takes) < (100-styleMargin)*int64(standard) && takes < cycles:
			chosen, cycles = v, takes
		}
	}
	return chosen
}

// chooseWide finds a code of AVX-512 that spares some core more than its size is worth, of several that which spares
// all of them most: of those that fetch lines, or of the others. Where every level has code, there is one whatever it
// spares.
func (a *Assembly) chooseWide(c *Choice, fn *plan.Func, fetched bool) (chosen Variant, ok bool) {
	most := 0
	for i, v := range c.Tried {
		if v.Level != isa.AVX512 || v.Style.Fetched != fetched {
			continue
		}
		all, worth := 0, a.config.EveryLevel && len(c.Emitted) == 1
		for k, core := range cores.All {
			if !v.runsOn(core) {
				continue
			}
			now := c.Emitted[c.Runs[k]]
			takes, least := c.Cycles[i][k], c.Takes(now, k)
			all += max(0, 1000-besides(takes, least))
			worth = worth || least-takes >= fewCycles &&
				hundred(takes) <= int64(100-a.margin(core, fn, v, now))*int64(least)
		}
		if worth && (!ok || all > most) {
			chosen, most, ok = v, all, true
		}
	}
	return chosen, ok
}

// runsOn says whether a core may run a code of AVX-512: one that fetches lines only where that is known to be of use.
func (v Variant) runsOn(core *cores.Core) bool {
	return core.Wide && (core.Fetches() || !v.Style.Fetched)
}

// run lets every core run the code that takes least there.
func (c *Choice) run() {
	for k, core := range cores.All {
		c.Runs[k] = 0
		for i, v := range c.Emitted[1:] {
			takes, least := c.Takes(v, k), c.Takes(c.Emitted[c.Runs[k]], k)
			if v.runsOn(core) && (takes < least && c.Runs[k] > 0 || hundred(takes) < (100-levelMargin)*int64(least)) {
				c.Runs[k] = i + 1
			}
		}
	}
	c.Unknown = c.wide()
}

// wide is the code of AVX-512 that takes least on the cores that take 512 bits at once, 0 where there is none. One that
// fetches lines is no choice for cores of which nothing is known, as long as there is another.
func (c *Choice) wide() (best int) {
	least := 0
	for i, v := range c.Emitted[1:] {
		all := 0
		for k, core := range cores.All {
			if core.Whole() {
				all += besides(c.Takes(v, k), c.Takes(c.Emitted[0], k))
			}
		}
		if best > 0 && v.Style.Fetched {
			continue
		}
		if best == 0 || all < least || c.Emitted[best].Style.Fetched {
			best, least = i+1, all
		}
	}
	return best
}

// hundred is what a hundred calls take, and besides what a code takes beside another, in thousandths: cycles of large
// networks times so much need 64 bits, on whatever machine generates.
func hundred(takes int) int64      { return 100 * int64(takes) }
func besides(takes, other int) int { return int(1000 * int64(takes) / int64(other)) }

// fewer gives up the code of AVX-512 that was chosen last, and says whether there was one.
func (c *Choice) fewer() bool {
	if len(c.Emitted) <= 1 {
		return false
	}
	c.Emitted = slices.Clone(c.Emitted[:len(c.Emitted)-1])
	c.run()
	return true
}

// leaveOut leaves out what no core runs.
func (c *Choice) leaveOut() {
	for i := len(c.Emitted) - 1; i > 0; i-- {
		if i == c.Unknown || slices.Contains(c.Runs, i) {
			continue
		}
		c.Emitted = slices.Delete(c.Emitted, i, i+1)
		c.run()
	}
}

// Takes is how many cycles a variant takes on a core of cores.All, by its place there.
func (c *Choice) Takes(v Variant, core int) int { return c.Cycles[slices.Index(c.Tried, v)][core] }

// forms are the codes among which a function's are chosen.
func (a *Assembly) forms(fn *plan.Func) (forms []form) {
	for _, l := range isa.Levels {
		if fn.Batch {
			forms = append(forms, a.batchForm(fn, l, a.Tiling))
			continue
		}
		for _, s := range a.styles(fn, l) {
			forms = append(forms, a.form(fn, l, s))
		}
	}
	return forms
}

// Choices are those of all functions of one sample that have assembly, in the order of the plan.
func (a *Assembly) Choices() (choices []Choice) {
	for _, fn := range a.p.Funcs {
		if c, ok := a.choices[fn.Name]; ok && a.Missing(fn.Name) == "" {
			choices = append(choices, c)
		}
	}
	return choices
}

// kept is how many of the bytes that a function goes over in a call are still in the caches of a core from before: of
// matrices that it goes through in alternating directions what fits beside the others. On the way back every function
// finds in the second cache what it went through last on the way forward, unless it takes rows in order.
func (a *Assembly) kept(fn *plan.Func, c *cores.Core, s kernel.Style) (kept cores.Kept) {
	if s.InOrder {
		return kept
	}
	if assembly.Alternates(a.set(isa.AVX2), a.p, fn) {
		return a.keptOf(fn, c)
	}
	kept.Second = c.SecondCache()
	return kept
}

// keptOf are those bytes of a function that does alternate.
func (a *Assembly) keptOf(fn *plan.Func, c *cores.Core) (kept cores.Kept) {
	kept.Second = c.SecondCache()
	total := a.p.MatrixBytes(fn)
	for _, m := range fn.Matrices() {
		size := m.Len() * a.p.ElementBytes()
		kept.First += min(size, max(0, c.FirstCache-(total-size)))
	}
	return kept
}

// variants are the codes that a function has: of one of batches, that of every level.
func (a *Assembly) variants(function string) []Variant {
	if c, ok := a.choices[function]; ok {
		if a.config.Tried {
			return c.Tried
		}
		return c.Emitted
	}
	return []Variant{{Level: isa.AVX2}, {Level: isa.AVX512}}
}

// Alternates says whether a network has functions that go through rows in alternating directions.
func Alternates(p *plan.Program) bool { return assembly.AlternatesAny(set{core: cores.All[0]}, p) }
