package vec

import (
	"encoding/binary"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
)

// run executes steps on values that are given lane by lane, and returns the lanes of the result. The program must be
// found right first.
func run(t *testing.T, in [][]uint64, types []Type, write func(p *Program, in []*Value) *Value) []uint64 {
	t.Helper()
	p := &Program{Name: "test"}
	at := p.Param("out")
	var values []*Value
	for i, lanes := range in {
		out := p.Value(types[i])
		p.Add(&Lanes{Out: out, Bits: lanes})
		values = append(values, out)
	}
	result := write(p, values)
	if result.Type.Mask {
		result = p.Apply(Ones, Vector(U32, result.Type.Lanes), result)
	}
	p.Add(&Store{Value: result, At: Place{Base: at}, N: result.Type.Lanes})
	if err := p.Check(); err != nil {
		t.Fatalf("%v\n%v", err, p)
	}
	bytes := make([]byte, result.Type.Bytes())
	m := &Memory{}
	if err := p.Exec(m, map[string]int64{"out": m.Add(bytes)}); err != nil {
		t.Fatal(err)
	}
	size := result.Type.Elem.Size()
	var lanes []uint64
	for i := range result.Type.Lanes {
		lanes = append(lanes, lane(bytes[i*size:][:size]))
	}
	return lanes
}

// numbers are random ones and those at which operations turn.
func numbers(rnd *rand.Rand, e Elem, lanes int) (list []uint64) {
	odd := []float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(), 0.5, 1.5, -2.5, 1e-310, -1e-40,
		3e38, math.MaxFloat64}
	for range lanes {
		switch rnd.IntN(3) {
		case 0:
			list = append(list, e.Bits(odd[rnd.IntN(len(odd))]))
		case 1:
			list = append(list, e.Bits(rnd.NormFloat64()*math.Ldexp(1, rnd.IntN(20)-10)))
		default:
			list = append(list, rnd.Uint64()&e.all())
		}
	}
	return list
}

// reference is what operations do with one lane of numbers, in exact arithmetic that is rounded at the end.
func reference(e Elem, op Op, x, y, z float64) (v float64, ok bool) {
	finite := func(v float64) bool { return v-v == 0 }
	if !finite(x) || !finite(y) || !finite(z) {
		return 0, false
	}
	exact := func(v float64) *big.Float { return new(big.Float).SetPrec(4000).SetFloat64(v) }
	r, a, b, c := exact(0), exact(x), exact(y), exact(z)
	switch op {
	case Add:
		r.Add(a, b)
	case Sub:
		r.Sub(a, b)
	case Mul:
		r.Mul(a, b)
	case MulAdd:
		r.Add(r.Mul(a, b), c)
	case NegMulAdd:
		r.Sub(c, r.Mul(a, b))
	case MulSub:
		r.Sub(r.Mul(a, b), c)
	case Div:
		if y == 0 {
			return 0, false
		}
		r.Quo(a, b)
	case Sqrt:
		if x < 0 {
			return 0, false
		}
		r.Sqrt(a)
	default:
		return 0, false
	}
	if r.Sign() == 0 {
		return 0, false // its sign is another matter
	}
	if e == F32 {
		v32, _ := r.Float32()
		return float64(v32), true
	}
	v, _ = r.Float64()
	return v, true
}

// TestNumbers compares sums, products, quotients, roots and fused ones with exact arithmetic.
func TestNumbers(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	compared := 0
	for _, e := range []Elem{F32, F64} {
		for _, op := range []Op{Add, Sub, Mul, Div, Sqrt, MulAdd, NegMulAdd, MulSub} {
			for range 60 {
				const lanes = 8
				in := [][]uint64{numbers(rnd, e, lanes), numbers(rnd, e, lanes), numbers(rnd, e, lanes)}
				if rnd.IntN(2) == 0 { // products that nearly cancel
					for i := range lanes {
						in[2][i] = e.Bits(-e.Number(in[0][i]) * e.Number(in[1][i]))
					}
				}
				types := []Type{Vector(e, lanes), Vector(e, lanes), Vector(e, lanes)}
				got := run(t, in, types, func(p *Program, in []*Value) *Value {
					return p.Apply(op, types[0], in[:op.Arity()]...)
				})
				for i := range lanes {
					x, y, z := e.Number(in[0][i]), e.Number(in[1][i]), e.Number(in[2][i])
					if want, ok := reference(e, op, x, y, z); ok {
						compared++
						if v := e.Number(got[i]); v != want {
							t.Errorf("%v of %v: %v %v %v gives %v, want %v", op, e, x, y, z, v, want)
						}
					}
				}
			}
		}
	}
	if compared < 3000 {
		t.Errorf("%d results are compared", compared)
	}
}

// TestLanewise compares the other operations that go lane by lane, and comparisons, with Go.
func TestLanewise(t *testing.T) {
	f := math.Float64bits
	nan, inf, zero, negative := math.NaN(), math.Inf(1), 0.0, math.Copysign(0, -1)
	minus := func(n int64) uint64 { return uint64(-n) }
	for _, test := range []struct {
		op         Op
		elem       Elem
		imm        int
		x, y, want uint64
	}{
		{Min, F64, 0, f(nan), f(1), f(1)}, {Min, F64, 0, f(1), f(2), f(1)},
		{Min, F64, 0, f(zero), f(negative), f(negative)},
		{Maximum, F64, 0, f(negative), f(zero), f(zero)}, {Maximum, F64, 0, f(zero), f(negative), f(zero)},
		{Minimum, F64, 0, f(negative), f(zero), f(negative)}, {Minimum, F64, 0, f(1), f(inf), f(1)},
		{Max, F64, 0, f(1), f(inf), f(inf)}, {Max, F64, 0, f(negative), f(zero), f(zero)},
		{Max, F64, 0, f(zero), f(negative), f(negative)},
		{Round, F64, 0, f(2.5), 0, f(2)}, {Round, F64, 0, f(-0.25), 0, f(negative)},
		{Fraction, F64, 0, f(2.75), 0, f(-0.25)}, {Fraction, F64, 0, f(-inf), 0, 0},
		{Scale, F64, 0, f(3), f(2.9), f(12)}, {Scale, F64, 0, f(3), f(-inf), 0}, {Scale, F64, 0, f(1), f(-1074), 1},
		{Scale, F32, 0, F32.Bits(3), F32.Bits(-150), 2},
		{Reciprocal, F32, 0, F32.Bits(4), 0, F32.Bits(0.25)},
		{And, U32, 0, 0b1100, 0b1010, 0b1000}, {AndNot, U32, 0, 0b1100, 0b1010, 0b0010},
		{Or, F32, 0, 0b1100, 0b1010, 0b1110},
		{Xor, F64, 0, 0b1100, 0b1010, 0b0110},
		{Add, U32, 0, math.MaxUint32, 2, 1}, {Sub, I64, 0, 1, 3, minus(2)}, {Mul, U64, 0, 1<<40 + 1, 1 << 30, 1 << 30},
		{MulHalves, U64, 0, 7<<32 | 3, 9<<32 | 5, 15},
		{Min, I32, 0, 1<<32 - 1, 1, 1<<32 - 1}, {Min, U32, 0, 1<<32 - 1, 1, 1}, {Max, I64, 0, minus(1), 1, 1},
		{Max, U64, 0, minus(1), 1, minus(1)},
		{ShiftLeft, U32, 4, 0xf0000001, 0, 0x10}, {ShiftRight, U64, 4, minus(16), 0, 1<<60 - 1},
		{ShiftRight, I64, 4, minus(16), 0, minus(1)},
		{ShiftRight, I32, 31, 1 << 31, 0, 1<<32 - 1}, {ShiftLeftBy, U64, 0, 3, 62, 3 << 62},
		{ShiftLeftBy, U64, 0, 3, 64, 0},
	} {
		typ := Vector(test.elem, 2)
		got := run(t, [][]uint64{{test.x}, {test.y}}, []Type{typ, typ}, func(p *Program, in []*Value) *Value {
			out := p.Value(typ)
			p.Add(&Apply{Op: test.op, Out: out, Args: in[:test.op.Arity()], Imm: test.imm})
			return out
		})
		if got[0] != test.want {
			t.Errorf("%v of %v: %#x %#x gives %#x, want %#x", test.op, test.elem, test.x, test.y, got[0], test.want)
		}
	}
	for p, want := range map[Predicate]string{ // of 1 and 2, 2 and 2, 2 and 1, NaN and 1, 0 and -0
		Equal: "01001", NotEqual: "10110", Less: "10000", LessEqual: "11001", Greater: "00100", GreaterEqual: "01101",
		NotLess:      "01111",
		NotLessEqual: "00110", NotGreaterEqual: "10010", Ordered: "11101", Unordered: "00010",
	} {
		typ := Vector(F32, 5)
		in := [][]uint64{{F32.Bits(1), F32.Bits(2), F32.Bits(2), F32.Bits(nan), F32.Bits(zero)},
			{F32.Bits(2), F32.Bits(2), F32.Bits(1), F32.Bits(1), F32.Bits(negative)}}
		got := run(t, in, []Type{typ, typ}, func(prog *Program, in []*Value) *Value {
			out := prog.Value(Mask(5))
			prog.Add(&Apply{Op: Compare, Predicate: p, Out: out, Args: in})
			return out
		})
		for i := range got {
			if (got[i] != 0) != (want[i] == '1') {
				t.Errorf("%v of %v and %v: %#x", p, F32.Number(in[0][i]), F32.Number(in[1][i]), got[i])
			}
		}
	}
}

// TestMasks: what is computed in the lanes of a mask leaves others as they are said to be.
func TestMasks(t *testing.T) {
	typ := Vector(U32, 4)
	in := [][]uint64{{1, 2, 3, 4}, {10, 20, 30, 40}, {100, 200, 300, 400}}
	for name, test := range map[string]struct {
		step *Apply
		want []uint64
	}{
		"sum, 0 elsewhere": {&Apply{Op: Add}, []uint64{11, 22, 0, 0}},
		"sum, z elsewhere": {&Apply{Op: Add, Else: &Value{}}, []uint64{11, 22, 300, 400}},
		"select":           {&Apply{Op: Select}, []uint64{10, 20, 3, 4}},
		"keep":             {&Apply{Op: Keep}, []uint64{1, 2, 0, 0}},
	} {
		got := run(t, in, []Type{typ, typ, typ}, func(p *Program, in []*Value) *Value {
			s, mask := test.step, p.Value(Mask(4))
			p.Add(&First{Out: mask, N: 2})
			s.Out, s.Args, s.Mask = p.Value(typ), in[:s.Op.Arity()], mask
			if s.Else != nil {
				s.Else = in[2]
			}
			p.Add(s)
			return s.Out
		})
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

// TestLoop adds up the products of two arrays, four numbers a round, what is left with a mask, and gathers from a
// table.
func TestLoop(t *testing.T) {
	p := &Program{Name: "dot"}
	x, y, out := p.Param("x"), p.Param("y"), p.Param("out")
	typ := Vector(F64, 4)
	sum, at, left := p.Variable(typ), p.Int("at"), p.Int("left")
	zero := p.Value(typ)
	p.Add(&Lanes{Out: zero, Bits: []uint64{0}})
	p.Add(&Set{Var: sum, To: zero})
	p.Add(&IntStep{Op: IntZero, Operands: []Operand{Ref(at)}})
	p.Add(&IntStep{Op: IntSet, Operands: []Operand{Const(2), Ref(left)}})
	load := func(from *Int, n int, mask *Value) *Value {
		v := p.Value(typ)
		p.Add(&Load{Out: v, At: Place{Base: from, Index: at, Scale: 8}, N: n, Mask: mask})
		return v
	}
	p.Add(&Label{"again"})
	p.Add(&Apply{Op: MulAdd, Out: sum, Args: []*Value{load(x, 4, nil), load(y, 4, nil), sum}})
	p.Add(&IntStep{Op: IntAdd, Operands: []Operand{Const(4), Ref(at)}})
	p.Add(&IntStep{Op: IntSub, Operands: []Operand{Const(1), Ref(left)}})
	p.Add(&Branch{IfNotEqual, "again"})
	mask := p.Value(Mask(4))
	p.Add(&First{mask, 2})
	p.Add(&Apply{Op: MulAdd, Out: sum, Args: []*Value{load(x, 4, mask), load(y, 4, mask), sum}})
	p.Add(&Store{Value: sum, At: Place{Base: out}, N: 4})
	index := p.Value(Vector(U64, 4))
	p.Add(&Lanes{index, []uint64{24, 0, 8, 8}})
	gathered := p.Value(typ)
	p.Add(&Gather{gathered, Place{Base: x}, index})
	p.Add(&Store{Value: gathered, At: Place{Base: out, Disp: 32}, N: 3})
	p.Add(&Return{})
	p.Add(&Store{Value: sum, At: Place{Base: out, Disp: 1 << 20}, N: 4})
	if err := p.Check(); err != nil {
		t.Fatal(err)
	}
	m, xs, ys, result := &Memory{}, make([]byte, 80), make([]byte, 80), make([]byte, 64)
	want := [7]float64{}
	for i := range 10 {
		binary.LittleEndian.PutUint64(xs[8*i:], math.Float64bits(float64(i+1)))
		binary.LittleEndian.PutUint64(ys[8*i:], math.Float64bits(float64(i*i)))
		want[i%4] += float64((i + 1) * i * i)
	}
	want[4], want[5], want[6] = 4, 1, 2
	if err := p.Exec(m, map[string]int64{"x": m.Add(xs), "y": m.Add(ys), "out": m.Add(result)}); err != nil {
		t.Fatal(err)
	}
	for i, w := range want {
		if got := math.Float64frombits(binary.LittleEndian.Uint64(result[8*i:])); got != w {
			t.Errorf("number %d is %v, want %v", i, got, w)
		}
	}
	if err := p.Exec(m, map[string]int64{"x": m.Add(xs[:40]), "y": m.Add(ys), "out": m.Add(result)}); err == nil {
		t.Error("what lies outside of memory is read")
	}
}
