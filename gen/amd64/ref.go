package amd64

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// ref is a place in memory: base + index + disp, all in bytes.
type ref struct {
	base   reg.Register
	index  reg.GPPhysical // nil: none
	disp   int
	symbol operand.Symbol // of constants and arguments, whose base is a pseudo-register
}

// mem is the place as avo writes it.
func (r ref) mem() operand.Mem {
	m := operand.Mem{Base: r.base, Disp: r.disp, Symbol: r.symbol}
	if r.index != nil {
		m.Index, m.Scale = r.index, 1
	}
	return m
}

// plus is the place some bytes further on.
func (r ref) plus(bytes int) ref {
	r.disp += bytes
	return r
}
