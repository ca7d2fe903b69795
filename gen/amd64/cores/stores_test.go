package cores

import (
	"testing"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
	"github.com/mmcloughlin/avo/x86"
)

// TestStoresInTheWay: on Zen 3 a round of twelve operations on three vectors with some stores takes as long as it was
// measured to, and products beside as many stores no longer than either. On other cores nothing is in the way.
func TestStoresInTheWay(t *testing.T) {
	const all, rounds = 12, 200
	round := func(c *Core, stores int, operation func(to int) (*ir.Instruction, error)) float64 {
		fn := ir.NewFunction("stores")
		do := func(i *ir.Instruction, err error) {
			if err != nil {
				t.Fatal(err)
			}
			fn.AddInstruction(i)
		}
		for i := range all * rounds {
			do(operation(i % all))
			if (i+1)*stores/all > i*stores/all {
				do(x86.VMOVUPS(reg.Y14, operand.Mem{Base: reg.RDI, Disp: 32 * (i % all)}))
			}
		}
		do(x86.RET())
		return float64(c.Cycles(Read(fn), 0, Kept{}, nil)) / rounds
	}
	vector := func(i int) operand.Op { return reg.Vector.Lookup(reg.Index(i), reg.S256) }
	fused := func(to int) (*ir.Instruction, error) { return x86.VFMADD231PS(reg.Y14, reg.Y15, vector(to)) }
	product := func(to int) (*ir.Instruction, error) { return x86.VMULPS(reg.Y14, reg.Y15, vector(to)) }
	for stores, measured := range map[int]float64{0: 6, 4: 9.5, 6: 11.5, 12: 18} {
		if took := round(Zen3, stores, fused); took < 0.94*measured || took > 1.06*measured {
			t.Errorf("%d stores: %.1f cycles, measured %.1f", stores, took, measured)
		}
		if took, want := round(Zen3, stores, product), float64(max(6, stores)); took > 1.06*want {
			t.Errorf("products beside %d stores: %.1f cycles, want %.0f", stores, took, want)
		}
	}
	for _, c := range All {
		if took := round(c, 6, fused); !c.inTheWay && took > 6.4 {
			t.Errorf("%s: %.1f cycles", c.Title, took)
		}
	}
}
