package neon

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/gen/vec"
	"github.com/backpropgen/backpropgen/gen/vec/functions"
)

// builder writes elementary functions into a program, on vectors of 128 bits and with the operations that Has names.
type builder struct {
	*vec.Program
	elem   vec.Elem
	tables map[string]int // where a table begins in what the function has besides
	rest   []byte
	base   *vec.Int
}

func (b *builder) Elem() vec.Elem                  { return b.elem }
func (b *builder) Bits() int                       { return 128 }
func (b *builder) Widest() int                     { return 128 }
func (b *builder) Has(op vec.Op, e vec.Elem) bool  { return Has(op, e) }
func (b *builder) whole(e vec.Elem) vec.Type       { return vec.Vector(e, 16/e.Size()) }
func (b *builder) Number(v float64) *vec.Value     { return b.Constant(b.elem.Bits(v)) }
func (b *builder) numbers(v *vec.Value) *vec.Value { return b.as(v, b.whole(b.elem)) }

func (b *builder) Constant(lanes ...uint64) *vec.Value {
	out := b.Value(b.whole(b.elem))
	b.Add(&vec.Lanes{Out: out, Bits: lanes})
	return out
}

func (b *builder) as(v *vec.Value, t vec.Type) *vec.Value {
	if v.Type == t {
		return v
	}
	return b.Program.Apply(vec.As, t, v)
}

func (b *builder) step(s *vec.Apply, t vec.Type) *vec.Value {
	s.Out = b.Value(t)
	b.Add(s)
	return s.Out
}

func (b *builder) Apply(op vec.Op, e vec.Elem, in ...*vec.Value) *vec.Value {
	takes, makes := b.whole(e), b.whole(e)
	switch op {
	case vec.UpperHalf:
		makes.Lanes /= 2
	case vec.Join:
		takes.Lanes /= 2
	}
	var args []*vec.Value
	for _, v := range in {
		args = append(args, b.as(v, takes))
	}
	return b.Program.Apply(op, makes, args...)
}

func (b *builder) Shift(op vec.Op, x *vec.Value, by int) *vec.Value {
	t := b.whole(vec.UnsignedOf(b.elem.Size()))
	return b.step(&vec.Apply{Op: op, Args: []*vec.Value{b.as(x, t)}, Imm: by}, t)
}

func (b *builder) Compare(p vec.Predicate, x, y *vec.Value) *vec.Value {
	s := &vec.Apply{Op: vec.Compare, Predicate: p, Args: []*vec.Value{b.numbers(x), b.numbers(y)}}
	return b.step(s, vec.Mask(16/b.elem.Size()))
}

func (b *builder) Select(mask, yes, no *vec.Value) *vec.Value {
	s := &vec.Apply{Op: vec.Select, Mask: mask, Args: []*vec.Value{b.numbers(no), b.numbers(yes)}}
	return b.step(s, b.whole(b.elem))
}

func (b *builder) Keep(mask, x *vec.Value) *vec.Value {
	return b.step(&vec.Apply{Op: vec.Keep, Mask: mask, Args: []*vec.Value{b.numbers(x)}}, b.whole(b.elem))
}

func (b *builder) Where(mask *vec.Value, op vec.Op, x, y, z *vec.Value) *vec.Value {
	args := []*vec.Value{b.numbers(y), b.numbers(z)}
	return b.step(&vec.Apply{Op: op, Mask: mask, Else: b.numbers(x), Args: args}, b.whole(b.elem))
}

func (b *builder) ScaleWhere(mask, x, n *vec.Value) *vec.Value {
	return b.step(&vec.Apply{Op: vec.Scale, Mask: mask, Args: []*vec.Value{x, n}}, b.whole(b.elem))
}

func (b *builder) Widen(x *vec.Value) *vec.Value {
	return b.Program.Apply(vec.Widen, b.whole(vec.F64), b.as(x, vec.Vector(vec.F32, 2)))
}

func (b *builder) Narrow(x *vec.Value) *vec.Value {
	return b.Program.Apply(vec.Narrow, vec.Vector(vec.F32, 2), x)
}

func (b *builder) Gather(name string, table []byte, first int, index *vec.Value) *vec.Value {
	if _, ok := b.tables[name]; !ok {
		b.tables[name], b.rest = len(b.rest), append(b.rest, table...)
	}
	out := b.Value(b.whole(vec.F64))
	at := vec.Place{Base: b.base, Disp: b.tables[name] + first}
	b.Add(&vec.Gather{Out: out, At: at, Index: b.as(index, b.whole(vec.U64))})
	return out
}

func (b *builder) Within(e vec.Elem, _ int, write func()) {
	elem := b.elem
	b.elem = e
	write()
	b.elem = elem
}

// TestFunctions runs every elementary function, as it is written for registers of 128 bits, in both precisions and in
// all of the ways in which it is written: the bits are those of vec's executor. How near they are to the functions
// themselves a test of package functions says.
func TestFunctions(t *testing.T) {
	rnd := rand.New(rand.NewPCG(16, 7))
	type function = func(b *functions.Code, x, y *vec.Value) *vec.Value
	one := func(fn func(b *functions.Code, x *vec.Value) *vec.Value) function {
		return func(b *functions.Code, x, _ *vec.Value) *vec.Value { return fn(b, x) }
	}
	all := map[string]function{
		"exp": one((*functions.Code).Exp), "exp of negative": one((*functions.Code).ExpOfNegative),
		"expm1": one((*functions.Code).Expm1), "log": one((*functions.Code).Log), "log1p": one((*functions.Code).Log1p),
		"log of positive": one((*functions.Code).LogOfPositive),
		"sigmoid":         one((*functions.Code).Sigmoid), "tanh": one((*functions.Code).Tanh),
		"atan": one((*functions.Code).Atan), "erf": one((*functions.Code).Erf), "sin": one((*functions.Code).Sin),
		"cos": one((*functions.Code).Cos), "pow": (*functions.Code).Pow,
	}
	var names []string
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	special := []float64{0, math.Copysign(0, -1), 1, -1, math.Inf(1), math.Inf(-1), math.NaN(), 1e-40, -1e-310, 1e-20,
		0.5, 88.7, -103.9, 709.7, -745, 1e5, 3.1415926, -2.5, 3e38, 1e300}
	var checks []check
	for _, name := range names {
		for _, e := range []vec.Elem{vec.F32, vec.F64} {
			for way, code := range []functions.Code{{}, {Many: true}, {Updating: true}, {Live: 2}} {
				b := &builder{Program: &vec.Program{Name: name}, elem: e, tables: map[string]int{}}
				var args []*vec.Int
				for _, arg := range []string{"x", "y", "z", "out", "rest"} {
					args = append(args, b.Param(arg))
				}
				b.base = args[4]
				code.Builder = b
				load := func(i int) *vec.Value {
					v := b.Value(b.whole(e))
					b.Add(&vec.Load{Out: v, At: vec.Place{Base: args[i]}, N: v.Type.Lanes})
					return v
				}
				n := 16 / e.Size()
				if code.Live > 0 {
					n = min(n, code.Live)
				}
				v := b.as(all[name](&code, load(0), load(1)), b.whole(e))
				b.Add(&vec.Store{Value: v, At: vec.Place{Base: args[3]}, N: n})
				for round := range 16 {
					var in [3][]byte
					for i := range in {
						for range 16 / e.Size() {
							x := special[rnd.IntN(len(special))]
							if round > 5 {
								x = rnd.NormFloat64() * math.Ldexp(1, rnd.IntN(16)-8)
							}
							in[i] = binary.LittleEndian.AppendUint64(in[i], e.Bits(x))[:len(in[i])+e.Size()]
						}
					}
					title := fmt.Sprintf("%s of %v, way %d, round %d", name, e, way, round)
					c, err := checkOf(title, b.Program, in, b.rest, n*e.Size(), round%2 == 0, round)
					if err != nil {
						t.Fatalf("%s of %v, way %d: %v", name, e, way, err)
					}
					c.Size = e.Size()
					checks = append(checks, c)
				}
			}
		}
	}
	run(t, checks)
}
