package neon

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/backpropgen/backpropgen/gen/vec"
)

// TestIntegers does operations on integers at random, in registers and in memory, with branches over some of them, and
// wants what vec's executor leaves.
func TestIntegers(t *testing.T) {
	rnd := rand.New(rand.NewPCG(16, 6))
	used := map[vec.IntOp]bool{}
	var checks []check
	for round := range 300 {
		p := &vec.Program{Name: "integers"}
		args := map[string]*vec.Int{}
		for _, name := range []string{"x", "y", "z", "out", "rest"} {
			args[name] = p.Param(name)
		}
		const words = 4
		number := func() int64 {
			switch n := rnd.IntN(8); n {
			case 0:
				return rnd.Int64()
			case 1:
				return -rnd.Int64()
			case 2:
				return int64(rnd.IntN(1<<16)) << rnd.IntN(40)
			case 3:
				return []int64{-1, 0, 1, 4095, 4096, -4096, -8, 0xff00, math.MaxInt32, math.MinInt32}[rnd.IntN(10)]
			}
			return int64(rnd.IntN(100) - 40)
		}
		var ints []*vec.Int
		for _, name := range []string{"i", "j", "k", "l"} {
			i := p.Int(name)
			ints = append(ints, i)
			p.Add(&vec.IntStep{Op: vec.IntSet, Operands: []vec.Operand{vec.Distance(int(number())), vec.Ref(i)}})
		}
		some := func() *vec.Int { return ints[rnd.IntN(len(ints))] }
		place := func() vec.Operand {
			return vec.Word(vec.Place{Base: args["out"], Disp: 8 * rnd.IntN(words)})
		}
		label := 0
		for range 12 {
			op := vec.IntOp(rnd.IntN(vec.IntOps))
			used[op] = true
			var in []vec.Operand
			to, constant := vec.Ref(some()), vec.Distance(int(number()))
			if rnd.IntN(3) == 0 {
				to = place()
			}
			from := []vec.Operand{vec.Ref(some()), constant, vec.Ref(some())}[rnd.IntN(3)]
			if rnd.IntN(3) == 0 {
				from = place()
			}
			switch op {
			case vec.IntZero, vec.IntNeg:
				in = []vec.Operand{to}
			case vec.IntSet:
				in = []vec.Operand{constant, to}
			case vec.IntShiftRight:
				in = []vec.Operand{vec.Const(1 + rnd.IntN(63)), to}
			case vec.IntMul:
				in = []vec.Operand{constant, vec.Ref(some()), to}
			case vec.IntAddress:
				at := vec.Place{Base: some(), Disp: int(number() & 0xffffff)}
				if rnd.IntN(2) == 0 {
					at.Index, at.Scale = some(), 1<<rnd.IntN(4)
				}
				in = []vec.Operand{vec.Word(at), to}
			case vec.IntCopy4, vec.IntFlip4:
				if from.At == nil && from.Int == nil {
					from.Const = int64(uint32(from.Const))
				}
				in = []vec.Operand{from, to}
			case vec.IntCompare:
				// What is compared is near enough for the executor, which takes one from the other.
				i := some()
				p.Add(&vec.IntStep{Op: vec.IntAnd, Operands: []vec.Operand{vec.Const(0xffff), vec.Ref(i)}})
				in = []vec.Operand{vec.Ref(i), vec.Const(rnd.IntN(9000))}
			default:
				in = []vec.Operand{from, to}
			}
			p.Add(&vec.IntStep{Op: op, Operands: in})
			switch op {
			case vec.IntAdd, vec.IntSub, vec.IntNeg: // the executor knows no overflow
				continue
			case vec.IntAnd, vec.IntShiftRight, vec.IntCompare:
				label++
				name := fmt.Sprint("over", label)
				p.Add(&vec.Branch{If: vec.Condition(rnd.IntN(vec.Conditions)), To: name})
				p.Add(&vec.IntStep{Op: vec.IntAdd, Operands: []vec.Operand{vec.Const(1), vec.Ref(some())}})
				p.Add(&vec.Label{Name: name})
			}
		}
		// A loop, whose subtraction is asked.
		p.Add(&vec.IntStep{Op: vec.IntSet, Operands: []vec.Operand{vec.Const(1 + rnd.IntN(9)), vec.Ref(ints[0])}})
		p.Add(&vec.Label{Name: "again"})
		p.Add(&vec.IntStep{Op: vec.IntAdd, Operands: []vec.Operand{vec.Ref(ints[1]), vec.Ref(ints[2])}})
		p.Add(&vec.IntStep{Op: vec.IntSub, Operands: []vec.Operand{vec.Const(1), vec.Ref(ints[0])}})
		p.Add(&vec.Branch{If: vec.IfNotEqual, To: "again"})
		for i, v := range ints {
			at := vec.Place{Base: args["out"], Disp: 8 * (words + i)}
			p.Add(&vec.IntStep{Op: vec.IntCopy, Operands: []vec.Operand{vec.Ref(v), vec.Word(at)}})
		}
		name := fmt.Sprintf("integers, round %d", round)
		c, err := checkOf(name, p, [3][]byte{{0}, {0}, {0}}, nil, 8*(words+len(ints)), true, 0)
		if err != nil {
			t.Fatalf("%s: %v\n%v", name, err, p)
		}
		checks = append(checks, c)
	}
	if len(used) != vec.IntOps {
		t.Errorf("%d of %d operations are tried", len(used), vec.IntOps)
	}
	run(t, checks)
}
