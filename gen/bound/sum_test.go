package bound

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// tree adds float32 numbers in a random order, and notes how many terms each addition covers.
func tree(r *rand.Rand, terms []float32, covered *[]int) float32 {
	if len(terms) == 1 {
		return terms[0]
	}
	cut := 1 + r.IntN(len(terms)-1)
	if r.IntN(2) == 0 {
		cut = len(terms) - 1
	}
	*covered = append(*covered, len(terms))
	return tree(r, terms[:cut], covered) + tree(r, terms[cut:], covered)
}

// TestAdding holds the bound of a sum against sums in random orders, and against the plainest order with terms that all
// round the same way, of which it must not be far from.
func TestAdding(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 20000 {
		n := 2 + r.IntN(60)
		each, first := math.Ldexp(1+r.Float64(), r.IntN(5)), 0.0
		var list []float32
		exact := 0.0
		for i := range n {
			v := float32(each * (2*r.Float64() - 1))
			if i%2 == 0 {
				v = float32(each) - float32(each/8*r.Float64())
			}
			list, exact = append(list, v), exact+float64(v)
		}
		if r.IntN(2) == 0 {
			first = each * 3
			list, exact = append(list, float32(first)), exact+float64(float32(first))
		}
		var covered []int
		r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		got := float64(tree(r, list, &covered))
		limit := single.adding(terms{
			n: n, each: float64(float32(each)), total: math.Inf(1), first: float64(float32(first)),
		})
		if math.Abs(got-exact) > limit {
			t.Fatalf("%d terms up to %v and %v: off by %v, bound %v", n, each, first, math.Abs(got-exact), limit)
		}
		slices.Sort(covered)
		for i, c := range covered {
			if c > len(list)-(len(covered)-1-i) {
				t.Fatalf("of %d terms the additions cover %v: more than one after another", len(list), covered)
			}
		}
	}
	// Constant terms that round down at every addition from some binade on.
	worst := 0.0
	for range 2000 {
		c := float32(1 - r.Float64()/16)
		sum, exact := float32(0), 0.0
		for range 64 {
			sum, exact = sum+c, exact+float64(c)
		}
		worst = max(worst,
			math.Abs(float64(sum)-exact)/single.adding(terms{n: 64, each: float64(c), total: math.Inf(1)}))
	}
	if worst > 1 || worst < 0.2 {
		t.Errorf("64 equal terms come to %v of the bound, want a fifth at least", worst)
	}
}

// TestTotal checks that few large terms among many cost no more than their total.
func TestTotal(t *testing.T) {
	loose := single.adding(terms{n: 1000, each: 1, total: math.Inf(1)})
	tight := single.adding(terms{n: 1000, each: 1, total: 2})
	if !(tight < loose/100) || tight < 998*single.half(2) {
		t.Errorf("1000 terms of at most 1: %v; of at most 2 together: %v", loose, tight)
	}
	if e := single.multiplying(terms{n: 1000, each: 1, total: 2}); e < single.u || e > 2.1*single.u {
		t.Errorf("products of at most 2 together are rounded by %v", e)
	}
	if e := single.adding(terms{n: 3, each: 2e38, total: math.Inf(1)}); !math.IsInf(e, 1) {
		t.Errorf("a sum that overflows is off by %v", e)
	}
}
