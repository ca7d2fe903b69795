package lanewise

import (
	"flag"
	"math"
	"math/rand/v2"
	"testing"
)

var stride = flag.Uint64("stride", 9973, "test float32 functions on every stride-th bit pattern; 1 is all of them")

// edges are where formulas change, or where results are special.
var edges = []float64{
	0, math.Inf(1), math.SmallestNonzeroFloat64, math.SmallestNonzeroFloat32, 0x1p-1022, 0x1p-126, math.MaxFloat32,
	math.MaxFloat64,
	0x1p-54, 0x1p-27, 0x1p-24, 0x1p-12, 0.0625, 0.25, math.Ln2 / 2, 0.5, math.Sqrt2 / 2, 0.711, 1, math.Sqrt2,
	math.Pi / 2, 2, math.Pi, 3, 6, 12, 16,
	20, 22, 40, 44, 87.33654, 88.72284, 104, 110, 708.4, 709.78, 710, 745.13, 746, 1e4, 0x1p23, 0x1p24, 0x1p32, 0x1p52,
	0x1p53, 0x1p60, 0x1p63, 0x1p64,
}

// compare runs a kernel on batches of arguments and wants the bits of the portable code; any NaN is NaN.
type compare[F float32 | float64] struct {
	t      *testing.T
	k      kernel[F]
	bits   func(F) uint64
	x, y   [256]F
	n      int
	count  int
	failed int
}

func (c *compare[F]) put(x, y F) {
	c.x[c.n], c.y[c.n] = x, y
	if c.n++; c.n == len(c.x) {
		c.flush()
	}
}

func (c *compare[F]) flush() {
	var out [256]F
	c.k.vector(&c.x, &c.y, &out)
	for i := range c.n {
		want, got := c.k.portable(c.x[i], c.y[i]), out[i]
		if c.bits(got) != c.bits(want) && (got == got || want == want) {
			if c.failed++; c.failed <= 5 {
				c.t.Errorf("f(%v, %v) = %v, %#x; portable %v, %#x", c.x[i], c.y[i], got, c.bits(got), want,
					c.bits(want))
			}
		}
	}
	c.count += c.n
	c.n = 0
}

func bits32(v float32) uint64 { return uint64(math.Float32bits(v)) }

// TestFloat32 takes bit patterns at a stride, and all around the edges; the second argument of a power is drawn.
func TestFloat32(t *testing.T) {
	for _, k := range list32 {
		t.Run(k.name+"/"+k.level, func(t *testing.T) {
			t.Parallel()
			c := &compare[float32]{t: t, k: k, bits: bits32}
			r := rand.New(rand.NewPCG(1, 2))
			second := func() float32 {
				switch r.IntN(4) {
				case 0:
					return math.Float32frombits(r.Uint32())
				case 1:
					return float32(r.IntN(41) - 20)
				}
				return float32(r.NormFloat64() * 3)
			}
			for b := uint64(0); b < 1<<32; b += *stride {
				c.put(math.Float32frombits(uint32(b)), second())
			}
			for _, e := range edges {
				for d := -1000; d <= 1000; d++ {
					b := math.Float32bits(float32(e)) + uint32(d)
					c.put(math.Float32frombits(b), second())
					c.put(math.Float32frombits(b^1<<31), second())
				}
				for _, f := range edges {
					for signs := range uint32(4) {
						c.put(math.Float32frombits(math.Float32bits(float32(e))^signs<<31),
							math.Float32frombits(math.Float32bits(float32(f))^signs>>1<<31))
					}
				}
			}
			c.flush()
			t.Logf("float32 %s %s: %d arguments", k.name, k.level, c.count)
		})
	}
}

// TestFloat64 draws arguments of every magnitude, and of moderate size, and takes all around the edges.
func TestFloat64(t *testing.T) {
	for _, k := range list64 {
		t.Run(k.name+"/"+k.level, func(t *testing.T) {
			t.Parallel()
			c := &compare[float64]{t: t, k: k, bits: math.Float64bits}
			r := rand.New(rand.NewPCG(3, 4))
			second := func() float64 {
				switch r.IntN(4) {
				case 0:
					return math.Float64frombits(r.Uint64())
				case 1:
					return float64(r.IntN(41) - 20)
				}
				return r.NormFloat64() * 3
			}
			for range 100_000 {
				c.put(math.Float64frombits(r.Uint64()), second())
				c.put(r.NormFloat64(), second())
				c.put(r.NormFloat64()*300, second())
				c.put(r.NormFloat64()*math.Ldexp(1, -r.IntN(60)), second())
			}
			for _, e := range edges {
				for d := -1000; d <= 1000; d++ {
					b := math.Float64bits(e) + uint64(d)
					c.put(math.Float64frombits(b), second())
					c.put(math.Float64frombits(b^1<<63), second())
				}
				for _, f := range edges {
					for signs := range uint64(4) {
						c.put(math.Float64frombits(math.Float64bits(e)^signs<<63),
							math.Float64frombits(math.Float64bits(f)^signs>>1<<63))
					}
				}
			}
			c.flush()
			t.Logf("float64 %s %s: %d arguments", k.name, k.level, c.count)
		})
	}
}
