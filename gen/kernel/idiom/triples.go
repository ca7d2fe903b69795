package idiom

import "github.com/backpropgen/backpropgen/gen/vec"

// Triples adds every three neighbouring numbers of up to three whole vectors and puts the sums in the order of their
// rows. Number 3i+j of the three vectors is term j of row i; 3 and the number of lanes have no common factor, so the
// terms j of all rows lie in different lanes of theirs.
func (b *Code) Triples(vectors []*vec.Value) *vec.Value {
	var z *vec.Value
	for j := range 3 {
		if term := b.everyThird(vectors, j); z == nil {
			z = term
		} else {
			z = b.Sum(z, term)
		}
	}
	return z
}

// everyThird is the vector of every third number of some vectors, from number j on.
func (b *Code) everyThird(vectors []*vec.Value, j int) *vec.Value {
	lanes := b.Bits() / 8 / b.size()
	if len(vectors) > 1 && b.Has(vec.Permute2, b.Elem()) {
		return b.everyThirdOfTwo(vectors, j)
	}
	from, in := make([]int, lanes), make([]int, lanes) // of every row the lane, and of that the vector
	for i := range lanes {
		from[i] = (3*i + j) % lanes
		in[from[i]] = min((3*i+j)/lanes, len(vectors)-1)
	}
	x := vectors[0]
	for k := 1; k < len(vectors); k++ {
		x = b.blend(x, vectors[k], func(lane int) bool { return in[lane] == k })
	}
	return b.Permute(x, from)
}

// everyThirdOfTwo is everyThird where an instruction takes lanes of two vectors.
func (b *Code) everyThirdOfTwo(vectors []*vec.Value, j int) *vec.Value {
	lanes := b.Bits() / 8 / b.size()
	x := vectors[0]
	for k := 1; k < len(vectors); k++ {
		lane := make([]uint64, lanes)
		for i := range lane {
			switch at := 3*i + j; {
			case k == 1:
				lane[i] = uint64(at % (2 * lanes))
			case at/lanes == k:
				lane[i] = uint64(lanes + at%lanes)
			default:
				lane[i] = uint64(i)
			}
		}
		x = b.Op(vec.Permute2, b.Constant(lane...), x, vectors[k])
	}
	return x
}
