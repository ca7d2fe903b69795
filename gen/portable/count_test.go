package portable

import (
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// counted is a network's plan, and what counts its functions.
type counted struct {
	*plan.Program
	c *code.Counter
}

func mustCompile(t testing.TB, n spec.Network) counted {
	t.Helper()
	s, _, err := Compile(n)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Build(s, Options{Package: "net"})
	if err != nil {
		t.Fatal(err)
	}
	return counted{s.Program, Counter(s.Program, f)}
}

// mustCount counts the operations of a function.
func mustCount(t testing.TB, p counted, name string) code.Count {
	t.Helper()
	c, err := Count(p.Program, p.c, name)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// title names a network in messages.
func title(n spec.Network) string { return string(n.JSON()) }

// TestCountByHand compares the counts of networks small enough with those made by reading their equations.
func TestCountByHand(t *testing.T) {
	for _, c := range []struct {
		n    spec.Network
		want map[string]code.Count
	}{
		{network("squared-error", []int{2, 1}, "identity"), map[string]code.Count{
			// x, W and b are read; 2 products are added to b; a is written.
			plan.Forward: {Count: expr.Count{Adds: 2, Muls: 2}, Loads: 5, Stores: 1, ParamLoads: 3, ParamStores: 0},
			// y is read; (a - y)², added to 0.
			plan.LossOnly: {Count: expr.Count{Adds: 4, Muls: 3}, Loads: 6, Stores: 1, ParamLoads: 3, ParamStores: 0},
			// x, a and y are read; (a - y)² and 2(a - y); ∇W = δ·x; δ, ∇W and ∇b are written.
			plan.Backward: {Count: expr.Count{Adds: 2, Muls: 4}, Loads: 4, Stores: 4, ParamLoads: 0, ParamStores: 3},
			plan.Grad:     {Count: expr.Count{Adds: 4, Muls: 6}, Loads: 6, Stores: 5, ParamLoads: 3, ParamStores: 3},
			// rate·δ, and W and b are read again and lowered.
			plan.Step: {Count: expr.Count{Adds: 7, Muls: 7}, Loads: 9, Stores: 5, ParamLoads: 6, ParamStores: 3},
		}},
		{network("mse", []int{1, 2}, "tanh"), map[string]code.Count{
			plan.Forward: {Count: expr.Count{Adds: 2, Muls: 2, Calls: 2}, Loads: 5, Stores: 2, ParamLoads: 4,
				ParamStores: 0},
			// The squares, their sum, and half of it.
			plan.LossOnly: {Count: expr.Count{Adds: 6, Muls: 5, Calls: 2}, Loads: 7, Stores: 2, ParamLoads: 4,
				ParamStores: 0},
		}},
		{network("cross-entropy", []int{1, 3}, "softmax"), map[string]code.Count{
			// z, a, m and s are written; 2 comparisons, 3 differences to m, 2 additions of exponentials, 1/s.
			plan.Forward: {Count: expr.Count{Adds: 8, Muls: 6, Divs: 1, Calls: 3, Selects: 2}, Loads: 7, Stores: 8,
				ParamLoads: 6, ParamStores: 0},
		}},
	} {
		p := mustCompile(t, c.n)
		for _, f := range p.Funcs {
			want, ok := c.want[f.Name]
			if got := mustCount(t, p, f.Name); ok && got != want {
				t.Errorf("%s, %s: counted %+v, want %+v", title(c.n), f.Name, got, want)
			}
		}
	}
}

// TestCountMultiplies holds the products of whole networks to the closed form: those of the matrices, which the shape
// tells, and those of the elements.
func TestCountMultiplies(t *testing.T) {
	eachNetwork(t, func(t *testing.T, d *drawn) {
		n := d.network()
		for l := range n.Layers {
			n.Layers[l].Activation = spec.Function{Name: "identity"}
		}
		n.Cost, n.InputGradient = spec.Function{Name: "squared-error"}, false
		p := mustCompile(t, n)
		forward, backward := n.MultiplyAdds()
		last := n.Width(n.Depth())
		if got := mustCount(t, p, plan.Forward).Muls; got != int64(forward) {
			t.Errorf("plan.Forward has %d products, want %d", got, forward)
		}
		if got := mustCount(t, p, plan.LossOnly).Muls; got != int64(forward+last) {
			t.Errorf("Loss has %d products, want %d and a square for each of %d outputs", got, forward, last)
		}
		// δ = 2(a - y) takes one more for each output.
		if got := mustCount(t, p, plan.Grad).Muls; got != int64(forward+backward+2*last) {
			t.Errorf("plan.Grad has %d products, want %d", got, forward+backward+2*last)
		}
	})
}

// TestCountGrowth holds every kind of operation of every function to c·L·n² + d·L·n where n is the widest layer, and
// the products of the gradient to no less than L·n²: the algorithms are quadratic in the width and linear in the depth.
func TestCountGrowth(t *testing.T) {
	const c, d = 4, 40
	for _, activation := range []string{"identity", "silu", "softmax"} {
		for _, depth := range []int{1, 2, 8} {
			for _, width := range []int{1, 2, 4, 8, 17, 32, 64, 128} {
				if testing.Short() && (depth > 2 || width > 17 || width%4 == 2) {
					continue
				}
				n := network("squared-error", slices.Repeat([]int{width}, depth+1),
					slices.Repeat([]string{activation}, depth)...)
				for _, n.Cache = range []spec.Cache{spec.CachePre, spec.CacheBoth} {
					for _, n.Unroll = range []spec.Unroll{spec.UnrollAuto, spec.UnrollLoop} {
						checkGrowth(t, n, c*depth*width*width, d*depth*width)
					}
				}
			}
		}
	}
}

// checkGrowth holds the operations of a network to square + line, and those that only elements take to line.
func checkGrowth(t *testing.T, n spec.Network, square, line int) {
	t.Helper()
	p := mustCompile(t, n)
	for _, f := range p.Funcs {
		k, square, line := mustCount(t, p, f.Name), square, line
		if f.Batch {
			square, line = square*p.Block, line*p.Block
		}
		for _, kind := range []struct {
			name  string
			count int64
			most  int
		}{
			{"multiplies", k.Muls, square + line}, {"adds", k.Adds, square + line},
			{"loads", k.Loads, square + line}, {"stores", k.Stores, square + line},
			{"divides", k.Divs, line}, {"calls", k.Calls, line}, {"selects", k.Selects, line},
		} {
			if kind.count > int64(kind.most) {
				t.Errorf("%s, cache %s, unroll %s: %s takes %d %s, more than %d", title(n), n.Cache, n.Unroll, f.Name,
					kind.count, kind.name, kind.most)
			}
		}
	}
	if got, weights := mustCount(t, p, plan.Grad).Muls, int64(n.Depth()*n.Input*n.Input); got < weights {
		t.Errorf("%s: a gradient takes %d multiplies, fewer than there are weights, %d", title(n), got, weights)
	}
}

// TestCountTimes checks that n repetitions are a sum of n, kind by kind.
func TestCountTimes(t *testing.T) {
	one := code.Count{Count: expr.Count{Adds: 1, Muls: 2, Divs: 3, Calls: 4, Selects: 5}, Loads: 6, Stores: 7,
		ParamLoads: 8, ParamStores: 9}
	sum := code.Count{}
	for range 5 {
		sum = sum.Plus(one)
	}
	if got := one.Times(5); got != sum || got.ParamStores != 45 {
		t.Errorf("5 times %+v is %+v, want %+v", one, got, sum)
	}
	if got := one.Operations(); got != 1+2+3+5+6+7 {
		t.Errorf("%d operations in %+v", got, one)
	}
	if got := one.Weight(); got != 1+2+3*expr.DivWeight+4*expr.CallWeight+5+6+7 {
		t.Errorf("%+v weighs %d", one, got)
	}
}

// TestCountUnrolls checks that straight lines and loops perform the same products on parameters, which they all read
// once in a pass over them.
func TestCountUnrolls(t *testing.T) {
	eachNetwork(t, func(t *testing.T, d *drawn) {
		n := d.network()
		n.Unroll = spec.UnrollLoop
		loops := mustCompile(t, n)
		n.Unroll = spec.UnrollFull
		straight := mustCompile(t, n)
		for _, f := range loops.Funcs {
			a, b := mustCount(t, loops, f.Name), mustCount(t, straight, f.Name)
			if a.ParamLoads != b.ParamLoads || a.ParamStores != b.ParamStores || a.Calls != b.Calls ||
				a.Divs != b.Divs {
				t.Errorf("%s: in loops %+v, straight %+v", f.Name, a, b)
			}
		}
	})
}

// TestInputGradientCosts compares each network with and without input_gradient. What it costs is d0 = W1ᵀ·d1 in the
// gradients, and without it not an operation more: no other function, and no other kind of operation, tells the two
// apart.
func TestInputGradientCosts(t *testing.T) {
	eachNetwork(t, func(t *testing.T, d *drawn) {
		n := d.network()
		if n.Unroll == spec.UnrollAuto {
			n.Unroll = spec.UnrollLoop // auto may take loops for the longer of the two
		}
		if n.Cache == spec.CacheAuto {
			n.Cache = spec.CachePost
		}
		n.InputGradient = true
		with := mustCompile(t, n)
		n.InputGradient = false
		without := mustCompile(t, n)
		inputs, rows := int64(n.Input), int64(n.Layers[0].Dense)
		for _, f := range without.Funcs {
			a, b := mustCount(t, without, f.Name), mustCount(t, with, f.Name)
			if f.Name == plan.Forward || f.Name == plan.LossOnly || plan.SignatureOf(f.Name).Derivative != "" {
				if a != b {
					t.Errorf("%s: with input_gradient %+v, without %+v", f.Name, b, a)
				}
				continue
			}
			if f.Batch {
				// They have a function of their own for it. Parts are cut at other places then, and read scalars again
				// there.
				if a.Count != b.Count || a.Stores != b.Stores || a.ParamStores != b.ParamStores {
					t.Errorf("%s: with input_gradient %+v, without %+v", f.Name, b, a)
				}
				continue
			}
			// A product for every weight, and those of a column added up, in one run or several. plan.Step may form
			// rate·d anew for every piece of a split layer, of which there are more then.
			muls, adds := b.Muls-a.Muls, b.Adds-a.Adds
			exact := muls == inputs*rows || f.Name == plan.Step && muls > inputs*rows
			if !exact || adds < inputs*(rows-1) || b.Stores-a.Stores < inputs ||
				a.Divs != b.Divs || a.Calls != b.Calls || a.Selects != b.Selects || a.ParamStores != b.ParamStores {
				t.Errorf("%s of %d inputs and %d rows: with input_gradient %+v, without %+v", f.Name, inputs, rows, b,
					a)
			}
		}
	})
}

// TestCountBatch compares the count of calls with that of their blocks: each whole block takes the same, and a call the
// rest besides.
func TestCountBatch(t *testing.T) {
	n := network("cross-entropy", []int{4, 8, 3}, "tanh", "softmax")
	n.Batch = 8
	p := mustCompile(t, n)
	count := func(name string, samples int) code.Count {
		c, err := p.c.Function(n.Name, name, samples)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	for _, f := range p.Funcs {
		if !f.Batch {
			continue
		}
		block := count(f.Name, 17)
		for range 3 {
			block = block.Plus(minus(count(f.Name, 25), count(f.Name, 17)))
		}
		if got := count(f.Name, 17+3*8); got != block {
			t.Errorf("%s of 41 samples performs %+v, want %+v", f.Name, got, block)
		}
	}
	// By hand: ∇W and ∇b of the two layers and the sum of the loss, each read and written once a block.
	empty := count(plan.GradBatch, 0)
	if want := (code.Count{Count: expr.Count{Adds: 1}, Loads: 67, Stores: 2 * 67, ParamLoads: 67,
		ParamStores: 2 * 67}); empty != want {
		t.Errorf("GradBatch of no samples performs %+v, want %+v", empty, want)
	}
	one := minus(count(plan.GradBatch, 2), count(plan.GradBatch, 1))
	grad := mustCount(t, p, plan.Grad)
	if one.Muls != grad.Muls || one.Calls != grad.Calls || one.ParamStores != 0 || one.ParamLoads != grad.ParamLoads {
		t.Errorf("one sample more takes %+v in GradBatch; Grad takes %+v", one, grad)
	}
}

func minus(a, b code.Count) code.Count { return a.Plus(b.Times(-1)) }

// TestCountUpdate counts updates by hand: of SGD, and of Adam whose updates a team shares out, which goes through a
// range.
func TestCountUpdate(t *testing.T) {
	n := network("mse", []int{128, 128}, "identity")
	n.Optimizers = []spec.Optimizer{spec.SGD, spec.Adam}
	p := mustCompile(t, n)
	descents, err := plan.Descents(n)
	if err != nil || !Spreads(p.Network) {
		t.Fatal(err, Spreads(p.Network))
	}
	// The last case of SGD is p -= rate*(g + weightdecay*p); in that of Adam m and v are read and written, a root and a
	// quotient are formed.
	for i, d := range descents {
		got, err := CountUpdate(p.Program, d, len(d.Rule.Cases)-1)
		if err != nil {
			t.Fatal(err)
		}
		params := int64(n.Params())
		want := []code.Count{
			{Count: expr.Count{Adds: 2, Muls: 2}, Loads: 2, Stores: 1, ParamLoads: 2, ParamStores: 1},
			{Loads: 4, Stores: 3, ParamLoads: 2, ParamStores: 1},
		}[i].Times(params)
		if i == 1 {
			want.Count = got.Count
			if got.Calls != params || got.Divs != params {
				t.Errorf("%s has %d roots and %d quotients for %d parameters", d.Name, got.Calls, got.Divs, params)
			}
		}
		if got != want {
			t.Errorf("%s counts %+v, want %+v", d.Name, got, want)
		}
	}
}
