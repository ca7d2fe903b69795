package tensors_test

import (
	"encoding/binary"
	"math"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/tensors"
)

// TestHalves compares all numbers of 16 bits with their definitions.
func TestHalves(t *testing.T) {
	data := make([]byte, 0, 2<<16)
	for h := range 1 << 16 {
		data = binary.LittleEndian.AppendUint16(data, uint16(h))
	}
	for _, c := range []struct {
		dtype              tensors.DType
		exponent, fraction int // bits
	}{{tensors.F16, 5, 10}, {tensors.BF16, 8, 7}} {
		values, err := tensors.Tensor{Name: "h", DType: c.dtype, Shape: []int{1 << 16}, Data: data}.Float64s()
		if err != nil {
			t.Fatal(err)
		}
		bias := 1<<(c.exponent-1) - 1
		for h, got := range values {
			sign, e, f := h>>15, h>>c.fraction&(1<<c.exponent-1), h&(1<<c.fraction-1)
			// IEEE 754: (-1)^sign · 2^(e-bias) · 1.f, or · 2^(1-bias) · 0.f if e is 0.
			want := math.Ldexp(float64(1<<c.fraction+f), e-bias-c.fraction)
			switch {
			case e == 0:
				want = math.Ldexp(float64(f), 1-bias-c.fraction)
			case e == 1<<c.exponent-1 && f == 0:
				want = math.Inf(1)
			case e == 1<<c.exponent-1:
				want = math.NaN()
			}
			if sign == 1 {
				want = -want
			}
			if got != want && !(got != got && want != want) || math.Signbit(got) != (sign == 1) {
				t.Fatalf("%v %#04x is %g, not %g", c.dtype, h, got, want)
			}
		}
	}
}

// TestCopyTo converts between types, exactly or rounding, and refuses the rest with the number's place.
func TestCopyTo(t *testing.T) {
	i64 := func(v ...int64) tensors.Tensor {
		t := tensors.Tensor{Name: "n", DType: tensors.I64, Shape: []int{len(v)}}
		for _, v := range v {
			t.Data = binary.LittleEndian.AppendUint64(t.Data, uint64(v))
		}
		return t
	}
	u64 := func(v ...int64) tensors.Tensor {
		t := i64(v...)
		t.DType = tensors.U64
		return t
	}
	f64 := func(v ...float64) tensors.Tensor { return tensors.New("n", []int{len(v)}, v) }
	const big = int64(1<<53 + 1)
	for _, c := range []struct {
		t     tensors.Tensor
		round bool
		want  []float32
		err   string
	}{
		{f64(0.5, math.Inf(-1), 0x1p-149), false, []float32{0.5, float32(math.Inf(-1)), 0x1p-149}, ""},
		{f64(1, 0.1), false, nil,
			`tensor "n": number 1 is 0.1 of F64, which float32 cannot hold exactly; the nearest is 0.10000000149011612`},
		{f64(1, 0.1), true, []float32{1, 0.1}, ""},
		{f64(1e300), true, nil, `number 0 is 1e+300, beyond float32`},
		{f64(1e-60), false, nil, "cannot hold exactly"},
		{f64(1e-60), true, []float32{0}, ""},
		{i64(-3, 1<<62), false, []float32{-3, 1 << 62}, ""},
		{i64(1<<24 + 1), false, nil, "number 0 is 16777217 of I64"},
		{u64(math.MinInt64), false, []float32{1 << 63}, ""},
		{u64(-1), false, nil, "number 0 is 18446744073709551615 of U64"},
		{u64(-1), true, []float32{1 << 64}, ""},
		{i64(math.MaxInt64), false, nil, "number 0 is 9223372036854775807"},
		{i64(big), true, []float32{1 << 53}, ""},
		{tensors.Tensor{Name: "n", DType: tensors.Bool, Shape: []int{1}, Data: []byte{1}}, true, nil,
			"values of BOOL are not numbers"},
		{tensors.Tensor{Name: "n", DType: tensors.I8, Shape: []int{2}, Data: []byte{255, 3}}, false, []float32{-1, 3},
			""},
		{tensors.Tensor{Name: "n", DType: tensors.I16, Shape: []int{1}, Data: []byte{254, 255}}, false, []float32{-2},
			""},
		{tensors.Tensor{Name: "n", DType: tensors.U16, Shape: []int{1}, Data: []byte{254, 255}}, false,
			[]float32{65534}, ""},
		{tensors.Tensor{Name: "n", DType: tensors.I32, Shape: []int{1}, Data: []byte{254, 255, 255, 255}}, false,
			[]float32{-2}, ""},
		{tensors.Tensor{Name: "n", DType: tensors.U32, Shape: []int{1}, Data: []byte{0, 0, 0, 255}}, false,
			[]float32{0xff000000}, ""},
		{tensors.Tensor{Name: "n", DType: tensors.U8, Shape: []int{1}, Data: []byte{255}}, false, []float32{255}, ""},
	} {
		size := len(c.want)
		if c.err != "" {
			size, _ = c.t.Len()
		}
		got := make([]float32, size)
		for i := range got {
			got[i] = 7
		}
		var options []tensors.Option
		if c.round {
			options = append(options, tensors.Round)
		}
		err := tensors.CopyTo(got, c.t, options...)
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%v: %v, want an error with %q", c.t, err, c.err)
			}
			for _, v := range got {
				if v != 7 {
					t.Errorf("%v: written to though it is an error: %v", c.t, got)
				}
			}
			continue
		}
		if err != nil {
			t.Errorf("%v: %v", c.t, err)
		}
		for i, v := range c.want {
			if got[i] != v {
				t.Errorf("%v: number %d is %g, not %g", c.t, i, got[i], v)
			}
		}
	}
	if err := tensors.CopyTo(make([]float64, 1), i64(big)); err == nil {
		t.Errorf("%d became a float64", big)
	}
	if err := tensors.CopyTo(make([]float64, 3), f64(1, 2)); err == nil {
		t.Error("2 numbers were copied to 3")
	}
	if v := make([]float32, 1); tensors.CopyTo(v, f64(math.NaN())) != nil || v[0] == v[0] {
		t.Errorf("NaN became %g", v[0])
	}
	if v := make([]float32, 1); tensors.CopyTo(v, f64(math.Copysign(0, -1))) != nil || math.Float32bits(v[0]) != 1<<31 {
		t.Errorf("-0 became %g", v[0])
	}
	if got, err := i64(1, -7).Ints(); err != nil || got[0] != 1 || got[1] != -7 {
		t.Errorf("integers %v, %v", got, err)
	}
	if _, err := f64(1).Ints(); err == nil {
		t.Error("floats are integers")
	}
	if _, err := u64(-1).Ints(); err == nil || !strings.Contains(err.Error(), "beyond 2^63") {
		t.Errorf("2^64-1 is an int64: %v", err)
	}
}
