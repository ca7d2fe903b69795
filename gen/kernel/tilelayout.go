package kernel

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

// LineBytes is the size of the widest register and of a line of the cache, at whose multiples rows begin.
const LineBytes = 64

// Tiling is how wide the tiles of a network's batches are. With two registers of samples in a row twice as many
// operations are independent of one another, which small networks need to keep the processor busy; large ones would
// only have rows that leave the first cache.
type Tiling struct {
	// Row is the size of a row in bytes, 0 that of a register.
	Row int
}

// Bytes is the size of a row.
func (t Tiling) Bytes() int { return max(LineBytes, t.Row) }

// TileLayout says where the rows of a tile are.
type TileLayout struct {
	// Row is the size of a row in bytes, and Samples the number of samples that it has numbers of, those of a tile.
	// They are the same at every level, whatever the width of registers.
	Row, Samples int
	// rows are places in the area of a tile, or in the kept one where kept says so.
	rows map[*plan.Buffer]int
	kept map[*plan.Buffer]bool
	// copies are places in the kept area where the vectors that outer products are made of lie sample after sample,
	// pitch numbers each.
	copies map[*plan.Buffer]int
	// sums are the rows of a product before a long function is applied, Live is the row that has 1 for samples and 0
	// for what fills the tile up, loss the row of the losses so far.
	sums, Live, loss int
	// Ordered says that sums are, and Losses how far into the batch struct the losses of samples are then, 0 where they
	// are not.
	Ordered bool
	Losses  int
	// Weights is how far into the batch struct the weights of samples are, 0 where no function takes any.
	Weights int
	// Work is the size of a tile's area, Stride that of its kept area, and Tiles how many of these there are.
	Work, Stride, Tiles int
}

// NewTileLayout lays out the rows for the batch functions of a plan.
func NewTileLayout(p *plan.Program, tiling Tiling) *TileLayout {
	l := &TileLayout{
		rows: map[*plan.Buffer]int{}, kept: map[*plan.Buffer]bool{}, copies: map[*plan.Buffer]int{},
		Ordered: p.Network.Rounding == spec.RoundingStrict, Row: tiling.Bytes(),
	}
	l.Samples = l.Row / p.ElementBytes()
	for _, f := range p.Funcs {
		for _, op := range f.Ops {
			o, ok := op.(*plan.OuterSum)
			if !ok {
				continue
			}
			switch {
			case l.Ordered:
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
		at = l.Work
		l.Work += n * l.Row
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
		case plan.Input, plan.Target, plan.Cache, plan.Delta, plan.SampleWeight:
			l.rows[b] = row(b.Len())
		case plan.Scratch:
			l.rows[b] = slots[b.Slot]
		}
	}
	l.sums, l.Live, l.loss = row(widest), row(1), row(1)
	l.Tiles = tilesAtOnce(p, l)
	behind := l.Bytes() + l.Samples*(p.Network.Input+p.Network.Width(p.Network.Depth()))*p.ElementBytes()
	if l.Ordered {
		l.Losses = behind
		behind += l.Tiles * l.Row
	}
	if p.Network.SampleWeights {
		l.Weights = behind
	}
	return l
}

// copy gives a buffer a place among the copies, but for the input, which is there already.
func (l *TileLayout) copy(b *plan.Buffer, size int) {
	if _, ok := l.copies[b]; !ok && b.Kind != plan.Input {
		l.copies[b] = l.Stride
		l.Stride += l.Samples * pitch(b, size) * size
	}
}

// keep gives a buffer rows in the kept area.
func (l *TileLayout) keep(b *plan.Buffer) {
	if !l.kept[b] {
		l.rows[b], l.kept[b] = l.Stride, true
		l.Stride += b.Len() * l.Row
	}
}

// Bytes is the size of the whole area; it begins at a multiple of 64, wherever the struct lies.
func (l *TileLayout) Bytes() int { return LineBytes + l.Work + l.Tiles*l.Stride }

// pitch is the length of a vector among the copies, a multiple of any register's.
func pitch(b *plan.Buffer, size int) int {
	n := LineBytes / size
	return (b.Len() + n - 1) / n * n
}

// Limits of how many tiles a function is given at once. Where even two take long, the function pauses.
const (
	// multiply-adds of whole registers, which take about 60 µs, and those of the gradient as long
	callProducts = 250_000
	callTiles    = 16        // tiles: more gain nothing
	keptBytes    = 256 << 10 // of the kept areas, which should stay in the second-level cache
	// Of large networks the gradient itself leaves that cache, and is read and written once for all tiles of a call.
	largeTiles, largeKeptBytes = 6, 768 << 10
)

// tilesAtOnce is how many tiles a call takes.
func tilesAtOnce(p *plan.Program, l *TileLayout) int {
	products := 0
	for _, b := range p.Buffers {
		if b.Kind == plan.Weight {
			products += b.Len()
		}
	}
	vectors := l.Row / LineBytes
	n, most := min(callTiles/vectors, callProducts/max(1, products*vectors)), keptBytes
	if n < 2 {
		n, most = largeTiles/vectors, largeKeptBytes
	}
	if l.Stride > 0 {
		n = min(n, most/l.Stride)
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
	l := NewTileLayout(p, tiling)
	n := l.Samples
	depth := p.Network.Depth()
	fields := []TileField{
		{"tiles", []int{l.Bytes() / p.ElementBytes()}, fmt.Sprintf("tiles of %d samples, for the assembly", n)},
		{"restX", []int{n, p.Network.Input}, "the last samples, fewer than a tile's"},
		{"restY", []int{n, p.Network.Width(depth)}, "what belongs to them"},
	}
	if l.Ordered {
		fields = append(fields, TileField{"losses", []int{l.Tiles * n}, "those of samples, for sums in their order"})
	}
	if l.Weights > 0 {
		fields = append(fields, TileField{"weights", []int{l.Tiles * n}, "those of the samples of a call"})
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

// TileLines say how the assembly takes batches, and how it sums up the gradient of each layer's weights.
func TileLines(p *plan.Program, tiling Tiling) []string {
	l := NewTileLayout(p, tiling)
	lines := []string{fmt.Sprintf("batches in assembly %d samples side by side, up to %d in a call, in %d bytes",
		l.Samples, l.Samples*l.Tiles, TileBytes(p, tiling))}
	var forms []string
	for _, op := range p.Func(plan.GradBatch).Ops {
		if o, ok := op.(*plan.OuterSum); ok {
			form := "dot products of rows"
			if l.Ordered || outerForm(o, p.ElementBytes()) {
				form = "outer products of samples"
			}
			forms = append(forms, fmt.Sprintf("∇%s of %s", "W"+fmt.Sprint(o.D.Layer), form))
		}
	}
	return append(lines, "summed up over them: "+strings.Join(forms, ", "))
}
