package expr

import (
	"math"
	"math/rand/v2"
	"testing"
)

// bounded computes e in float64 with a bound on |computed - real value| for arithmetic of the given unit
// roundoff: every rounding is added up and carried through the operations above it.
// Past an infinity or NaN there is no bound.
func bounded(t *testing.T, e Expr, env Env[float64], unit float64) (v, bound float64) {
	t.Helper()
	const smallest = 0x1p-149
	defer func() {
		if math.IsInf(v, 0) || math.IsNaN(v) || math.IsNaN(bound) {
			bound = math.Inf(1)
		}
	}()
	switch n := e.(type) {
	case Num:
		return n.Value(), unit * math.Abs(n.Value())
	case Var:
		v, ok := env[n]
		if !ok {
			t.Fatalf("no value for %s", n)
		}
		return v, 0
	case Unary:
		x, ex := bounded(t, n.X, env, unit)
		f := unaryValues[n.Op]
		v = f(x)
		if ex > 0 { // all functions are monotonic between kinks, so the ends of the interval tell
			bound = max(math.Abs(f(x+ex)-v), math.Abs(f(x-ex)-v))
			switch n.Op {
			case OpAbs, OpSin, OpCos:
				bound = ex
			}
		}
		if ops[n.Op].count.Calls > 0 {
			bound += 4*unit*math.Abs(v) + smallest
		}
		return v, bound
	case Binary:
		x, ex := bounded(t, n.X, env, unit)
		y, ey := bounded(t, n.Y, env, unit)
		v = binaryValue(n.Op, x, y)
		switch n.Op {
		case OpPow:
			if ex > 0 || ey > 0 {
				bound = 0
				for _, xs := range []float64{x - ex, x + ex} {
					for _, ys := range []float64{y - ey, y + ey} {
						bound = max(bound, math.Abs(math.Pow(xs, ys)-v))
					}
				}
			}
			return v, bound + 16*unit*math.Abs(v) + smallest // 4 for the power, more for its logarithm
		case OpMax, OpMin:
			high, low := binaryValue(n.Op, x+ex, y+ey), binaryValue(n.Op, x-ex, y-ey)
			return v, max(high-v, v-low)
		case OpAdd, OpSub:
			bound = ex + ey
		case OpMul:
			bound = math.Abs(x)*ey + math.Abs(y)*ex + ex*ey
		case OpDiv:
			if math.Abs(y) <= ey {
				return v, math.Inf(1)
			}
			bound = (ex + math.Abs(v)*ey) / (math.Abs(y) - ey)
		}
		return v, bound + unit*(math.Abs(v)+bound) + smallest
	case Select:
		c, ec := bounded(t, n.C, env, unit)
		x, ex := bounded(t, n.X, env, unit)
		y, ey := bounded(t, n.Y, env, unit)
		v, bound = y, ey
		if c > 0 {
			v, bound = x, ex
		}
		if math.Abs(c) <= ec {
			bound = max(math.Abs(x-v)+ex, math.Abs(y-v)+ey)
		}
		return v, bound
	}
	t.Fatalf("no expression: %T", e)
	return
}

const unit64, unit32 = 0x1p-53, 0x1p-24

// slope computes the derivative of e by v as a central difference, at the step at which its computed
// uncertainty is least: the rounding errors of both values, and what halving the step still changes.
// The point must have few bits, so that it can be moved by a step exactly.
func slope(t *testing.T, e Expr, v Var, env Env[float64]) (d, tolerance float64) {
	t.Helper()
	at := env[v]
	defer func() { env[v] = at }()
	tolerance = math.Inf(1)
	before, before2 := math.NaN(), math.NaN() // with twice and four times the step
	for k := 5; k < 26; k++ {
		h := math.Ldexp(1, -k)
		env[v] = at + h
		right, er := bounded(t, e, env, unit64)
		env[v] = at - h
		left, el := bounded(t, e, env, unit64)
		s := (right - left) / (2 * h)
		u := (er+el)/(2*h) + 2*unit64*math.Abs(s) + math.Abs(s-before) + math.Abs(before-before2)/4
		if u < tolerance {
			d, tolerance = s, u
		}
		before, before2 = s, before
	}
	return d, tolerance
}

// checkDerivative compares de with the slope of e by v. It reports whether the slope was known well
// enough to compare with.
func checkDerivative(t *testing.T, e, de Expr, v Var, env Env[float64]) bool {
	t.Helper()
	want, tolerance := slope(t, e, v, env)
	got, bound := bounded(t, de, env, unit64)
	if !(tolerance+bound <= 1e-6*(1+math.Abs(want))) {
		return false
	}
	if !(math.Abs(got-want) <= tolerance+bound) {
		t.Errorf("d/d%s %v = %v\nis %v at %v, should be %v ± %.1g", v, e, de, got, env, want, tolerance+bound)
	}
	return true
}

// sameBits reports whether x and y are one value, all NaNs being one.
func sameBits[F Float](x, y F) bool {
	a, b := float64(x), float64(y)
	return math.Float64bits(a) == math.Float64bits(b) || a != a && b != b
}

// mustEval is Eval for an expression whose variables are all in env.
func mustEval[F Float](t testing.TB, e Expr, env Env[F]) F {
	t.Helper()
	v, err := Eval(e, env)
	if err != nil {
		t.Fatalf("%v: %v", e, err)
	}
	return v
}

// A treeMaker makes random expressions as written, without simplification.
type treeMaker struct {
	*rand.Rand
	numbers []float64
	unary   []Op
	binary  []Op
}

func newTreeMaker(seed uint64) treeMaker {
	m := treeMaker{
		Rand: rand.New(rand.NewPCG(seed, 1)),
		numbers: []float64{0, math.Copysign(0, -1), 1, -1, 2, -2, 0.5, 0.1, -0.1, 3, 6, -0.25, 1.0 / 3,
			0x1p-126, 0x1p127, 0x1p-149, 1e-60, 1e300, 16777217, math.Inf(1), math.NaN()},
	}
	for op := range numOps {
		switch ops[op].arity {
		case 1:
			m.unary = append(m.unary, op)
		case 2:
			m.binary = append(m.binary, op)
		}
	}
	return m
}

// tree returns an expression in z, a and y of at most the given depth. Now and then both operands are
// one, to have something in common.
func (m treeMaker) tree(depth int) Expr {
	switch k := m.IntN(10); {
	case depth == 0 || k == 0:
		if m.IntN(3) == 0 {
			return Number(m.numbers[m.IntN(len(m.numbers))])
		}
		return []Var{Z, A, Y}[m.IntN(3)]
	case k < 4:
		if m.IntN(2) == 0 {
			return Unary{OpNeg, m.tree(depth - 1)}
		}
		return Unary{m.unary[m.IntN(len(m.unary))], m.tree(depth - 1)}
	case k == 4:
		return Select{m.tree(depth - 1), m.tree(depth - 1), m.tree(depth - 1)}
	default:
		op := m.binary[m.IntN(len(m.binary))]
		x := m.tree(depth - 1)
		if m.IntN(6) == 0 {
			return Binary{op, x, x}
		}
		return Binary{op, x, m.tree(depth - 1)}
	}
}

// points are environments at the limits of the arithmetic and between them.
func points[F Float](m treeMaker) []Env[F] {
	special := []float64{0, math.Copysign(0, -1), 1, -1, math.Inf(1), math.Inf(-1), math.NaN(), 0x1p-149,
		-0x1p-126, 3e38, -3e38, 0.1, 0.75, -20, 100}
	var envs []Env[F]
	for range 12 {
		env := make(Env[F])
		for _, v := range []Var{Z, A, Y} {
			env[v] = F(m.NormFloat64())
			if m.IntN(2) == 0 {
				env[v] = F(special[m.IntN(len(special))])
			}
		}
		envs = append(envs, env)
	}
	return envs
}

// shortened is how many of so many random expressions are tried: with -short a tenth.
func shortened(all int) int {
	if testing.Short() {
		return all / 10
	}
	return all
}
