package amd64

import (
	"fmt"
	"strings"

	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// Batches are computed a tile of samples at a time. In a tile every element of the plan's vectors is a row of numbers,
// one for each sample, so that vector code takes as many samples as a register has lanes through the same operations:
// no activation, sum or maximum needs shuffles or tails. The rows of the samples lie in the batch struct, in an area of
// their own:
//
//	what one tile works on   x, y, and the vectors of a workspace
//	kept, tile 0             the deltas and activations that the gradients of the parameters are summed up of
//	kept, tile 1             …

// lineBytes is the size of the widest register and of a line of the cache, at whose multiples rows begin.
const lineBytes = 64

// tileLayout says where the rows of a tile are.
type tileLayout struct {
	// row is the size of a row in bytes, and samples the number of samples that it has numbers of, those of a tile.
	// They are the same at every level, whatever the width of registers.
	row, samples int
	// rows are places in the area of a tile, or in the kept one where kept says so.
	rows map[*plan.Buffer]int
	kept map[*plan.Buffer]bool
	// copies are places in the kept area where the vectors that outer products are made of lie sample after sample,
	// pitch numbers each.
	copies map[*plan.Buffer]int
	// sums are the rows of a product before a long function is applied, live is the row that has 1 for samples and 0
	// for what fills the tile up, loss the row of the losses so far.
	sums, live, loss int
	// ordered says that sums are, and losses how far into the batch struct the losses of samples are then, 0 where they
	// are not.
	ordered bool
	losses  int
	// work is the size of a tile's area, stride that of its kept area, and tiles how many of these there are.
	work, stride, tiles int
}

// newTileLayout lays out the rows for the batch functions of a plan.
func newTileLayout(p *plan.Program, tiling Tiling) *tileLayout {
	l := &tileLayout{
		rows: map[*plan.Buffer]int{}, kept: map[*plan.Buffer]bool{}, copies: map[*plan.Buffer]int{},
		ordered: p.Network.Rounding == spec.RoundingStrict, row: tiling.bytes(),
	}
	l.samples = l.row / p.ElementBytes()
	for _, f := range p.Funcs {
		for _, op := range f.Ops {
			o, ok := op.(*plan.OuterSum)
			if !ok {
				continue
			}
			switch {
			case l.ordered:
				l.copy(o.D, p.ElementBytes())
				l.copy(o.A, p.ElementBytes())
			case !outerForm(o, p.ElementBytes()):
				l.keep(o.D)
				l.keep(o.A)
			default:
				l.keep(o.D)
				l.copy(o.A, p.ElementBytes())
			}
		}
	}
	row := func(n int) (at int) {
		at = l.work
		l.work += n * l.row
		return at
	}
	slots := make([]int, len(p.Slots))
	for i, n := range p.Slots {
		slots[i] = row(n)
	}
	widest := 1
	for _, b := range p.Buffers {
		if b.Kind == plan.Weight {
			widest = max(widest, b.Rows, b.Cols)
		}
		if l.kept[b] {
			continue
		}
		switch b.Kind {
		case plan.Input, plan.Target, plan.Cache, plan.Delta:
			l.rows[b] = row(b.Len())
		case plan.Scratch:
			l.rows[b] = slots[b.Slot]
		}
	}
	l.sums, l.live, l.loss = row(widest), row(1), row(1)
	l.tiles = tilesAtOnce(p, l)
	if l.ordered {
		l.losses = l.bytes() + l.samples*(p.Network.Input+p.Network.Width(p.Network.Depth()))*p.ElementBytes()
	}
	return l
}

// copy gives a buffer a place among the copies, but for the input, which is there already.
func (l *tileLayout) copy(b *plan.Buffer, size int) {
	if _, ok := l.copies[b]; !ok && b.Kind != plan.Input {
		l.copies[b] = l.stride
		l.stride += l.samples * pitch(b, size) * size
	}
}

// keep gives a buffer rows in the kept area.
func (l *tileLayout) keep(b *plan.Buffer) {
	if !l.kept[b] {
		l.rows[b], l.kept[b] = l.stride, true
		l.stride += b.Len() * l.row
	}
}

// bytes is the size of the whole area; it begins at a multiple of 64, wherever the struct lies.
func (l *tileLayout) bytes() int { return lineBytes + l.work + l.tiles*l.stride }

// pitch is the length of a vector among the copies, a multiple of any register's.
func pitch(b *plan.Buffer, size int) int {
	n := lineBytes / size
	return (b.Len() + n - 1) / n * n
}

// Limits of how many tiles a function is given at once. Where even one takes long, the function pauses.
const (
	// multiply-adds of whole registers, which take about 60 µs, and those of the gradient as long
	callProducts = 250_000
	callTiles    = 16        // tiles: more gain nothing
	keptBytes    = 256 << 10 // of the kept areas, which should stay in the second-level cache
	maxTileBytes = 256 << 20 // of the whole area
)

// tilesAtOnce is how many tiles a call takes.
func tilesAtOnce(p *plan.Program, l *tileLayout) int {
	products := 0
	for _, b := range p.Buffers {
		if b.Kind == plan.Weight {
			products += b.Len()
		}
	}
	vectors := l.row / lineBytes
	n := min(callTiles/vectors, callProducts/max(1, products*vectors))
	if l.stride > 0 {
		n = min(n, keptBytes/l.stride)
	}
	return max(1, n)
}

// TileField is a field of the batch struct that only the assembly uses, of numbers.
type TileField struct {
	Name string
	Dims []int
	Doc  string
}

// TileFields are the fields that the batch struct of a plan has for the assembly, which come first.
func TileFields(p *plan.Program, tiling Tiling) []TileField {
	l := newTileLayout(p, tiling)
	n := l.samples
	depth := p.Network.Depth()
	fields := []TileField{
		{"tiles", []int{l.bytes() / p.ElementBytes()}, fmt.Sprintf("tiles of %d samples, for the assembly", n)},
		{"restX", []int{n, p.Network.Input}, "the last samples, fewer than a tile's"},
		{"restY", []int{n, p.Network.Width(depth)}, "what belongs to them"},
	}
	if l.ordered {
		fields = append(fields, TileField{"losses", []int{l.tiles * n}, "those of samples, for sums in their order"})
	}
	return fields
}

// TileBytes is the size of TileFields.
func TileBytes(p *plan.Program, tiling Tiling) int {
	total := 0
	for _, f := range TileFields(p, tiling) {
		n := p.ElementBytes()
		for _, d := range f.Dims {
			n *= d
		}
		total += n
	}
	return total
}

// TileSamples is the number of samples that the batch functions of a plan take side by side, and Tiles how many tiles a
// call takes.
func TileSamples(p *plan.Program, tiling Tiling) int { return newTileLayout(p, tiling).samples }

// TileLines say how the assembly takes batches, and how it sums up the gradient of each layer's weights.
func TileLines(p *plan.Program, tiling Tiling) []string {
	l := newTileLayout(p, tiling)
	lines := []string{fmt.Sprintf("batches in assembly %d samples side by side, up to %d in a call, in %d bytes",
		l.samples, l.samples*l.tiles, TileBytes(p, tiling))}
	var forms []string
	for _, op := range p.Func(plan.GradBatch).Ops {
		if o, ok := op.(*plan.OuterSum); ok {
			form := "dot products of rows"
			if l.ordered || outerForm(o, p.ElementBytes()) {
				form = "outer products of samples"
			}
			forms = append(forms, fmt.Sprintf("∇%s of %s", "W"+fmt.Sprint(o.D.Layer), form))
		}
	}
	return append(lines, "summed up over them: "+strings.Join(forms, ", "))
}

// Tiles is how many tiles a call of the assembly takes at most.
func Tiles(p *plan.Program, tiling Tiling) int { return newTileLayout(p, tiling).tiles }
