package amd64

import (
	"slices"
	"strings"
	"testing"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/assembly"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// TestLossAside looks where the functions of the committed networks form the loss: among the stores of a gradient or an
// update where a loop over rows follows, as in the two large ones, and before them all in the others.
func TestLossAside(t *testing.T) {
	for _, n := range committed(t) {
		p, err := plan.Compile(n)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{plan.Backward, plan.Grad, plan.Step} {
			code, err := assembly.Sample(assembly.NewFile(commonOf(p)), p, machineOf(isa.AVX2, p.ElementBytes()),
				p.Func(name))
			if err != nil {
				t.Fatal(err)
			}
			written, before, loss := reg.Register(reg.RBX), 0, false
			if name == plan.Step {
				written = reg.RDI
			}
			for _, i := range assembledOf(code).Instructions() {
				if len(i.Operands) == 0 {
					continue
				}
				m, ok := i.Operands[len(i.Operands)-1].(operand.Mem)
				loss = loss || ok && m.Symbol.Name == "ret"
				if ok && m.Base == written && strings.HasPrefix(i.Opcode, "VMOV") && !loss {
					before++
				}
			}
			if large := n.Name == "Digits" || n.Name == "Pixels"; !loss || large != (before > 0) {
				t.Errorf("%s, %s: %d stores before that of the loss", n.Name, name, before)
			}
		}
	}
}

// TestSpreadAmong spreads three steps among twelve, one of which takes over what one of the three computes: it waits
// for that.
func TestSpreadAmong(t *testing.T) {
	f := assembly.NewFunction(assembly.NewFile(&assembly.Common{}), machineOf(isa.AVX2, 4), "f", nil, false)
	b := codeOf(f)
	x := b.Load(vec.Place{Base: f.Pointer()}, 8)
	first := len(f.Block.Nodes)
	b.SpreadAmong(func() {
		b.Root(b.Product(b.Sum(x, x), x))
	}, func() {
		v := b.Sum(x, x) // known
		for range 12 {
			v = b.Quotient(v, x)
		}
	})
	var order []string
	done := map[*assembly.Home]bool{assembly.HomeOf(x): true}
	for _, n := range f.Block.Nodes[first:] {
		order = append(order, n.Step.(*vec.Apply).Op.String())
		if slices.ContainsFunc(n.In, func(v *assembly.Home) bool { return !done[v] }) {
			t.Errorf("%v stands before what it reads", n.Step)
		}
		done[n.Out] = true
	}
	if got := strings.Join(order, " "); got != "add div div div div div mul div div div div sqrt div div div" {
		t.Errorf("the steps stand in the order %s", got)
	}
}
