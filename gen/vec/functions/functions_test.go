package functions

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/big"
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/gen/vec"
)

// processor is a processor that there is not: it has vectors of so many bits, and lacks some operations.
type processor struct {
	bits  int
	lacks []vec.Op
}

var processors = map[string]processor{
	"narrow": {256, []vec.Op{vec.Scale, vec.Fraction, vec.Permute, vec.Permute2, vec.Reciprocal, vec.XorAnd}},
	"wide":   {512, nil},
}

// program writes code into a program.
type program struct {
	*vec.Program
	processor
	elem   vec.Elem
	width  int
	tables map[string]*vec.Int
	bytes  map[string][]byte
}

func (p *program) Elem() vec.Elem { return p.elem }
func (p *program) Bits() int      { return p.width }
func (p *program) Widest() int    { return p.bits }

func (p *program) Has(op vec.Op, _ vec.Elem) bool { return !slices.Contains(p.lacks, op) }

func (p *program) vector(e vec.Elem) vec.Type { return vec.Vector(e, p.width/8/e.Size()) }

func (p *program) Number(v float64) *vec.Value { return p.Constant(p.elem.Bits(v)) }

func (p *program) Constant(lanes ...uint64) *vec.Value {
	out := p.Value(p.vector(p.elem))
	p.Add(&vec.Lanes{Out: out, Bits: lanes})
	return out
}

// as looks at a value as one of another type.
func (p *program) as(v *vec.Value, t vec.Type) *vec.Value {
	if v.Type == t {
		return v
	}
	return p.Program.Apply(vec.As, t, v)
}

func (p *program) Apply(op vec.Op, e vec.Elem, in ...*vec.Value) *vec.Value {
	takes, makes := p.vector(e), p.vector(e)
	switch op {
	case vec.UpperHalf:
		makes.Lanes /= 2
	case vec.Join:
		takes.Lanes /= 2
	}
	var args []*vec.Value
	for i, v := range in {
		t := takes
		if i == 0 && (op == vec.Permute || op == vec.Permute2) {
			t.Elem = vec.UnsignedOf(e.Size())
		}
		args = append(args, p.as(v, t))
	}
	return p.Program.Apply(op, makes, args...)
}

func (p *program) step(s *vec.Apply, t vec.Type) *vec.Value {
	s.Out = p.Value(t)
	p.Add(s)
	return s.Out
}

func (p *program) Shift(op vec.Op, x *vec.Value, by int) *vec.Value {
	t := p.vector(vec.UnsignedOf(p.elem.Size()))
	return p.step(&vec.Apply{Op: op, Args: []*vec.Value{p.as(x, t)}, Imm: by}, t)
}

func (p *program) numbers(in ...*vec.Value) (out []*vec.Value) {
	for _, v := range in {
		out = append(out, p.as(v, p.vector(p.elem)))
	}
	return out
}

func (p *program) Compare(q vec.Predicate, x, y *vec.Value) *vec.Value {
	return p.step(&vec.Apply{Op: vec.Compare, Predicate: q, Args: p.numbers(x, y)}, vec.Mask(p.vector(p.elem).Lanes))
}

func (p *program) Select(mask, yes, no *vec.Value) *vec.Value {
	return p.step(&vec.Apply{Op: vec.Select, Mask: mask, Args: p.numbers(no, yes)}, p.vector(p.elem))
}

func (p *program) Keep(mask, x *vec.Value) *vec.Value {
	return p.step(&vec.Apply{Op: vec.Keep, Mask: mask, Args: p.numbers(x)}, p.vector(p.elem))
}

func (p *program) Where(mask *vec.Value, op vec.Op, x, y, z *vec.Value) *vec.Value {
	in := p.numbers(x, y, z)
	return p.step(&vec.Apply{Op: op, Mask: mask, Else: in[0], Args: in[1:]}, p.vector(p.elem))
}

func (p *program) ScaleWhere(mask, x, n *vec.Value) *vec.Value {
	return p.step(&vec.Apply{Op: vec.Scale, Mask: mask, Args: p.numbers(x, n)}, p.vector(p.elem))
}

func (p *program) Widen(x *vec.Value) *vec.Value {
	t := p.vector(vec.F64)
	return p.Program.Apply(vec.Widen, t, p.as(x, vec.Vector(vec.F32, t.Lanes)))
}

func (p *program) Narrow(x *vec.Value) *vec.Value {
	return p.Program.Apply(vec.Narrow, vec.Vector(vec.F32, p.vector(vec.F64).Lanes), x)
}

func (p *program) Gather(name string, table []byte, first int, index *vec.Value) *vec.Value {
	if p.tables[name] == nil {
		p.tables[name], p.bytes[name] = p.Param(name), table
	}
	out := p.Value(p.vector(vec.F64))
	p.Add(&vec.Gather{Out: out, At: vec.Place{Base: p.tables[name], Disp: first},
		Index: p.as(index, p.vector(vec.U64))})
	return out
}

func (p *program) Within(e vec.Elem, bits int, write func()) {
	elem, width := p.elem, p.width
	p.elem, p.width = e, bits
	write()
	p.elem, p.width = elem, width
}

// evaluate executes a function on numbers.
func evaluate(t *testing.T, c processor, e vec.Elem, code Code, fn func(b *Code, x *vec.Value) *vec.Value,
	xs []float64) (ys []float64) {
	t.Helper()
	p := &program{&vec.Program{Name: "function"}, c, e, c.bits, map[string]*vec.Int{}, map[string][]byte{}}
	at, to := p.Param("x"), p.Param("y")
	lanes := p.vector(e).Lanes
	x := p.Value(p.vector(e))
	p.Add(&vec.Load{Out: x, At: vec.Place{Base: at}, N: lanes})
	code.Builder = p
	p.Add(&vec.Store{Value: p.as(fn(&code, x), p.vector(e)), At: vec.Place{Base: to}, N: lanes})
	if err := p.Check(); err != nil {
		t.Fatal(err)
	}
	for part := range slices.Chunk(xs, lanes) {
		in, out, m := make([]byte, lanes*e.Size()), make([]byte, lanes*e.Size()), &vec.Memory{}
		put := func(i int, v float64) {
			if e == vec.F32 {
				binary.LittleEndian.PutUint32(in[4*i:], uint32(e.Bits(v)))
			} else {
				binary.LittleEndian.PutUint64(in[8*i:], e.Bits(v))
			}
		}
		for i, v := range part {
			put(i, v)
		}
		params := map[string]int64{"x": m.Add(in), "y": m.Add(out)}
		for name, bytes := range p.bytes {
			params[name] = m.Add(bytes)
		}
		if err := p.Exec(m, params); err != nil {
			t.Fatal(err)
		}
		for i := range part {
			if e == vec.F32 {
				ys = append(ys, e.Number(uint64(binary.LittleEndian.Uint32(out[4*i:]))))
			} else {
				ys = append(ys, e.Number(binary.LittleEndian.Uint64(out[8*i:])))
			}
		}
	}
	return ys
}

// ulps is how far a number is from another, in units of the last place of the second.
func ulps(e vec.Elem, got, want float64) float64 {
	rounded := e.Number(e.Bits(want))
	switch {
	case got == rounded, got != got && want != want:
		return 0
	case got != got || want != want || math.IsInf(got, 0) || math.IsInf(rounded, 0):
		return math.Inf(1)
	}
	_, exponent := math.Frexp(want)
	digits, least := 53, -1074
	if e == vec.F32 {
		digits, least = 24, -149
	}
	return math.Abs(got-want) / math.Ldexp(1, max(exponent-digits, least))
}

// rootOfCube is x to the 3/4, which package math gives no more than roughly.
func rootOfCube(x float64) float64 {
	if !(x > 0) || math.IsInf(x, 0) {
		return math.Pow(x, 0.75)
	}
	v := new(big.Float).SetPrec(300).SetFloat64(x)
	v.Mul(v, new(big.Float).Mul(v, v))
	root, _ := v.Sqrt(v.Sqrt(v)).Float64()
	return root
}

// TestFunctions executes every function in both precisions, with and without the operations that make it shorter, and
// in all of the ways in which it is written, and compares it with package math.
func TestFunctions(t *testing.T) {
	with := func(y float64) func(b *Code, x *vec.Value) *vec.Value {
		return func(b *Code, x *vec.Value) *vec.Value { return b.Pow(x, b.Number(y)) }
	}
	exp := func(b *Code, x *vec.Value) *vec.Value {
		return b.Select(b.Compare(vec.Greater, x, b.zeros()), b.Exp(x), b.ExpOfNegative(x))
	}
	positive := func(b *Code, x *vec.Value) *vec.Value {
		other := b.Compare(vec.Equal, x, b.Number(math.Inf(1)))
		return b.Select(b.Compare(vec.Less, x, b.Number(0.5)), b.Log(x), b.Select(other, x, b.LogOfPositive(x)))
	}
	var xs []float64
	for _, v := range []float64{0, 1e-40, 1e-20, 1e-7, 0.01, 0.3, 0.5, 1, 1.3, 2.5, 3.1415926, 6, 9, 17, 40, 88.5, 103,
		700, 1e5, 1e17, 3e38, math.Inf(1)} {
		for k := range 4 {
			xs = append(xs, v*(1+float64(k)/7), -v*(1+float64(k)/7))
		}
	}
	xs = append(xs, math.NaN())
	for name, test := range map[string]struct {
		fn   func(b *Code, x *vec.Value) *vec.Value
		want func(x float64) float64
	}{
		"exp": {exp, math.Exp}, "expm1": {(*Code).Expm1, math.Expm1}, "log": {(*Code).Log, math.Log},
		"log1p": {(*Code).Log1p, math.Log1p}, "log of positive": {positive, math.Log},
		"sigmoid": {(*Code).Sigmoid, func(x float64) float64 {
			if x < 0 {
				return math.Exp(x) / (1 + math.Exp(x))
			}
			return 1 / (1 + math.Exp(-x))
		}},
		"tanh": {(*Code).Tanh, math.Tanh}, "atan": {(*Code).Atan, math.Atan}, "erf": {(*Code).Erf, math.Erf},
		"sin": {(*Code).Sin, math.Sin}, "cos": {(*Code).Cos, math.Cos}, "sqrt": {(*Code).Sqrt, math.Sqrt},
		"negate": {(*Code).Negate, func(x float64) float64 { return -x }}, "magnitude": {(*Code).Magnitude, math.Abs},
		"^3": {with(3), func(x float64) float64 { return math.Pow(x, 3) }}, "^0.75": {with(0.75), rootOfCube},
	} {
		for on, c := range processors {
			for _, e := range []vec.Elem{vec.F32, vec.F64} {
				for _, code := range []Code{{}, {Many: true}, {Updating: true}} {
					rounded := slices.Clone(xs)
					for i, x := range rounded {
						rounded[i] = e.Number(e.Bits(x))
					}
					for i, got := range evaluate(t, c, e, code, test.fn, rounded) {
						// Package math itself is off by up to an ULP, and by so much of 1 where sine and cosine are
						// small.
						if want := test.want(rounded[i]); ulps(e, got, want) > 2 &&
							!(math.Abs(want) < 0.1 && (name == "sin" || name == "cos") &&
								math.Abs(got-want) < 0x1p-54) {
							t.Errorf("%s of %v in %v, %s, %s: %v, want %v", name, rounded[i], e, on,
								fmt.Sprint(code.Many, code.Updating), got, want)
						}
					}
				}
			}
		}
	}
}
