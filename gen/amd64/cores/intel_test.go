package cores

import (
	"testing"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
	"github.com/mmcloughlin/avo/x86"
)

// function makes one of instructions.
func function(t *testing.T, body func(do func(*ir.Instruction, error))) *ir.Function {
	t.Helper()
	fn := ir.NewFunction("loops")
	do := func(i *ir.Instruction, err error) {
		if err != nil {
			t.Fatal(err)
		}
		fn.AddInstruction(i)
	}
	body(do)
	do(x86.RET())
	return fn
}

// TestLines: lines from the second cache take on Golden Cove what loops of nothing else were measured to take there, in
// cycles for 64 bytes: rows so far apart, so many of them side by side. Those that are written to go back, and cost
// three times as much; stores across lines cost most where rows are side by side, unless lines are fetched before.
func TestLines(t *testing.T) {
	const bytes = 140 << 10
	for _, c := range []struct {
		store, fetched  bool
		stride, abreast int
		measured        float64
	}{
		{false, false, 3136, 1, 1.3}, {false, false, 3136, 8, 1.33}, {false, false, 1616, 8, 2.26},
		{false, false, 4000, 8, 1.9}, {true, false, 3136, 1, 3.8}, {true, false, 3136, 8, 4.0},
		{true, false, 1024, 4, 4.0}, {true, false, 1616, 1, 4.5}, {true, false, 4000, 1, 4.2},
		{true, false, 1616, 8, 6.6}, {true, false, 1660, 8, 7.4},
		{true, false, 400, 8, 6.2}, {true, true, 3136, 8, 3.9}, {true, true, 1616, 8, 4.0}, {true, true, 1660, 8, 4.15},
		{true, true, 1616, 1, 4.0}, {true, true, 400, 8, 4.1},
	} {
		lines, rows := 0, bytes/c.stride/c.abreast*c.abreast
		fn := function(t, func(do func(*ir.Instruction, error)) {
			for first := 0; first < rows; first += c.abreast {
				for column := 0; column+64 <= c.stride; column += 64 {
					for row := first; row < first+c.abreast; row++ {
						at := operand.Mem{Base: reg.RDI, Disp: row*c.stride + column}
						if c.fetched {
							do(x86.PREFETCHT0(at.Offset(63)))
						}
						if c.store {
							do(x86.VMOVUPS(reg.Z1, at))
						} else {
							do(x86.VMOVUPS(at, reg.Z1))
						}
						lines++
					}
				}
			}
		})
		took := float64(GoldenCove.Cycles(Read(fn), rows*c.stride, Kept{}, nil)) / float64(lines)
		if took < 0.8*c.measured || took > 1.2*c.measured {
			t.Errorf("%+v: %.2f cycles a line", c, took)
		}
	}
}

// TestSums: Intel's cores take operations apart that read memory at the sum of two registers. A block of products and
// operations between registers, measured with 64 and 45 of them, takes 1.31 times as long on Golden Cove, and on AMD's
// cores no longer.
func TestSums(t *testing.T) {
	block := func(index reg.Register) *Program {
		return Read(function(t, func(do func(*ir.Instruction, error)) {
			vector := func(k int) operand.Op { return reg.Vector.Lookup(reg.Index(k%16), reg.S512) }
			for k := range 40 * 64 {
				at := operand.Mem{Base: reg.RDI, Disp: k % 64 * 64}
				if index != nil {
					at.Index, at.Scale = index, 1
				}
				do(x86.VFMADD231PS(at, reg.Z31, vector(k)))
				if k%3 != 0 {
					do(x86.VUNPCKLPS(reg.Z30, reg.Z31, reg.Z29))
				}
			}
		}))
	}
	plain, sums := block(nil), block(reg.RSI)
	for _, c := range All {
		if !c.Wide {
			continue
		}
		one, two := c.Cycles(plain, 0, Kept{}, nil), c.Cycles(sums, 0, Kept{}, nil)
		slower := float64(two) / float64(one)
		if c.apartAtSums && slower < 1.1 || !c.apartAtSums && two != one || slower > 1.5 {
			t.Errorf("%s: sums of registers make a block take %.2f times as long", c.Title, slower)
		}
	}
}
