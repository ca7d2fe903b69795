package memory

import (
	"math"
	"reflect"
	"testing"
	"unsafe"
)

// TestPoison: NaN in every float, nested and unexported ones too, and nothing else.
func TestPoison(t *testing.T) {
	v := struct {
		a     float32
		count int32
		inner [2]struct {
			b [3]float64
			n uint8
		}
		ok bool
	}{count: 7, ok: true}
	Poison(reflect.TypeOf(v), unsafe.Pointer(&v))
	floats := []float64{float64(v.a)}
	for _, in := range v.inner {
		floats = append(floats, in.b[:]...)
		if in.n != 0 {
			t.Errorf("a byte became %d", in.n)
		}
	}
	for i, f := range floats {
		if !math.IsNaN(f) {
			t.Errorf("float %d is %v", i, f)
		}
	}
	if v.count != 7 || !v.ok {
		t.Errorf("count %d, ok %v: changed", v.count, v.ok)
	}
}

func TestSameBits(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		a, b []float64
		want int
	}{
		{[]float64{1, nan, 0}, []float64{1, nan, 0}, -1},
		{[]float64{1, nan}, []float64{1, 2}, 1},
		{[]float64{1, 2}, []float64{1, nan}, 1},
		{[]float64{0}, []float64{math.Copysign(0, -1)}, 0},
		{[]float64{1, 2, 3}, []float64{1, math.Nextafter(2, 3), 3}, 1},
	} {
		if got := FirstDifference(c.a, c.b); got != c.want {
			t.Errorf("sameBits(%v, %v) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

func TestOnly(t *testing.T) {
	for _, c := range []struct {
		v    any
		want bool
	}{
		{[3][2]float32{}, true},
		{struct{ W [2]float32 }{}, true},
		{struct {
			W [2]float32
			N int32
		}{}, false},
		{[2]float64{}, false},
		{(*float32)(nil), false},
	} {
		if got := MadeOf(reflect.TypeOf(c.v), reflect.Float32); got != c.want {
			t.Errorf("only(%T) = %v, want %v", c.v, got, c.want)
		}
	}
}
