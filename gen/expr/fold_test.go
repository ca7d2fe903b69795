package expr

import (
	"math"
	"math/big"
	"testing"
)

// A folded constant is the real result of the operation, and a float32.
func TestFoldBinaryOnlyWhereExact(t *testing.T) {
	values := []float64{0, 1, -1, 3, 0.1, 0.5, -0.75, 1.0 / 3, 0x1p-126, 0x1p-149, 0x1p127, 1e300, 1e-60, 16777215}
	folded := 0
	for op, real := range map[Op]func(x, y *big.Rat) *big.Rat{
		OpAdd: func(x, y *big.Rat) *big.Rat { return new(big.Rat).Add(x, y) },
		OpSub: func(x, y *big.Rat) *big.Rat { return new(big.Rat).Sub(x, y) },
		OpMul: func(x, y *big.Rat) *big.Rat { return new(big.Rat).Mul(x, y) },
		OpDiv: func(x, y *big.Rat) *big.Rat { return new(big.Rat).Quo(x, y) },
	} {
		for _, x := range values {
			for _, y := range values {
				v, ok := foldBinary(op, Number(x), Number(y))
				if op == OpDiv && y == 0 {
					if ok {
						t.Errorf("%v/0 was folded to %v", x, v)
					}
					continue
				}
				want := real(new(big.Rat).SetFloat64(x), new(big.Rat).SetFloat64(y))
				f, is64 := want.Float64()
				if exact := is64 && isFloat32(f) && isFloat32(x) && isFloat32(y); ok != exact {
					t.Errorf("%v %v %v: folded is %t, exact is %t", x, op, y, ok, exact)
				}
				if !ok {
					continue
				}
				folded++
				if got := v.(Num).Value(); new(big.Rat).SetFloat64(got).Cmp(want) != 0 {
					t.Errorf("%v %v %v was folded to %v", x, op, y, got)
				}
			}
		}
	}
	if folded == 0 {
		t.Error("nothing was folded")
	}
	if _, ok := foldBinary(OpAdd, Z, Number(1)); ok {
		t.Error("a variable was folded")
	}
}

func TestIsPowerOfTwo(t *testing.T) {
	for v, want := range map[float64]bool{1: true, -8: true, 0x1p-1074: true, 0: false, 3: false,
		math.Inf(1): false, math.NaN(): false} {
		if got := isPowerOfTwo(v); got != want {
			t.Errorf("isPowerOfTwo(%v) = %t", v, got)
		}
	}
}
