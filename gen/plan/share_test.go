package plan

import (
	"math/rand/v2"
	"testing"

	"github.com/backpropgen/backpropgen/gen/plan/plantest"
	"github.com/backpropgen/backpropgen/spec"
)

// lives returns, for every function, the operations during which a buffer holds a value that is still to be read, found
// forwards from each write instead of backwards as live does: from a write to the last read before the next write.
func lives(f *Func, b *Buffer) map[int]bool {
	alive := map[int]bool{}
	start := -1
	for i, op := range f.Ops {
		if start >= 0 && contains(op.Reads(), b) {
			for k := start; k <= i; k++ {
				alive[k] = true
			}
		}
		if contains(op.Writes(), b) {
			start = i
			alive[i] = true
		}
	}
	return alive
}

// TestShareKeepsLivesApart checks over random networks that scratch buffers that are alive during one operation have
// slots of their own, large enough.
func TestShareKeepsLivesApart(t *testing.T) {
	pairs, shared := 0, 0
	plantest.Each(t, func(t *testing.T, _ *rand.Rand, n spec.Network) {
		p := drawnPlan(t, n)
		var scratch []*Buffer
		for _, b := range p.Buffers {
			if b.Kind != Scratch {
				if b.Slot >= 0 {
					t.Errorf("%v is not scratch and has slot %d", b, b.Slot)
				}
				continue
			}
			scratch = append(scratch, b)
			if b.Slot < 0 || b.Slot >= len(p.Slots) || p.Slots[b.Slot] < b.Len() {
				t.Errorf("%v has slot %d of %v", b, b.Slot, p.Slots)
			}
		}
		for i, b := range scratch {
			for _, c := range scratch[:i] {
				pairs++
				if b.Slot != c.Slot {
					continue
				}
				shared++
				for _, f := range p.Funcs {
					other := lives(f, c)
					for k := range lives(f, b) {
						if other[k] {
							t.Errorf("%s, operation %d (%s): %v and %v are alive and share slot %d",
								f.Name, k, f.Ops[k], b, c, b.Slot)
						}
					}
				}
			}
		}
		// Every slot is as long as its longest buffer, no longer.
		for s, length := range p.Slots {
			longest := 0
			for _, b := range scratch {
				if b.Slot == s {
					longest = max(longest, b.Len())
				}
			}
			if longest != length {
				t.Errorf("slot %d has %d elements for buffers of at most %d", s, length, longest)
			}
		}
	})
	if shared == 0 || shared == pairs {
		t.Errorf("%d of %d pairs of scratch buffers share a slot", shared, pairs)
	}
}

// TestShareSaves checks that the scratch of a deep network that forms its activations again stays at two layers'.
func TestShareSaves(t *testing.T) {
	widths, activations := []int{10}, []string{}
	for range 12 {
		widths, activations = append(widths, 10), append(activations, "tanh")
	}
	n := plantest.Network("mse", widths, activations...)
	n.Cache = spec.CachePre
	total := 0
	p := mustCompile(t, n)
	for _, b := range p.Buffers {
		if b.Kind == Scratch {
			total += b.Len()
		}
	}
	slots := 0
	for _, s := range p.Slots {
		slots += s
	}
	if len(p.Slots) != 2 || slots != 20 || total != 110 {
		t.Errorf("%d slots of %d elements for %d elements of scratch, want 2 of 20 for 110 (11 hidden layers)",
			len(p.Slots), slots, total)
	}
}

// TestLive checks the life of a buffer that is written and read twice in one function.
func TestLive(t *testing.T) {
	b := func(name string) *Buffer { return &Buffer{Name: name, Kind: Scratch, Rows: 1, Cols: 1, Slot: -1} }
	x, y, z := b("x"), b("y"), b("z")
	move := func(from, to *Buffer) Op { return &Map{N: 1, Args: []Arg{{"q", from}}, Sets: []Set{{Buf: to}}} }
	f := &Func{Ops: []Op{move(y, x), move(z, z), move(x, y), move(y, z), move(z, x), move(x, y)}}
	want := map[*Buffer][]bool{
		x: {true, true, true, false, true, true}, // dead between its last read and its next write
		y: {true, false, true, true, false, true},
		z: {true, true, false, true, true, false}, // the first operation finds what came before
	}
	for buffer, w := range want {
		got := live(usesOf(f), buffer)
		for i := range w {
			if got[i] != w[i] {
				t.Errorf("%s is alive in %v, want %v", buffer.Name, got, w)
				break
			}
		}
	}
}
