package amd64

import (
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/reg"
)

// general are some of the general registers, a bit for each.
type general uint32

// everyGeneral are all of them.
const everyGeneral = ^general(0)

// generalOf are the general registers among some.
func generalOf(registers []reg.Register) (g general) {
	for _, r := range registers {
		if r.Kind() == reg.KindGP {
			g |= 1 << (r.ID().Index() % 32)
		}
	}
	return g
}

// liveAfter finds for every node of a function which general registers may be read after it before they are written.
func liveAfter(nodes []ir.Node) []general {
	labels := map[string]int{}
	for at, n := range nodes {
		if l, ok := n.(ir.Label); ok {
			labels[string(l)] = at
		}
	}
	before, after := make([]general, len(nodes)+1), make([]general, len(nodes))
	for changed := true; changed; {
		changed = false
		for at := len(nodes) - 1; at >= 0; at-- {
			i, ok := nodes[at].(*ir.Instruction)
			if !ok {
				after[at] = before[at+1]
			} else {
				after[at] = afterOf(i, before, at, labels)
			}
			live := after[at]
			if ok {
				live = live&^generalOf(i.OutputRegisters()) | generalOf(i.InputRegisters())
			}
			if live != before[at] {
				before[at], changed = live, true
			}
		}
	}
	return after
}

// afterOf are the registers that are read after an instruction, wherever it goes on.
func afterOf(i *ir.Instruction, before []general, at int, labels map[string]int) (live general) {
	if i.IsTerminal {
		return 0
	}
	if !i.IsUnconditionalBranch() {
		live = before[at+1]
	}
	if i.IsBranch {
		l := i.TargetLabel()
		if l == nil {
			return everyGeneral
		}
		to, known := labels[string(*l)]
		if !known {
			return everyGeneral
		}
		live |= before[to]
	}
	return live
}
