package arm64

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
)

// all adds calls of all functions and sweeps of a network: with pauses or without, in tiles of one line or of two, on
// numbers of several kinds, as its turn says. Those of deep networks are rolled up.
func (c *calls) all(p *plan.Program, turn uint64) {
	c.t.Helper()
	rnd := rand.New(rand.NewPCG(turn, 11))
	f := assembly.NewFile(assembly.NewCommon(p, Alternates(p)))
	f.Programs, f.Longest = true, maxFunction
	c.files = append(c.files, f)
	if turn%3 == 1 {
		f.CallCycles = 300
		for _, fn := range p.Funcs {
			for _, name := range assembly.PartNames(p, fn) {
				f.Pausing[name] = true
			}
		}
	}
	m := machineOf(p.ElementBytes())
	a := &arguments{p: p, f: f,
		lay: kernel.NewTileLayout(p, kernel.Tiling{Row: (1 + int(turn/3%2)) * kernel.LineBytes}),
		rnd: rnd, kind: turn / 6 % 3}
	a.fill()
	for _, name := range assembly.ByUse {
		fn := p.Func(name)
		if fn == nil || assembly.Missing(p, fn) != "" {
			continue
		}
		var parts []*assembly.Function
		var err error
		f.Layered = assembly.Deep(p.Network) && !kernel.SeveralTurns(f.Kernel.Strict, fn)
		if fn.Batch {
			parts, err = assembly.Batch(f, p, m, fn, a.lay)
		} else {
			var one *assembly.Function
			one, err = assembly.Sample(f, p, m, fn)
			parts = []*assembly.Function{one}
		}
		if err == nil && f.Layered {
			err = rolledUp(parts)
		}
		if errors.Is(err, assembly.ErrLong) {
			continue
		} else if err != nil {
			c.t.Fatal(err)
		}
		a.drawCounts()
		area := a.arrays["b"]
		for _, part := range parts {
			title := fmt.Sprintf("%s of %s, %s, %s", part.Name, p.Network.Name, p.Network.Precision, p.Network.Rounding)
			c.add(title, part, m.Size, a.of(c, part, m)...)
			// What sums gradients up finds in the batch what tiles have left there.
			for i, param := range part.Params {
				if param.Name == "b" {
					a.arrays["b"] = argument{Array: c.list[len(c.list)-1].Arguments[i].Want}
				}
			}
		}
		a.arrays["b"] = area
	}
	f.Layered = false
	sweeps, err := plan.Sweeps(p.Network)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, s := range sweeps {
		if assembly.MissingSweep(p, s) != "" {
			continue
		}
		fn, err := assembly.NewSweep(f, m, s)
		if err != nil {
			c.t.Fatal(err)
		}
		a.drawSweep(s)
		c.add(fmt.Sprintf("%s of %s", s.Function(), p.Network.Name), fn, m.Size, a.of(c, fn, m)...)
	}
}

// rolledUp rolls parts of a function up, and settles them.
func rolledUp(parts []*assembly.Function) error {
	for _, part := range parts {
		if err := assembly.Roll(part, maxFunction); err != nil {
			return err
		}
		part.Target.(*writer).settle()
	}
	return nil
}

// arguments are what functions of a network are called with, by the names of their parameters.
type arguments struct {
	p      *plan.Program
	f      *assembly.File
	lay    *kernel.TileLayout
	rnd    *rand.Rand
	kind   uint64
	arrays map[string]argument
	counts map[string]int
}

// number draws a number of the network's kind: near 1, of any magnitude, or of few values with special ones among them.
func (a *arguments) number(scale float64) func() float64 {
	specials := []float64{0, math.Copysign(0, -1), math.Inf(1), math.NaN(), 0x1p-140, -0x1p-1060, 100, -100, 1e30}
	return func() float64 {
		v := a.rnd.NormFloat64() * scale
		switch {
		case a.kind == 1 && a.rnd.IntN(4) == 0:
			return math.Ldexp(v, a.rnd.IntN(60)-40)
		case a.kind == 2 && a.rnd.IntN(3) == 0:
			return float64(a.rnd.IntN(3)-1) / 2
		case a.kind == 2 && a.rnd.IntN(40) == 0:
			return specials[a.rnd.IntN(len(specials))]
		}
		return v
	}
}

// fill draws the arrays.
func (a *arguments) fill() {
	n, size := a.p.Network, a.p.ElementBytes()
	out, params := n.Width(n.Depth()), a.f.Kernel.Layout.Params/size
	draw := func(count int) argument { return numbers(size, count, a.number(1)) }
	target := func(count int) argument {
		return numbers(size, count, func() float64 { return a.rnd.Float64() / float64(out) })
	}
	space := a.f.Kernel.Layout.Space
	ws := draw((a.lay.Samples*space + 8) / size) // of few samples one after another
	if turn := a.f.Kernel.Layout.Direction; turn > 0 {
		for i := range a.lay.Samples {
			clear(ws.Array[i*space+turn : (i+1)*space])
		}
	}
	samples := a.lay.Tiles * a.lay.Samples
	rest := a.lay.Samples * (n.Input + out)
	// The area of tiles begins at a multiple of a line: that is at the same place if its size is one too.
	area := (a.lay.Bytes() + (rest+2*samples)*size + 2*kernel.LineBytes) &^ (kernel.LineBytes - 1)
	a.arrays = map[string]argument{
		"p": numbers(size, params, a.number(1.0/3)), "grad": draw(params), "ws": ws,
		"x": draw(n.Input), "y": target(out), "dx": draw(n.Input), "dy": draw(out), "v": draw(params),
		"hv": draw(params),
		"j":  draw(out * max(n.Input, params)),
		"b":  draw(area / size),
		"xs": draw(2 * a.lay.Samples * n.Input), "ys": target(2 * a.lay.Samples * out),
		"out": draw(2 * a.lay.Samples * out),
		"gxs": draw(2 * a.lay.Samples * n.Input), "pause": {Array: make([]byte, 8*(1+assembly.PauseWords))},
	}
}

// drawCounts draws how many tiles a batch has, and how many samples each: all, or one tile a part.
func (a *arguments) drawCounts() {
	tiles := 1 + a.rnd.IntN(min(2, a.lay.Tiles))
	a.counts = map[string]int{"tiles": tiles, "samples": a.lay.Samples, kernel.FewOntoArg: a.rnd.IntN(3) - 1}
	if tiles == 1 {
		a.counts["samples"] = 1 + a.rnd.IntN(a.lay.Samples)
	}
}

// drawSweep draws what a sweep is called with.
func (a *arguments) drawSweep(s plan.Sweep) {
	size, length := a.p.ElementBytes(), 1+a.rnd.IntN(80)
	draw := func() float64 { return a.rnd.Float64() + 0.25 }
	for _, v := range s.Arrays {
		a.arrays[plan.SweptArray(v)] = numbers(size, length, draw)
	}
	computed := size
	if s.Wide {
		computed = 8
	}
	a.counts = map[string]int{kernel.SweptLength: length}
	a.arrays[kernel.SweptNumbers] = numbers(computed, max(1, len(s.Numbers)), draw)
	a.arrays[kernel.SweptFolds] = numbers(computed, plan.FoldLanes, draw)
}

// of are the arguments of a function.
func (a *arguments) of(c *calls, fn *assembly.Function, m assembly.Machine) (list []argument) {
	c.t.Helper()
	for _, param := range fn.Params {
		array, ok := a.arrays[param.Name]
		count, integer := a.counts[param.Name]
		switch {
		case integer:
			array = argument{Bits: uint64(count)}
		case param.Name == plan.RateArg:
			array = argument{Bits: m.Bits(0.125)}
		case !ok:
			c.t.Fatalf("%s has a parameter %s, for which this test has nothing", fn.Name, param.Name)
		}
		list = append(list, array)
	}
	return list
}
