package accuracy

import (
	"fmt"
	"math"
	"math/big"
	"testing"
)

// worst is the largest error seen of a kernel, in units in the last place, and what was wrong with results.
type worst struct {
	limit, err float64
	x, y       float64 // where it is
	count      uint64
	failed     int
	failures   []string // the first of them
}

func (w *worst) fail(x, y, got, want, err float64) {
	if w.failed++; len(w.failures) < 5 {
		w.failures = append(w.failures, fmt.Sprintf("f(%v, %v) = %v, want %v: %.3f ULP", x, y, got, want, err))
	}
}

func (w *worst) note(x, y, err float64) {
	if err > w.err {
		w.err, w.x, w.y = err, x, y
	}
}

// join takes in what another saw of the same kernel.
func (w *worst) join(o worst) {
	w.count += o.count
	w.failed += o.failed
	w.failures = append(w.failures, o.failures...)
	w.note(o.x, o.y, o.err)
}

// report prints it, in the form that TestAccuracy of package amd64 looks for.
func (w *worst) report(t *testing.T, typ, name, level string) {
	t.Logf("%s %s %s: %d arguments, largest error %.4f ULP at (%v, %v)", typ, name, level, w.count, w.err, w.x, w.y)
	for i, f := range w.failures {
		if i < 5 {
			t.Errorf("%s: %s", level, f)
		}
	}
	if w.failed > 5 {
		t.Errorf("%s: %d failed", level, w.failed)
	}
}

// special compares results that must be the very same, zeros with their signs.
func (w *worst) special(x, y, got, want float64) {
	if !same(got, want) {
		w.fail(x, y, got, want, math.Inf(1))
	}
}

// same says whether two numbers are the same, all NaNs alike and zeros told apart.
func same(x, y float64) bool {
	return x != x && y != y || x == y && math.Signbit(x) == math.Signbit(y)
}

func (w *worst) see32(x, y, got, want float64) {
	if math.IsInf(want, 0) || want != want || want == 0 {
		w.special(x, y, got, want)
		return
	}
	err := 0.0
	if math.Abs(want) < 0x1p128 || !math.IsInf(got, 0) {
		if math.IsInf(got, 0) {
			got = math.Copysign(0x1p128, got)
		}
		exponent := int(math.Float64bits(want)>>52&0x7ff) - 1023
		err = math.Abs(got-want) * math.Float64frombits(uint64(1023+23-min(max(exponent, -126), 127))<<52)
	}
	w.note(x, y, err)
	if !(err <= w.limit) || math.Signbit(got) != math.Signbit(want) {
		w.fail(x, y, got, want, err)
	}
}

func (w *worst) see64(x, y, got float64, want *big.Float) {
	v, _ := want.Float64()
	if math.IsInf(got, 0) || got != got {
		w.fail(x, y, got, v, math.Inf(1))
		return
	}
	_, e := math.Frexp(v)
	diff, _ := zero().Sub(num(got), want).Float64()
	err := math.Abs(diff) / math.Ldexp(1, max(e, -1021)-53)
	w.note(x, y, err)
	if !(err <= w.limit) {
		w.fail(x, y, got, v, err)
	}
}
