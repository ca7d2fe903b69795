package amd64

import (
	"github.com/backpropgen/backpropgen/gen/amd64/cores"
	"github.com/backpropgen/backpropgen/gen/assembly"
)

// Latency is after how many cycles the result of a node can be read.
func (f *writer) Latency(n *assembly.Node) float64 {
	switch {
	case n.Low != nil:
		return float64(f.core.Latency(n.Low.Name(n.Bits)))
	case n.Kind != assembly.Assign:
		return float64(f.core.LoadLatency)
	}
	return 0
}

// Arrange leaves everything as it is: cores look far enough ahead, and load no two registers at once.
func (f *writer) Arrange(*assembly.Block) {}

// BeginBlock begins to add up what a block asks of the core: instructions wait for one another as far as others can't
// be begun meanwhile.
func (f *writer) BeginBlock(nodes int, variables, all float64) {
	f.asked = cores.Work{
		cores.OnChains: variables,
		cores.OnWindow: all * min(1, float64(nodes)/float64(f.core.Begun())),
	}
}

// EndBlock is how many cycles it takes.
func (f *writer) EndBlock() float64 { return f.asked.Cycles() }
