package gen

import (
	"fmt"
	"strings"

	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/portable"
	"github.com/backpropgen/backpropgen/internal/plural"
	"github.com/backpropgen/backpropgen/spec"
)

// Summary is what a network costs.
type Summary struct {
	Params           int    // weights and biases
	MultiplyAdds     int    // of Forward
	GradMultiplyAdds int    // of Grad: forward and backward
	WorkspaceBytes   int    // size of the workspace struct
	Block            int    // samples that batch functions take at a time
	BatchBytes       int    // size of the batch struct
	CodeBytes        int64  // estimated size of the portable kernels' machine code
	Digest           string // of the spec
	Unrolled         string // how far loops are unrolled, in words
	// Functions are the operations of one call of each emitted function, in their order in the file; of a batch
	// function, of a call with Block samples.
	Functions []FunctionCount
	// Updates are the operations of one Update of each optimizer, in the spec's order; one that may go by several rules
	// has each of them.
	Updates []FunctionCount
	// Caches are what each cache mode keeps and spends on a gradient, the network's own among them.
	Caches []portable.Caching
}

// FunctionCount is what one call of an emitted function performs.
type FunctionCount struct {
	Name string
	code.Count
}

// Summarise returns what a network costs, without printing it.
func Summarise(n spec.Network, o Options) (Summary, error) {
	c, err := Compile(n, o)
	if err != nil {
		return Summary{}, err
	}
	return c.summary, nil
}

// Summary is what the network costs.
func (c *Compiled) Summary() Summary { return c.summary }

// summarise finds what the network costs.
func (c *Compiled) summarise(o portable.Options) (Summary, error) {
	n, p := c.n, c.p
	forward, backward := n.MultiplyAdds()
	s := Summary{
		Params: n.Params(), MultiplyAdds: forward, GradMultiplyAdds: forward + backward,
		WorkspaceBytes: o.WorkspaceBytes(p), Block: p.Block, BatchBytes: o.BatchBytes(p),
		CodeBytes: c.schedule.MachineBytes(), Digest: n.Digest(), Unrolled: c.schedule.Unrolled(),
	}
	counter := portable.Counter(p, c.program)
	for _, f := range p.Funcs {
		count, err := portable.Count(p, counter, f.Name)
		if err != nil {
			return s, err
		}
		s.Functions = append(s.Functions, FunctionCount{f.Name, count})
	}
	descents, err := plan.Descents(n)
	if err != nil {
		return s, err
	}
	for _, d := range descents {
		for i, one := range d.Rule.Cases {
			name := string(d.Name)
			if one.When != "" {
				name += fmt.Sprintf(", %s not 0", one.When)
			}
			count, err := portable.CountUpdate(p, d, i)
			if err != nil {
				return s, err
			}
			s.Updates = append(s.Updates, FunctionCount{name, count})
		}
	}
	s.Caches = c.cachings
	return s, nil
}

// SourceName returns how emitted files name a spec file. A file name is whatever the file system took: what is not
// plain in it becomes an underscore, so that the first line stays one line. Two files may get one name.
func SourceName(base string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7f && r != ';' && r != '*' {
			return r
		}
		return '_'
	}, base)
}

// marker is the first line of an emitted file, without its slashes.
func marker(o Options) string {
	return strings.TrimPrefix(Marker, "// ") + SourceName(o.Source) + "; DO NOT EDIT."
}

// header is the comment at the top of the kernels: the marker and the summary.
func header(n spec.Network, p *plan.Program, s Summary, o Options) []string {
	lines := []string{
		marker(o),
		"",
		"network        " + n.Name + " " + Shape(n) + ", " + string(n.Precision),
		"activations    " + activations(n),
		"cost           " + n.Cost.Brief(),
		fmt.Sprintf("parameters     %d (%s)", s.Params, plural.Of(s.Params*p.ElementBytes(), "byte")),
		"multiply-adds  " + multiplyAdds(n, s),
		fmt.Sprintf("workspace      %s", plural.Of(s.WorkspaceBytes, "byte")),
	}
	if n.Emit != nil {
		lines = append(lines, "emitted        "+emits(n))
	}
	if n.Emits(spec.EmitBatch) {
		lines = append(lines, fmt.Sprintf("batch          %s at a time, in %s", plural.Of(s.Block, "sample"),
			plural.Of(s.BatchBytes, "byte")))
	}
	if n.Learns() {
		cache, others := cacheLines(n, p, s)
		lines = append(lines, "cache          "+cache, "               "+others)
	}
	lines = append(lines, "code           "+s.Unrolled)
	if n.Rounding == spec.RoundingStrict {
		lines = append(lines, "rounding       "+p.Rounding())
	}
	if len(n.Optimizers) > 0 {
		lines = append(lines, "optimizers     "+optimizers(n))
	}
	return append(lines, "spec           sha256:"+s.Digest)
}

// multiplyAdds says how many there are, of what is emitted.
func multiplyAdds(n spec.Network, s Summary) string {
	var list []string
	if n.Emits(spec.EmitForward) {
		list = append(list, fmt.Sprintf("%d Forward", s.MultiplyAdds))
	}
	switch {
	case n.Emits(spec.EmitGrad):
		list = append(list, fmt.Sprintf("%d Grad", s.GradMultiplyAdds))
	case n.Emits(spec.EmitStep):
		list = append(list, fmt.Sprintf("%d Step", s.GradMultiplyAdds))
	}
	return strings.Join(list, ", ")
}

// emits lists the parts of a network that are emitted, where those are not all.
func emits(n spec.Network) string {
	var names []string
	for _, part := range n.Emit {
		names = append(names, string(part))
	}
	return strings.Join(names, ", ")
}

// optimizers lists the optimizers of a network.
func optimizers(n spec.Network) string {
	var names []string
	for _, o := range n.Optimizers {
		names = append(names, string(o))
	}
	return strings.Join(names, ", ")
}

// cacheLines say what the network's cache mode keeps and spends, and what the other modes would.
func cacheLines(n spec.Network, p *plan.Program, s Summary) (own, others string) {
	var rest []string
	for _, c := range s.Caches {
		if c.Mode == n.Cache {
			own = fmt.Sprintf("%s keeps %s for %d operations and %d calls in %s",
				c.Mode, plural.Of(c.Bytes, "byte"), c.Grad.Operations(), c.Grad.Calls, p.Longest().Name)
		} else {
			rest = append(rest, fmt.Sprintf("%s %d for %d and %d", c.Mode, c.Bytes, c.Grad.Operations(), c.Grad.Calls))
		}
	}
	return own, strings.Join(rest, "; ")
}

// Shape is a network's dimensions, n₀ first: 4-8-3.
func Shape(n spec.Network) string {
	var dims []string
	for l := 0; l <= n.Depth(); l++ {
		dims = append(dims, fmt.Sprint(n.Width(l)))
	}
	return strings.Join(dims, "-")
}

func activations(n spec.Network) string {
	var names []string
	for _, l := range n.Layers {
		names = append(names, l.Activation.Brief())
	}
	return strings.Join(names, ", ")
}
