package idiom

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"sync"

	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/gen/elementary"
	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// source is an elementary function as the portable code has it, with what is known of its types and constants.
type source struct {
	*code.Func
	info   *code.Info
	tables map[string]*table
}

// table is a table that such a function reads: rows of numbers as their bits, lengthened to a power of two so that a
// row is found by a shift.
type table struct {
	shift int // the length of a row is 1<<shift
	bits  []uint64
}

// Sources are the elementary functions of a network as the portable code has them. Functions that are written side by
// side share them.
type Sources struct {
	known  map[sourceKey]*source
	adding sync.Mutex
}

// NewSources is none of them; each is read and checked when it is asked for first.
func NewSources() *Sources { return &Sources{known: map[sourceKey]*source{}} }

// portable finds the source of an elementary function on numbers of a size.
func (c *Sources) portable(op expr.Op, size int) (*source, error) {
	c.adding.Lock()
	defer c.adding.Unlock()
	key := sourceKey{op, size}
	if s, ok := c.known[key]; ok {
		return s, nil
	}
	s, err := readSource(op, size)
	if err != nil {
		return nil, fmt.Errorf("the portable %v: %w", op, err)
	}
	c.known[key] = s
	return s, nil
}

type sourceKey struct {
	op   expr.Op
	size int
}

func readSource(op expr.Op, size int) (*source, error) {
	program := &code.File{}
	if err := elementary.Declare(program, "", []expr.Op{op}, code.KindOf(fmt.Sprintf("float%d", 8*size))); err != nil {
		return nil, err
	}
	info, err := code.Check(program)
	if err != nil {
		return nil, err
	}
	s := &source{Func: program.Func("", elementary.Name("", op)), info: info, tables: map[string]*table{}}
	for _, d := range program.Decls {
		if t, ok := d.(*code.Table); ok {
			s.tables[t.Name] = tableOf(t)
		}
	}
	return s, nil
}

// tableOf is a table with longer rows.
func tableOf(from *code.Table) *table {
	t := &table{shift: bits.Len(uint(len(from.Rows[0]) - 1))}
	t.bits = make([]uint64, from.Len<<t.shift) // what an index may reach is in the table
	for i, row := range from.Rows {
		copy(t.bits[(from.First+i)<<t.shift:], row)
	}
	return t
}

// rows is how many there are.
func (t *table) rows() int { return len(t.bits) >> t.shift }

// permutedRows are so many rows as are looked up in four registers of 64 bytes. That takes five instructions, a third
// of the time of a gather.
const permutedRows = 32

// column looks up a column of a table of no more rows, by the rows' indices.
func (b *Code) column(t *table, index *vec.Value, at int) *vec.Value {
	registers := make([]*vec.Value, permutedRows/8)
	for i := range registers {
		lanes := make([]uint64, 8)
		for k := range lanes {
			if row := 8*i + k; row < t.rows() {
				lanes[k] = t.bits[row<<t.shift+at]
			}
		}
		registers[i] = b.Constant(lanes...)
	}
	half := func(low, high *vec.Value) *vec.Value { // by the four lowest bits
		return b.Op(vec.Permute2, index, low, high)
	}
	first, second := half(registers[0], registers[1]), half(registers[2], registers[3])
	return b.Select(b.Test(index, b.Constant(permutedRows/2)), second, first)
}

// raw are the bytes of a table.
func (t *table) raw() []byte {
	raw := make([]byte, 0, 8*len(t.bits))
	for _, v := range t.bits {
		raw = binary.LittleEndian.AppendUint64(raw, v)
	}
	return raw
}

// wordOf is the size in bytes of the kinds that elementary functions compute with.
func wordOf(k code.Kind) int { return k.Bits() / 8 }
