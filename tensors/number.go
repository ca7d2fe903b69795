package tensors

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/backpropgen/backpropgen/internal/plural"
)

// Option changes what [Load] and [CopyTo] do.
type Option uint8

// Round rounds numbers that the network's precision cannot hold to the nearest that it can. Without it they are
// an error.
const Round Option = 1

// CopyTo sets dst to the numbers of t. There must be as many, and dst must be able to hold them exactly, unless
// rounding is asked for. A finite number is never rounded to an infinite one. Numbers of dst's own type are copied bit
// for bit; a NaN of another type stays a NaN. If there is an error, dst has not been touched.
func CopyTo[F Float](dst []F, t Tensor, options ...Option) error {
	n, err := t.Len()
	if err != nil {
		return err
	}
	if n != len(dst) {
		return fmt.Errorf("tensor %s: %s of shape %v are wanted for %d", quote(t.Name), plural.Of(n, "number"),
			t.Shape, len(dst))
	}
	round := false
	for _, o := range options {
		round = round || o == Round
	}
	// A first round only looks for errors.
	if t.DType != floatType[F]() {
		for i := range n {
			if _, err := convert[F](t, i, round); err != nil {
				return err
			}
		}
	}
	switch dst := any(dst).(type) {
	case []float32:
		if t.DType == F32 {
			for i := range dst {
				dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(t.Data[4*i:]))
			}
			return nil
		}
	case []float64:
		if t.DType == F64 {
			for i := range dst {
				dst[i] = math.Float64frombits(binary.LittleEndian.Uint64(t.Data[8*i:]))
			}
			return nil
		}
	}
	for i := range dst {
		dst[i], _ = convert[F](t, i, round)
	}
	return nil
}

// Float64s are the numbers of t, which must be exact in float64: all but some integers beyond 2^53 are.
func (t Tensor) Float64s() ([]float64, error) {
	n, err := t.Len()
	if err != nil {
		return nil, err
	}
	values := make([]float64, n)
	return values, CopyTo(values, t)
}

// Ints are the numbers of t, a tensor of integers of any size below 2^63.
func (t Tensor) Ints() ([]int64, error) {
	n, err := t.Len()
	if err != nil {
		return nil, err
	}
	values := make([]int64, n)
	for i := range values {
		_, whole, ok := t.at(i)
		if !whole.is || !ok {
			return nil, fmt.Errorf("tensor %s: the numbers are %v, not integers", quote(t.Name), t.DType)
		}
		if whole.above {
			return nil, fmt.Errorf("tensor %s: number %d is beyond 2^63", quote(t.Name), i)
		}
		values[i] = whole.v
	}
	return values, nil
}

// convert is number i of t.
func convert[F Float](t Tensor, i int, round bool) (F, error) {
	v, whole, ok := t.at(i)
	if !ok {
		return 0, fmt.Errorf("tensor %s: values of %v are not numbers", quote(t.Name), t.DType)
	}
	f := F(v)
	exact := float64(f) == v || v != v
	if exact && whole.is {
		exact = !whole.above && v < 1<<63 && int64(v) == whole.v ||
			whole.above && v < 1<<64 && uint64(v) == uint64(whole.v)
	}
	finite := v-v == 0
	switch {
	case finite && f-f != 0:
		return 0, fmt.Errorf("tensor %s: number %d is %g, beyond %T", quote(t.Name), i, v, f)
	case !exact && !round:
		return 0, fmt.Errorf("tensor %s: number %d is %s of %v, which %T cannot hold exactly; the nearest is %v",
			quote(t.Name), i, whole.text(v), t.DType, f, float64(f))
	}
	return f, nil
}

// integer is a number that is one: v, or v + 2^64 where it is above 2^63.
type integer struct {
	v         int64
	is, above bool
}

// text is the integer, or the other number, in digits.
func (n integer) text(v float64) string {
	switch {
	case n.above:
		return fmt.Sprint(uint64(n.v))
	case n.is:
		return fmt.Sprint(n.v)
	}
	return fmt.Sprint(v)
}

// at is number i as a float64, and as an integer if it is one. It is not ok if the type is not one of numbers.
func (t Tensor) at(i int) (v float64, whole integer, ok bool) {
	b := t.Data[i*t.DType.Size():]
	signed := func(n int64) (float64, integer, bool) { return float64(n), integer{v: n, is: true}, true }
	switch t.DType {
	case F64:
		return math.Float64frombits(binary.LittleEndian.Uint64(b)), integer{}, true
	case F32:
		return float64(math.Float32frombits(binary.LittleEndian.Uint32(b))), integer{}, true
	case BF16:
		return float64(math.Float32frombits(uint32(binary.LittleEndian.Uint16(b)) << 16)), integer{}, true
	case F16:
		return half(binary.LittleEndian.Uint16(b)), integer{}, true
	case I64:
		return signed(int64(binary.LittleEndian.Uint64(b)))
	case I32:
		return signed(int64(int32(binary.LittleEndian.Uint32(b))))
	case I16:
		return signed(int64(int16(binary.LittleEndian.Uint16(b))))
	case I8:
		return signed(int64(int8(b[0])))
	case U64:
		n := binary.LittleEndian.Uint64(b)
		return float64(n), integer{v: int64(n), is: true, above: n >= 1<<63}, true
	case U32:
		return signed(int64(binary.LittleEndian.Uint32(b)))
	case U16:
		return signed(int64(binary.LittleEndian.Uint16(b)))
	case U8:
		return signed(int64(b[0]))
	}
	return 0, integer{}, false
}

// half is a number of IEEE 754's binary16: a sign, 5 bits of exponent with bias 15, 10 of fraction.
func half(h uint16) float64 {
	exponent, fraction := int(h>>10&31), float64(h&1023)
	v := 0.0
	switch exponent {
	case 0:
		v = math.Ldexp(fraction, -24)
	case 31:
		if v = math.Inf(1); fraction != 0 {
			v = math.NaN()
		}
	default:
		v = math.Ldexp(1024+fraction, exponent-25)
	}
	return math.Copysign(v, 1-2*float64(h>>15))
}
