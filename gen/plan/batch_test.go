package plan

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/plan/plantest"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify"
)

// TestBatchMeaning runs the batch functions of random networks after every stage, on less than a block, whole blocks,
// more, and no samples at all, and holds every result within the reference's bound for a batch.
func TestBatchMeaning(t *testing.T) {
	compared, unbounded := 0, 0
	plantest.Each(t, func(t *testing.T, r *rand.Rand, n spec.Network) {
		n.Batch = 1 + r.IntN(4)
		single, double := newBatchTrial(t, n, spec.Float32, r), newBatchTrial(t, n, spec.Float64, r)
		traced(t, n, func(p *Program) bool {
			checkBatch[float32](p, single)
			checkBatch[float64](p, double)
			return true
		})
		for _, f := range append(single.failures, double.failures...) {
			t.Error(f)
		}
		compared, unbounded = compared+single.compared+double.compared, unbounded+single.unbounded+double.unbounded
	})
	t.Logf("%d numbers compared, %d without a bound", compared, unbounded)
	if unbounded > compared/50 {
		t.Errorf("%d of %d comparisons could not fail: the inputs are too large", unbounded, compared)
	}
}

// batchTrial is some samples, the parameters and rate of the first, and the reference's results for all together.
type batchTrial struct {
	trial
	samples []*trial
	weights []float64 // of the samples
	// What the reference has for each sample, and the sums without weights and with them.
	want, bound     []*verify.Gradient
	plain, weighted batchSums
}

// batchSums are what the reference has for all samples together, with the bounds of sums in any order.
type batchSums struct {
	loss, lossBound     float64
	gradient, gradSlack []float64
}

// add adds a sample.
func (s *batchSums) add(trace *verify.Trace, bound *verify.Gradient, roundings float64) {
	s.loss += trace.Loss
	s.lossBound += bound.Loss + 2*roundings*(math.Abs(trace.Loss)+bound.Loss)
	off := bound.Flat()
	for i, g := range trace.Flat() {
		s.gradient[i] += g
		s.gradSlack[i] += off[i] + 2*roundings*(math.Abs(g)+off[i])
	}
}

func newBatchTrial(t *testing.T, n spec.Network, precision spec.Precision, r *rand.Rand) *batchTrial {
	t.Helper()
	c := &batchTrial{trial: *newTrial(t, n, precision, r)}
	for range r.IntN(3*n.Batch + 2) {
		c.samples = append(c.samples, newTrial(t, n, precision, r))
	}
	network, err := verify.NewNetwork(n, c.params)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []*batchSums{&c.plain, &c.weighted} {
		s.gradient, s.gradSlack = make([]float64, n.Params()), make([]float64, n.Params())
	}
	roundings := float64(len(c.samples)+2) * c.unit()
	for _, s := range c.samples {
		trace := network.Algorithm4(s.x, s.y)
		bound, err := network.Bounds(trace, precision)
		if err != nil {
			t.Fatal(err)
		}
		c.want, c.bound = append(c.want, &trace.Gradient), append(c.bound, bound)
		c.plain.add(trace, bound, roundings)
		w := []float64{0, 1, 2.5, float64(float32(r.ExpFloat64()))}[r.IntN(4)]
		c.weights = append(c.weights, w)
		heavy := network.Weighted(w)
		trace = heavy.Algorithm4(s.x, s.y)
		if bound, err = heavy.Bounds(trace, precision); err != nil {
			t.Fatal(err)
		}
		c.weighted.add(trace, bound, roundings)
	}
	return c
}

// unit is half the distance from 1 to the next number.
func (c *trial) unit() float64 {
	if c.n.Precision == spec.Float64 {
		return 0x1p-53
	}
	return 0x1p-24
}

// checkBatch runs every batch function of a plan on a trial.
func checkBatch[F expr.Float](p *Program, c *batchTrial) {
	for _, f := range p.Funcs {
		if !f.Batch {
			continue
		}
		m := NewBatchMemory[F](p, len(c.samples))
		set(m.Network, &c.trial)
		poison(m.Network, func(*Buffer) bool { return true })
		for i, s := range m.Samples {
			set(s, c.samples[i])
			poison(s, func(*Buffer) bool { return true })
		}
		want := c.plain
		if Unweighted(f.Name) != f.Name {
			want = c.weighted
			for i, s := range m.Samples {
				s.Data("weight")[0] = F(c.weights[i])
			}
		}
		set(m.Network, &c.trial) // the samples share the parameters, and have just set their own
		if err := m.RunBatch(f.Name); err != nil {
			c.fail("%v", err)
			continue
		}
		if f.Name == ForwardBatch {
			for i, s := range m.Samples {
				compareAll(&c.trial, f.Name, "ŷ", s.Data("o"), vector(c.want[i].Output), vector(c.bound[i].Output))
			}
			continue
		}
		compareAll(&c.trial, f.Name, "loss", []F{m.Loss}, []float64{want.loss}, []float64{want.lossBound})
		switch Unweighted(f.Name) {
		case GradBatch:
			compareAll(&c.trial, f.Name, "gradient", params(m.Network, "gW%d", "gb%d"), want.gradient,
				want.gradSlack)
		case StepBatch:
			next, bound := c.step(want)
			compareAll(&c.trial, f.Name, "parameter", params(m.Network, "W%d", "b%d"), next, bound)
		case InputGradBatch:
			for i, s := range m.Samples {
				compareAll(&c.trial, f.Name, "∇x", s.Data("gx"), vector(c.want[i].X), vector(c.bound[i].X))
			}
		}
	}
}

// step is p − rate·∇ with a bound: the gradient's, and three roundings of what they can be of at most.
func (c *batchTrial) step(sums batchSums) (next, bound []float64) {
	for i, p := range c.params {
		g, off := sums.gradient[i], sums.gradSlack[i]
		next = append(next, p-c.rate*g)
		bound = append(bound, c.rate*off+3*c.unit()*(math.Abs(p)+2*c.rate*(math.Abs(g)+off)))
	}
	return next, bound
}

// TestBatchMeaningFindsMistakes shows that TestBatchMeaning can fail: the mistakes are in plans that Check has no
// objection to.
func TestBatchMeaningFindsMistakes(t *testing.T) {
	n := plantest.Network("mse", []int{3, 5, 2}, "tanh", "identity")
	n.Batch, n.InputGradient, n.SampleWeights = 2, true, true
	run := func(change func(p *Program)) (failed, compared int) {
		p := mustCompile(t, n)
		change(p)
		c := newBatchTrial(t, n, spec.Float64, rand.New(rand.NewPCG(1, 3)))
		if len(c.samples) < 3 {
			t.Fatalf("%d samples are no two blocks", len(c.samples))
		}
		checkBatch[float64](p, c)
		return len(c.failures), c.compared
	}
	if failed, _ := run(func(*Program) {}); failed > 0 {
		t.Fatal("it fails without a mistake")
	}
	for name, mistake := range map[string]func(p *Program){
		"a sum of another layer's deltas": func(p *Program) { every(p, func(o *OuterSum) { o.GB = nil }) },
		"a step by something else": func(p *Program) {
			every(p, func(o *Descend) { o.Rate = p.Buffer("loss") })
		},
		"a loss without its weight": func(p *Program) {
			every(p, func(m *Map) {
				if m.Sum != nil {
					m.Sum.Weight = nil
				}
			})
		},
		"a gradient without its weight": func(p *Program) {
			every(p, func(m *Map) {
				if m.Bind(WeightVar) != nil {
					m.Sets[0].Expr = expr.Substitute(m.Sets[0].Expr, WeightVar, expr.Number(1))
				}
			})
		},
		"sums of the last block alone": func(p *Program) {
			f := p.Func(GradBatch)
			f.Ops = slices.DeleteFunc(slices.Clone(f.Ops), func(op Op) bool { return ScopeOf(op) == PerCall })
		},
		"the gradient of another vector handed back": func(p *Program) {
			every(p, func(m *Map) {
				if m.Role == Deliver && m.Layer == 0 {
					m.Args[0].Buf = p.Buffer("x")
				}
			})
		},
	} {
		if failed, compared := run(mistake); failed == 0 {
			t.Errorf("%s: all %d comparisons pass", name, compared)
		}
	}
}

// TestBatchScopes checks that InputGradBatch is there for those who ask for it, that then no other batch function forms
// the gradient with respect to x, and that it forms none of a parameter.
func TestBatchScopes(t *testing.T) {
	n := plantest.Iris()
	if mustCompile(t, n).Func(InputGradBatch) != nil {
		t.Error("InputGradBatch is there without input_gradient")
	}
	n.InputGradient = true
	p := mustCompile(t, n)
	for _, f := range p.Funcs {
		wanted := f.Name == InputGradBatch
		for _, op := range f.Ops {
			if f.Batch && contains(op.Writes(), p.Buffer("d0")) && !wanted {
				t.Errorf("%s forms the gradient with respect to x: %s", f.Name, op)
			}
			if wanted && (ScopeOf(op) != PerSample || writes(op, WeightGrad)) {
				t.Errorf("InputGradBatch has %s", op)
			}
		}
	}
}

// TestBlock checks that blocks are as large as the spec says, unless their workspaces would be larger than fixed arrays
// may be.
func TestBlock(t *testing.T) {
	n := plantest.Iris()
	n.Batch = 7
	p := mustCompile(t, n)
	if p.Block != 7 || p.BatchBytes() != 7*p.WorkspaceBytes()+4*67 {
		t.Errorf("%d samples in %d bytes, want 7 in 7 times %d and 268", p.Block, p.BatchBytes(), p.WorkspaceBytes())
	}
	n = plantest.Network("mse", slices.Concat([]int{65536}, []int{1}), "identity")
	n.Batch = spec.MaxBatch
	p = mustCompile(t, n)
	if p.Block != spec.MaxBatch {
		t.Errorf("%d samples of %d bytes, want %d", p.Block, p.WorkspaceBytes(), n.Batch)
	}
	n = plantest.Network("mse", []int{1, 65536}, "tanh")
	n.Batch = spec.MaxBatch
	p = mustCompile(t, n)
	if p.Block != MaxBlockBytes/p.WorkspaceBytes() || p.Block < 100 {
		t.Errorf("%d samples of %d bytes, want as many as %d bytes hold", p.Block, p.WorkspaceBytes(), MaxBlockBytes)
	}
}
