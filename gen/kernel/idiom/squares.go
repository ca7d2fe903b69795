package idiom

import "github.com/backpropgen/backpropgen/gen/vec"

// Squares transposes within every 128 bits of as many vectors as these hold numbers. Only the first n results are
// formed.
func (b *Code) Squares(rows []*vec.Value, n int) []*vec.Value {
	var out []*vec.Value
	if b.size() == 8 {
		for i, op := range []vec.Op{vec.InterleaveLow, vec.InterleaveHigh} {
			if i < n {
				out = append(out, b.Op(op, rows[0], rows[1]))
			}
		}
		return out
	}
	for half, op := range []vec.Op{vec.InterleaveLow, vec.InterleaveHigh} {
		if 2*half >= n {
			break
		}
		x, y := b.Op(op, rows[0], rows[1]), b.Op(op, rows[2], rows[3])
		out = append(out, b.Pairs(vec.InterleaveLow, x, y))
		if 2*half+1 < n {
			out = append(out, b.Pairs(vec.InterleaveHigh, x, y))
		}
	}
	return out
}
