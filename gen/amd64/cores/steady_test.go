package cores

import (
	"math/rand/v2"
	"testing"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
	"github.com/mmcloughlin/avo/x86"
)

// drawn is a function of so many instructions: sums, products, quotients, loads and stores of any registers and places.
func drawn(t *testing.T, r *rand.Rand, length int) *Program { return looped(t, r, length, 1) }

// looped is one whose instructions are in a loop that has so many rounds.
func looped(t *testing.T, r *rand.Rand, length, rounds int) *Program {
	t.Helper()
	fn := ir.NewFunction("drawn")
	do := func(i *ir.Instruction, err error) {
		if err != nil {
			t.Fatal(err)
		}
		fn.AddInstruction(i)
	}
	if rounds > 1 {
		do(x86.MOVQ(operand.U32(rounds), reg.RCX))
		fn.AddLabel("loop")
	}
	register := func() operand.Op { return reg.Vector.Lookup(reg.Index(r.IntN(16)), reg.S256) }
	for range length {
		at := operand.Mem{Base: reg.RDI, Disp: 4 * r.IntN(1500)}
		switch r.IntN(12) {
		case 0, 1, 2:
			do(x86.VMOVUPS(at, register()))
		case 3, 4:
			do(x86.VMOVUPS(register(), at))
		case 5:
			do(x86.VDIVPS(register(), register(), register()))
		case 6, 7:
			do(x86.VADDPS(register(), register(), register()))
		default:
			do(x86.VMULPS(register(), register(), register()))
		}
	}
	if rounds > 1 {
		do(x86.SUBL(operand.U32(1), reg.ECX))
		do(x86.JNE(operand.LabelRef("loop")))
	}
	do(x86.RET())
	return Read(fn)
}

// TestSteady: a core that is steady goes on as it would if all calls were run; and many are steady.
func TestSteady(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	steady := 0
	for round := range 12 {
		fn, bytes := drawn(t, r, 2*shortCall), 0
		if round%3 == 0 {
			bytes = 100 << 10
		}
		var on []On
		for _, c := range All {
			on = append(on, On{Core: c})
		}
		got := Cycles(fn, on, bytes, nil)
		for i, c := range All {
			w := newWalk(fn, nil, bytes > 0)
			s := newSimulation(on[i], w, fn, bytes)
			var ends [4]int64
			early := false
			for call := range ends {
				s.lines.clear()
				w.call(s.run)
				ends[call] = s.retired
				early = early || call < len(ends)-1 && s.steady()
			}
			if early {
				steady++
			}
			if want := int((ends[3]-ends[0]+1)/3) + c.Call; got[i] != want {
				t.Errorf("function %d on %s: %d cycles, want %d", round, c.Title, got[i], want)
			}
		}
	}
	if steady < 20 {
		t.Errorf("%d of %d are steady, want most", steady, 12*len(All))
	}
}

// TestSettled: of a loop no more rounds are run than it takes to settle, and all take as long as if they were.
func TestSettled(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	settled, all := 0, 0
	for range 20 {
		fn := looped(t, r, 20+r.IntN(60), 60)
		for _, c := range All {
			w := newWalk(fn, nil, false)
			s, whole := newSimulation(On{Core: c}, w, fn, 0), newSimulation(On{Core: c}, w, fn, 0)
			w.call(func(e *events) {
				s.run(e)
				for k := range e.list {
					one := &e.list[k]
					whole.execute(&whole.code[one.at], one, e.details)
					if one.round {
						whole.endRound(&whole.rounds[0], e.details[one.first])
					}
				}
			})
			if got, want := s.time(), whole.time(); 100*max(got-want, want-got) > want {
				t.Errorf("on %s %d cycles, want %d", c.Title, got, want)
			}
			all++
			if s.elapsed > whole.elapsed {
				settled++
			}
		}
	}
	if 4*settled < all {
		t.Errorf("%d of %d are settled, want more", settled, all)
	}
}
