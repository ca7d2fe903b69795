package neon

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/backpropgen/backpropgen/gen/vec"
)

// lacking is the one operation on lanes that is none here: nobody asks for it where Has says that it is not there.
// Those that move blocks of 16 bytes are for wider vectors, and no program has them in vectors of that size.
const lacking = vec.Scale

// tried is a way in which a test writes an operation.
type tried struct {
	imm       int
	predicate vec.Predicate
	masked    int    // 1: computed in the lanes of a mask alone, with 0 elsewhere, 2: with another operand elsewhere
	constant  int    // 1: the first operand is a constant, 2: the second
	bits      uint64 // of that
	same      bool   // all operands are one
}

// waysOf are the ways for an operation.
func waysOf(op vec.Op, e vec.Elem) (all []tried) {
	width := 8 * e.Size()
	switch op {
	case vec.Compare:
		for p := range vec.Predicate(vec.Predicates) {
			all = append(all, tried{predicate: p}, tried{predicate: p, constant: 2}, tried{predicate: p, same: true})
		}
	case vec.ShiftLeft, vec.ShiftRight:
		for _, n := range []int{0, 1, 7, width/2 - 1, width - 1, width} {
			all = append(all, tried{imm: n})
		}
		all = append(all, tried{imm: 3, masked: 1}, tried{imm: 0, masked: 2})
	case vec.Within:
		for n := range 256 {
			all = append(all, tried{imm: n}, tried{imm: n, same: true})
		}
	case vec.Blend:
		for n := range 1 << (128 / width) {
			all = append(all, tried{imm: n})
		}
	case vec.Repeat:
		for n := range 128 / width {
			all = append(all, tried{imm: n})
		}
	default:
		all = []tried{{}, {}, {same: true}}
		if op >= vec.Add && op <= vec.ShiftLeftBy {
			all = append(all, tried{masked: 1}, tried{masked: 2})
		}
		if op == vec.Min || op == vec.Max {
			f := vec.FloatOf(e.Size())
			for _, v := range []float64{0, -1.5, 2, 1.0 / 3, math.Copysign(0, -1), math.Inf(1), math.NaN()} {
				bits := f.Bits(v)
				all = append(all, tried{constant: 1, bits: bits}, tried{constant: 2, bits: bits})
			}
		}
	}
	return all
}

// written is a program that does an operation in a way, and the size of its result.
func written(op vec.Op, e vec.Elem, way tried) (p *vec.Program, result vec.Type) {
	p = &vec.Program{Name: op.String()}
	var args [3]*vec.Int
	for i, name := range []string{"x", "y", "z"} {
		args[i] = p.Param(name)
	}
	to := p.Param("out")
	p.Param("rest")
	whole := vec.Vector(e, 16/e.Size())
	takes, makes := [3]vec.Type{whole, whole, whole}, whole
	switch op {
	case vec.Widen:
		takes[0].Lanes = 2
		makes = vec.Vector(e.Wide(), 2)
	case vec.Narrow:
		makes = vec.Vector(vec.FloatOf(4), 2)
	case vec.Float:
		makes.Elem = vec.FloatOf(e.Size())
	case vec.UpperHalf:
		makes.Lanes /= 2
	case vec.Join:
		takes[0].Lanes /= 2
		takes[1] = takes[0]
	case vec.Permute, vec.Permute2:
		takes[0].Elem = vec.UnsignedOf(e.Size())
	case vec.Compare, vec.Test, vec.Signs:
		makes = vec.Mask(whole.Lanes)
	case vec.As:
		makes.Elem, makes.Lanes = vec.UnsignedOf(12-e.Size()), 128/8/(12-e.Size())
	}
	load := func(i int, t vec.Type) *vec.Value {
		v := p.Value(t)
		p.Add(&vec.Load{Out: v, At: vec.Place{Base: args[i]}, N: t.Lanes})
		return v
	}
	apply := func(s *vec.Apply, t vec.Type) *vec.Value {
		s.Out = p.Value(t)
		p.Add(s)
		return s.Out
	}
	s := &vec.Apply{Op: op, Imm: way.imm, Predicate: way.predicate}
	for i := range op.Arity() {
		v := (*vec.Value)(nil)
		switch {
		case way.same && i > 0 && takes[i] == takes[0]:
			v = s.Args[0]
		case way.constant == i+1:
			v = p.Value(takes[i])
			p.Add(&vec.Lanes{Out: v, Bits: []uint64{way.bits}})
		default:
			v = load(i, takes[i])
		}
		s.Args = append(s.Args, v)
	}
	if op == vec.Select || op == vec.Keep || way.masked > 0 {
		t := vec.Vector(vec.SignedOf(e.Size()), whole.Lanes)
		s.Mask = apply(&vec.Apply{Op: vec.Signs, Args: []*vec.Value{load(2, t)}}, vec.Mask(whole.Lanes))
		if way.masked == 2 {
			s.Else = load(0, whole)
		}
	}
	if op == vec.Ones {
		s.Args[0] = apply(&vec.Apply{Op: vec.Signs, Args: s.Args}, vec.Mask(whole.Lanes))
		s.Args = s.Args[:1:1]
	}
	out := apply(s, makes)
	if makes.Mask { // what it decides between is neither operand
		y, z := load(1, whole), load(2, whole)
		out = apply(&vec.Apply{Op: vec.Select, Args: []*vec.Value{y, z}, Mask: out}, whole)
	}
	p.Add(&vec.Store{Value: out, At: vec.Place{Base: to}, N: out.Type.Lanes})
	return p, out.Type
}

// TestLower writes every operation on lanes of every type in all ways, and runs it: the instructions do what vec's
// executor does, on numbers of all kinds, in registers that values share wherever they may, and in others.
func TestLower(t *testing.T) {
	rnd := rand.New(rand.NewPCG(16, 4))
	var checks []check
	for op := range vec.Op(vec.Ops) {
		for e := range vec.Elem(vec.Elems) {
			for which, way := range waysOf(op, e) {
				p, result := written(op, e, way)
				if p.Check() != nil {
					continue
				}
				var in [3][]byte
				for i := range in {
					in[i] = lanesOfAllKinds(rnd, e)
				}
				name := fmt.Sprintf("%v of %v, %+v", op, e, way)
				c, err := checkOf(name, p, in, nil, result.Bytes(), which%4 != 1, which)
				if err != nil {
					if op != lacking {
						t.Errorf("%s: %v", name, err)
					}
					continue
				}
				if op == lacking {
					t.Errorf("%s is no longer lacking", name)
				}
				if result.Elem.Float() && (op > vec.NoOp && op < vec.And || op == vec.Widen || op == vec.Narrow) {
					c.Size = result.Elem.Size()
				}
				if op == vec.Reciprocal {
					c.Near = 0x1p-14
				}
				checks = append(checks, c)
			}
		}
	}
	if len(checks) < 1000 {
		t.Errorf("%d pieces of code are run", len(checks))
	}
	run(t, checks)
}

// lanesOfAllKinds are 16 bytes of lanes: special numbers and random ones, and for integers and patterns of bits also
// any bits.
func lanesOfAllKinds(rnd *rand.Rand, e vec.Elem) []byte {
	odd := []float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(), 0.5, 1.5, -2.5, 1e-310, -1e-40,
		3e38,
		2147483648.5, 1, -1, 8388609, 0.49999997, 1e-45, -5e-324, 1e300}
	var b []byte
	f := vec.FloatOf(e.Size())
	for range 16 / e.Size() {
		bits := rnd.Uint64()
		switch n := rnd.IntN(8); {
		case n < 3:
			bits = f.Bits(rnd.NormFloat64() * math.Ldexp(1, rnd.IntN(12)))
		case n < 6:
			bits = f.Bits(odd[rnd.IntN(len(odd))])
		case n < 7:
			bits = uint64(rnd.IntN(70)) // a distance, or the number of a lane
		}
		b = binary.LittleEndian.AppendUint64(b, bits)[:len(b)+e.Size()]
	}
	return b
}
