package kernel

import (
	"fmt"
	"testing"

	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// TestTileLayout finds no two things of a tile in one place, and nothing beyond the area, whatever is cached and
// whichever form the sums of gradients have; scratch alone is shared, by vectors whose lives don't overlap.
func TestTileLayout(t *testing.T) {
	forms := map[bool]int{}
	for _, widths := range [][]int{{2, 3, 1}, {64, 64, 10}, {40, 70, 33, 5}} {
		for _, cache := range []spec.Cache{spec.CachePre, spec.CachePost, spec.CacheBoth} {
			for _, precision := range []spec.Precision{spec.Float32, spec.Float64} {
				n := spec.Network{Name: "Net", Input: widths[0], Cost: spec.Function{Name: "mse"}, Cache: cache,
					Precision: precision, InputGradient: true}
				for _, w := range widths[1:] {
					n.Layers = append(n.Layers, spec.Layer{Dense: w, Activation: spec.Function{Name: "tanh"}})
				}
				p, err := plan.Compile(n)
				if err != nil {
					t.Fatal(err)
				}
				name := fmt.Sprint(widths, cache, precision)
				checkTileLayout(t, name, p, Tiling{}, forms)
				checkTileLayout(t, name+" wide", p, Tiling{Row: 2 * LineBytes}, forms)
			}
		}
	}
	if forms[true] == 0 || forms[false] == 0 {
		t.Errorf("forms of sums: %v; both should occur", forms)
	}
}

func checkTileLayout(t *testing.T, name string, p *plan.Program, tiling Tiling, forms map[bool]int) {
	t.Helper()
	l, size := NewTileLayout(p, tiling), p.ElementBytes()
	// Who has which row, of the area of a tile and of the kept one.
	work, kept := map[int]string{}, map[int]string{}
	take := func(area map[int]string, bytes, at, rows int, who string, shared bool) {
		for i := range rows {
			r := at + i*l.Row
			if r < 0 || r+l.Row > bytes {
				t.Errorf("%s: %s is at %d of %d bytes", name, who, r, bytes)
			}
			if other := area[r]; other != "" && !(shared && other == "scratch") {
				t.Errorf("%s: %s is where %s is", name, who, other)
			}
			if shared {
				who = "scratch"
			}
			area[r] = who
		}
	}
	for _, b := range p.Buffers {
		at, ok := l.rows[b]
		switch {
		case !ok:
		case l.kept[b]:
			take(kept, l.Stride, at, b.Len(), b.Name, false)
		default:
			take(work, l.Work, at, b.Len(), b.Name, b.Kind == plan.Scratch)
		}
		if at, ok := l.copies[b]; ok {
			take(kept, l.Stride, at, l.Samples*pitch(b, size)*size/l.Row, "copies of "+b.Name, false)
		}
	}
	widest := 0
	for _, op := range p.Ops() {
		switch o := op.(type) {
		case *plan.Affine:
			widest = max(widest, o.W.Rows, o.W.Cols)
		case *plan.OuterSum:
			outer := outerForm(o, size)
			forms[outer]++
			_, copied := l.copies[o.A]
			if !l.kept[o.D] || outer && o.A.Kind != plan.Input && !copied || !outer && !l.kept[o.A] {
				t.Errorf("%s: %s has nothing to be summed up of", name, o)
			}
		}
	}
	take(work, l.Work, l.sums, widest, "the sums", false)
	take(work, l.Work, l.Live, 1, "the samples' mask", false)
	take(work, l.Work, l.loss, 1, "the losses", false)
	if want := LineBytes + l.Work + l.Tiles*l.Stride; l.Bytes() != want || l.Tiles < 1 {
		t.Errorf("%s: %d bytes and %d tiles, want %d bytes and at least a tile", name, l.Bytes(), l.Tiles, want)
	}
}

// TestTilesAtOnce: a call takes as many tiles as are done soon, of a large network some though it takes longer, and no
// more than have room for what is kept of them.
func TestTilesAtOnce(t *testing.T) {
	for _, c := range []struct{ input, units, fewest, most int }{
		{4, 8, 16, 16}, {64, 64, 16, 16}, {784, 128, 2, 2}, {1000, 300, 6, 6}, {512, 512, 6, 6}, {3000, 3000, 2, 3},
		{12000, 12000, 1, 1},
	} {
		n := spec.Network{Name: "N", Input: c.input, Cost: spec.Function{Name: "mse"}, Layers: []spec.Layer{
			{Dense: c.units, Activation: spec.Function{Name: "relu"}}, {Dense: 3, Activation: spec.Function{Name: "identity"}},
		}}
		p, err := plan.Compile(n.WithDefaults())
		if err != nil {
			t.Fatal(err)
		}
		l := NewTileLayout(p, Tiling{})
		if l.Tiles < c.fewest || l.Tiles > c.most || l.Tiles > 1 && l.Tiles*l.Stride > largeKeptBytes {
			t.Errorf("%d-%d-3: %d tiles at once in %d bytes, want %d to %d", c.input, c.units, l.Tiles, l.Tiles*l.Stride,
				c.fewest, c.most)
		}
	}
}
