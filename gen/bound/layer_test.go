package bound

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/plan"
)

// TestDot holds W·v + b of float32 against the exact one, each v off by as much as it may be, to the side where it
// counts.
func TestDot(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	reached := 0.0
	for range 20000 {
		n := 1 + r.IntN(20)
		w, b := Interval{-1, 1}, Interval{}
		if r.IntN(2) == 0 {
			b = Interval{-0.5, 0.5}
		}
		e := math.Ldexp(r.Float64(), -10-r.IntN(20))
		v := all(n, number{-1, 1, -1 - e, 1 + e, e})
		if r.IntN(3) == 0 {
			v = v.with(1.5, 1.5*e)
		}
		limit := single.dot(w, b, v)
		exact, total, totalErr := float64(float32(b.Lo+r.Float64()*(b.Hi-b.Lo))), 0.0, 0.0
		sum := float32(exact)
		for range n {
			wi, vi := float32(1-2*float64(r.IntN(2))*r.Float64()), 2*r.Float64()-1
			off := e
			if wi < 0 {
				off = -e
			}
			if total+math.Abs(vi) > v.total || totalErr+e > v.totalErr {
				break
			}
			total, totalErr = total+math.Abs(vi), totalErr+e
			c := float32(vi + off)
			if math.Abs(float64(c)-vi) > e {
				c = math.Nextafter32(c, float32(vi))
			}
			if math.Abs(float64(c)-vi) > e {
				vi = float64(c) // e is less than an ulp
			}
			exact += float64(wi) * vi
			sum += wi * c
		}
		holds(t, "dot", limit, exact, sum, n, v)
		reached = max(reached, math.Abs(float64(sum)-exact)/limit.err)
	}
	if reached < 0.8 {
		t.Errorf("the largest error is %v of the bound", reached)
	}
}

// shaken draws n numbers from -range to range, and the same off by e at most, mostly by e.
func shaken(r *rand.Rand, n int, reach, e float64) (z, off []float64) {
	for i := range n {
		v := reach * (2*r.Float64() - 1)
		if r.IntN(4) == 0 && i > 0 {
			v = z[i-1] // a tie
		}
		z = append(z, v)
		switch r.IntN(4) {
		case 0:
			e := e * (2*r.Float64() - 1)
			off = append(off, v+e)
		case 1:
			off = append(off, v-e)
		default:
			off = append(off, v+e)
		}
	}
	return z, off
}

func softmaxOf(z []float64) (p []float64, lse float64) {
	m, s := slices.Max(z), 0.0
	for _, v := range z {
		s += math.Exp(v - m)
	}
	for _, v := range z {
		p = append(p, math.Exp(v-m)/s)
	}
	return p, m + math.Log(s)
}

func radialOf(z []float64) (a []float64, r float64) {
	for _, v := range z {
		r += v * v
	}
	r = math.Sqrt(r)
	for _, v := range z {
		if r == 0 {
			a = append(a, 0)
		} else {
			a = append(a, v/r*sigmoid(r))
		}
	}
	return a, r
}

// distance is the largest distance of two vectors' elements, and the sum of all.
func distance(x, y []float64) (most, sum float64) {
	for i := range x {
		d := math.Abs(x[i] - y[i])
		most, sum = max(most, d), sum+d
	}
	return most, sum
}

// TestLayers shakes the z of softmax, log-softmax and radial-sigmoid by large errors, in exact arithmetic: the results
// are off by no more than is said, and by not much less.
func TestLayers(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	reached := map[string]float64{}
	check := func(what string, seen, limit float64) {
		t.Helper()
		if seen > limit {
			t.Fatalf("%s: %v, bound %v", what, seen, limit)
		}
		reached[what] = max(reached[what], seen/limit)
	}
	rounds := 40000
	if testing.Short() {
		rounds = 8000
	}
	for range rounds {
		n := 1 + r.IntN(6)
		reach, e := math.Ldexp(r.Float64(), r.IntN(6)-2), math.Ldexp(r.Float64(), -r.IntN(8))
		z, off := shaken(r, n, reach, e)
		known := number{-reach, reach, -reach - e, reach + e, e}
		w := &walk{evaluator: evaluator{format: single}}

		p, lse := softmaxOf(z)
		q, lse2 := softmaxOf(off)
		a := w.softmax(n, known)
		most, sum := distance(p, q)
		check("softmax", most, a.err)
		check("softmax together", sum, a.totalErr)
		check("softmax, largest", slices.Max(p), a.hi)
		x := w.surprise(n, known)
		for i := range z {
			check("surprise", math.Abs((lse-z[i])-(lse2-off[i])), x.err)
			check("surprise, largest", lse-z[i], x.hi)
			if lse-z[i] < x.lo-1e-12 {
				t.Fatalf("log-softmax is %v, at least %v", lse-z[i], x.lo)
			}
		}
		// The pullback of v that is off by as much.
		v, voff := shaken(r, n, 1, e)
		vk := all(n, number{-1, 1, -1 - e, 1 + e, e})
		back := func(p, v []float64) (d []float64) {
			dot := 0.0
			for i := range p {
				dot += p[i] * v[i]
			}
			for i := range p {
				d = append(d, p[i]*(v[i]-dot))
			}
			return d
		}
		most, sum = distance(back(p, v), back(q, voff))
		d := w.softmaxBack(n, known, vk)
		check("softmax back", most, d.err)
		check("softmax back together", sum, d.totalErr)
		total := 0.0
		for _, x := range back(p, v) {
			total += math.Abs(x)
		}
		check("softmax back, total", total, d.total)
		most, sum = distance(back(p, v), back(q, v))
		d = w.softmaxBack(n, known, all(n, given(-1, 1)))
		check("softmax back of exact v", most, d.err)
		check("softmax back of exact v together", sum, d.totalErr)
		logBack := func(p, v []float64) (d []float64) {
			total := 0.0
			for i := range v {
				total += v[i]
			}
			for i := range p {
				d = append(d, v[i]-p[i]*total)
			}
			return d
		}
		most, _ = distance(logBack(p, v), logBack(q, voff))
		check("log-softmax back", most, w.logSoftmaxBack(n, known, vk).err)

		// radial-sigmoid through a plan's operation, whole and apart.
		b, length := radialOf(z)
		c, _ := radialOf(off)
		most, sum = distance(b, c)
		for _, apart := range []bool{false, true} {
			if apart && length < shortest {
				continue
			}
			w := &walk{evaluator: evaluator{single, apart}, known: map[*plan.Buffer]vector{}, p: &plan.Program{}}
			out := &plan.Buffer{Name: "a9", Rows: n}
			if err := w.radial(&plan.Vector{N: n, Window: n, Out: out}, known); err != nil {
				t.Fatal(err)
			}
			what := "radial-sigmoid"
			if apart {
				what += " apart"
			}
			check(what, most, w.known[out].err)
			check(what+" together", sum, w.known[out].totalErr)
		}

		// A maximum that changes places takes v with it.
		first, other := slices.Index(z, slices.Max(z)), slices.Index(off, slices.Max(off))
		from, to := make([]float64, n), make([]float64, n)
		from[first], to[other] = v[0], voff[0]
		most, sum = distance(from, to)
		one := w.maxPoolBack(n, all(1, vk.number), true)
		check("max-pool back", most, one.err)
		check("max-pool back together", sum, one.totalErr)
		w.apart = true
		if same := w.maxPoolBack(n, all(1, vk.number), true); same.err > e*slack || same.totalErr > e*slack {
			t.Fatalf("max-pool apart: %+v", same)
		}
	}
	for what, part := range reached {
		if part < 0.2 {
			t.Errorf("%s: the largest seen is %v of the bound, want a fifth at least", what, part)
		}
	}
}

// TestShares evaluates softmax and log-softmax in float32, of z without error, in any order of the sum.
func TestShares(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	w := &walk{evaluator: evaluator{format: single}}
	reached := 0.0
	for range 40000 {
		n := 1 + r.IntN(12)
		reach := math.Ldexp(r.Float64(), r.IntN(8)-2)
		z, _ := shaken(r, n, reach, 0)
		for i := range z {
			z[i] = min(max(float64(float32(z[i])), -reach), reach)
			z[i] = float64(float32(z[i]) * (1 - 0x1p-23))
		}
		p, lse := softmaxOf(z)
		m := float32(slices.Max(z))
		var e []float32
		var s float32
		for _, v := range z {
			e = append(e, float32(math.Exp(float64(float32(v)-m))))
		}
		for _, i := range r.Perm(n) {
			s += e[i]
		}
		known := given(-reach, reach)
		a, x := w.softmax(n, known), w.surprise(n, known)
		inverse := 1 / s
		for i := range e {
			got := float64(e[i] * inverse)
			if math.Abs(got-p[i]) > a.err {
				t.Fatalf("softmax of %v: %v, should be %v ± %v", z, got, p[i], a.err)
			}
			reached = max(reached, math.Abs(got-p[i])/a.err)
			surprise := float64(m - float32(z[i]) + float32(math.Log(float64(s))))
			if math.Abs(surprise-(lse-z[i])) > x.err {
				t.Fatalf("log-softmax of %v: %v, should be %v ± %v", z, surprise, lse-z[i], x.err)
			}
		}
	}
	if reached < 0.2 {
		t.Errorf("the largest error is %v of the bound", reached)
	}
}

// TestSlope takes products with v apart.
func TestSlope(t *testing.T) {
	v, g := expr.Expr(plan.AccBackward), expr.Sub(expr.Number(1), expr.Square(expr.A))
	for _, e := range []expr.Expr{expr.Mul(v, g), expr.Mul(g, v)} {
		if got, ok := slope(e, plan.AccBackward); !ok || got != g {
			t.Errorf("the slope of %v is %v, %t", e, got, ok)
		}
	}
	for _, e := range []expr.Expr{v, expr.Add(v, g), expr.Mul(v, expr.Mul(v, g)), expr.Mul(g, g)} {
		if got, ok := slope(e, plan.AccBackward); ok {
			t.Errorf("%v has the slope %v", e, got)
		}
	}
}
