package plan

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/plan/plantest"
	"github.com/backpropgen/backpropgen/spec"
)

// TestPruneLeavesNoDeadStore checks over random networks that scratch is read wherever it is written, that every
// buffer left is touched, and that none that is touched is gone.
func TestPruneLeavesNoDeadStore(t *testing.T) {
	plantest.Each(t, func(t *testing.T, _ *rand.Rand, n spec.Network) {
		p := drawnPlan(t, n)
		read, used := map[*Buffer]bool{}, map[*Buffer]bool{}
		for _, op := range p.Ops() {
			for _, b := range op.Reads() {
				read[b], used[b] = true, true
			}
			for _, b := range op.Writes() {
				used[b] = true
			}
		}
		for _, b := range p.Buffers {
			if !used[b] && !argument(b) {
				t.Errorf("%v is left and nothing touches it", b)
			}
			if b.Kind == Scratch && !read[b] {
				t.Errorf("%v is written and never read", b)
			}
		}
		for b := range used {
			if !slices.Contains(p.Buffers, b) {
				t.Errorf("%v is gone and in use", b)
			}
		}
	})
}

// TestPruneKeeps checks what goes and what stays in networks where it is known.
func TestPruneKeeps(t *testing.T) {
	names := func(p *Program) (all []string) {
		for _, b := range p.Buffers {
			all = append(all, b.Name)
		}
		return all
	}
	xor := plantest.Network("mse", []int{2, 3, 1}, "sigmoid", "sigmoid")
	before := traced(t, xor, names)["fuse"]
	after := names(mustCompile(t, xor))
	if want := []string{"x", "y", "rate", "loss", "W1", "gW1", "b1", "gb1", "a1", "d1", "W2", "gW2", "b2", "gb2", "a2",
		"d2", "o"}; !slices.Equal(after, want) {
		t.Errorf("buffers %v, want %v", after, want)
	}
	if want := []string{"z1", "v1", "z2", "v2", "t"}; !slices.ContainsFunc(want,
		func(s string) bool { return slices.Contains(before, s) }) {
		t.Errorf("before the pass the buffers are %v: none of %v", before, want)
	}
	// The largest logit and the total of a softmax stay where the loss reads them, and nowhere else.
	for cost, want := range map[string]bool{"cross-entropy": true, "mse": false} {
		n := plantest.Network(cost, []int{2, 3, 3}, "softmax", "softmax")
		p := mustCompile(t, n)
		if p.Buffer("m1") != nil || p.Buffer("s1") != nil {
			t.Errorf("%s keeps m1 or s1 of a hidden softmax", cost)
		}
		if (p.Buffer("m2") != nil) != want || (p.Buffer("s2") != nil) != want {
			t.Errorf("%s keeps m2 and s2: want %t", cost, want)
		}
	}
}

// TestPruneIdle: below an activation that is constant there is no affine map, in every mode that does not keep z, and
// nothing that is kept changes.
func TestPruneIdle(t *testing.T) {
	n := plantest.Network("mse", []int{2, 3, 4, 1}, "tanh", "tanh", "tanh")
	n.Layers[1].Activation = spec.Function{Expr: "z^0"}
	for mode, want := range map[spec.Cache]int{spec.CachePre: 3, spec.CachePost: 2, spec.CacheBoth: 3} {
		n.Cache = mode
		p := mustCompile(t, n)
		forward := p.Funcs[0]
		count := 0
		for _, op := range forward.Ops {
			if _, ok := op.(*Affine); ok {
				count++
			}
		}
		if count != want || forward.Name != Forward {
			t.Errorf("cache %s: %d affine maps in %s, want %d: %v", mode, count, forward.Name, want, forward.Ops)
		}
		if p.Buffer("a2") == nil || p.Buffer("gW2") == nil {
			t.Errorf("cache %s: a2 or gW2 is gone", mode)
		}
	}
}

// TestPruneCascades checks that a store goes when its only reader went.
func TestPruneCascades(t *testing.T) {
	b := func(name string, k Kind) *Buffer { return &Buffer{Name: name, Kind: k, Rows: 2, Cols: 1, Slot: -1} }
	x, u, v, y := b("x", Input), b("u", Scratch), b("v", Scratch), b("y", Cache)
	move := func(from *Buffer, to ...*Buffer) *Map {
		m := &Map{N: 2, Args: []Arg{{expr.Z, from}}}
		for _, t := range to {
			m.Sets = append(m.Sets, Set{t, expr.Z})
		}
		return m
	}
	first, second := move(x, u, y), move(x, v)
	p := &Program{Buffers: []*Buffer{x, u, v, y}, Funcs: []*Func{{Name: Forward, Ops: []Op{first, second}}}}
	if err := prune(p); err != nil {
		t.Fatal(err)
	}
	if len(first.Sets) != 1 || first.Sets[0].Buf != y || len(second.Sets) != 0 ||
		!slices.Equal(p.Buffers, []*Buffer{x, y}) {
		t.Errorf("left: %s; %s; buffers %v; want y = z alone, of x and y", first, second, p.Buffers)
	}
}
