package cores

import (
	"testing"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
	"github.com/mmcloughlin/avo/x86"
)

// TestStoresInTheWay: on Zen 3 a round of twelve operations on three vectors with some stores takes as long as it was
// measured to, and so with what moves numbers between halves of a register. Products beside stores take no longer than
// either. On other cores stores are not in the way.
func TestStoresInTheWay(t *testing.T) {
	const all, rounds = 12, 200
	vector := func(i int) operand.Op { return reg.Vector.Lookup(reg.Index(i), reg.S256) }
	store := func(i int) (*ir.Instruction, error) {
		return x86.VMOVUPS(reg.Y14, operand.Mem{Base: reg.RDI, Disp: 32 * i})
	}
	round := func(c *Core, others int, other, operation func(i int) (*ir.Instruction, error)) float64 {
		fn := ir.NewFunction("stores")
		do := func(i *ir.Instruction, err error) {
			if err != nil {
				t.Fatal(err)
			}
			fn.AddInstruction(i)
		}
		for i := range all * rounds {
			do(operation(i % all))
			if (i+1)*others/all > i*others/all {
				do(other(i % all))
			}
		}
		do(x86.RET())
		return float64(c.Cycles(Read(fn), 0, Kept{}, nil)) / rounds
	}
	fused := func(to int) (*ir.Instruction, error) { return x86.VFMADD231PS(reg.Y14, reg.Y15, vector(to)) }
	product := func(to int) (*ir.Instruction, error) { return x86.VMULPS(reg.Y14, reg.Y15, vector(to)) }
	for stores, measured := range map[int]float64{0: 6, 4: 9.5, 6: 11.5, 12: 18} {
		if took := round(Zen3, stores, store, fused); took < 0.94*measured || took > 1.06*measured {
			t.Errorf("%d stores: %.1f cycles, measured %.1f", stores, took, measured)
		}
		if took, want := round(Zen3, stores, store, product), float64(max(6, stores)); took > 1.06*want {
			t.Errorf("products beside %d stores: %.1f cycles, want %.0f", stores, took, want)
		}
	}
	for name, other := range map[string]func(int) (*ir.Instruction, error){
		"an extraction": func(int) (*ir.Instruction, error) { return x86.VEXTRACTF128(operand.U8(1), reg.Y14, reg.X13) },
		"an insertion": func(int) (*ir.Instruction, error) {
			return x86.VINSERTF128(operand.U8(1), reg.X14, reg.Y14, reg.Y13)
		},
		"a conversion": func(int) (*ir.Instruction, error) { return x86.VCVTPS2PD(reg.X14, reg.Y13) },
	} {
		if took := round(Zen3, 6, other, fused); took < 8.5 || took > 9.5 {
			t.Errorf("%s: %.1f cycles, measured 9", name, took)
		}
	}
	for _, c := range All {
		if took := round(c, 6, store, fused); !c.inTheWay && took > 6.4 {
			t.Errorf("%s: %.1f cycles", c.Title, took)
		}
	}
}
