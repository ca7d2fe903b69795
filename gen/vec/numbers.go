package vec

import "math"

// compute64 is a lane of an operation on float64.
func compute64(op Op, x, y, z float64) float64 {
	switch op {
	case Sqrt:
		return math.Sqrt(x)
	case MulAdd:
		return math.FMA(x, y, z)
	case NegMulAdd:
		return math.FMA(-x, y, z)
	case MulSub:
		return math.FMA(x, y, -z)
	}
	if v, ok := arithmetic(op, x, y); ok {
		return v
	}
	return computeWhole(op, x, y)
}

// compute32 is one on float32, each rounded once.
func compute32(op Op, x, y, z float32) float32 {
	switch op {
	case Sqrt: // twice as many digits and two more are enough to round twice
		return float32(math.Sqrt(float64(x)))
	case MulAdd:
		return fma32(x, y, z)
	case NegMulAdd:
		return fma32(-x, y, z)
	case MulSub:
		return fma32(x, y, -z)
	}
	if v, ok := arithmetic(op, x, y); ok {
		return v
	}
	return float32(computeWhole(op, float64(x), float64(y)))
}

// arithmetic is an operation that is the same on numbers of both types, rounded to theirs; ok is false of others.
func arithmetic[T float32 | float64](op Op, x, y T) (v T, ok bool) {
	switch op {
	case Add:
		return x + y, true
	case Sub:
		return x - y, true
	case Mul:
		return x * y, true
	case Div:
		return x / y, true
	case Min:
		return lesser(x, y), true
	case Max:
		return greater(x, y), true
	case Minimum:
		return min(x, y), true
	case Maximum:
		return max(x, y), true
	}
	return 0, false
}

// computeWhole is one whose result in float64 is exact, or for float32 is rounded to that.
func computeWhole(op Op, x, y float64) float64 {
	switch op {
	case Round:
		return math.RoundToEven(x)
	case Fraction:
		if math.IsInf(x, 0) {
			return 0
		}
		return x - math.RoundToEven(x)
	case Scale:
		return scaled(x, math.Floor(y))
	case Reciprocal: // of the 52 bits after the first one 14 are left
		return math.Float64frombits((math.Float64bits(1/x) + 1<<37) &^ (1<<38 - 1))
	}
	return math.NaN()
}

// lesser and greater are y where either is NaN or both are zero.
func lesser[T float32 | float64](x, y T) T {
	if x < y {
		return x
	}
	return y
}

func greater[T float32 | float64](x, y T) T {
	if x > y {
		return x
	}
	return y
}

// scaled is x·2^n.
func scaled(x, n float64) float64 {
	const beyond = 3000 // more makes no difference
	switch {
	case x != x || n != n, math.IsInf(n, 1) && x == 0, math.IsInf(n, -1) && math.IsInf(x, 0):
		return math.NaN()
	}
	return math.Ldexp(x, int(max(-beyond, min(n, beyond))))
}

// fma32 is x·y + z, rounded once. The product is exact in float64. The sum is rounded there to odd, that is to the
// neighbour whose last bit is set where it is not exact: then it may be rounded again.
func fma32(x, y, z float32) float32 {
	p, c := float64(x)*float64(y), float64(z)
	sum := p + c
	part := sum - p
	lost := (p - (sum - part)) + (c - part)
	if bits := math.Float64bits(sum); lost != 0 && lost == lost && !math.IsInf(sum, 0) && bits&1 == 0 {
		if (lost > 0) == (sum > 0) {
			bits++
		} else {
			bits--
		}
		sum = math.Float64frombits(bits)
	}
	return float32(sum)
}
