package vec

import "math"

// apply computes an operation.
func (e *execution) apply(s *Apply) []uint64 {
	var args [3][]uint64
	for i, a := range s.Args {
		args[i] = e.values[a]
	}
	x, y, z := args[0], args[1], args[2]
	elem, out := s.Args[0].Type.Elem, make([]uint64, s.Out.Type.Lanes)
	var mask []uint64
	if s.Mask != nil {
		mask = e.values[s.Mask]
	}
	at := func(v []uint64, i int) uint64 {
		if i < len(v) {
			return v[i]
		}
		return 0
	}
	if s.Op.lanewise() {
		for i := range out {
			switch {
			case mask == nil || mask[i] != 0:
				out[i] = elem.compute(s.Op, s.Imm, at(x, i), at(y, i), at(z, i))
			case s.Else != nil:
				out[i] = e.values[s.Else][i]
			}
		}
		return out
	}
	for i := range out {
		switch s.Op {
		case Compare:
			out[i] = one(elem.holds(s.Predicate, x[i], y[i]))
		case Test:
			out[i] = one(x[i]&y[i] != 0)
		case Signs:
			out[i] = x[i] >> (8*elem.Size() - 1)
		case Ones:
			out[i] = -x[i] & s.Out.Type.Elem.all()
		case Select:
			if out[i] = x[i]; mask[i] != 0 {
				out[i] = y[i]
			}
		case Keep:
			out[i] = x[i] * mask[i]
		case Widen, Narrow, Float:
			out[i] = elem.convert(s.Op, x[i])
		case Permute:
			out[i] = y[x[i]%uint64(len(y))]
		case Permute2:
			out[i] = append(y[:len(y):len(y)], z...)[x[i]%uint64(2*len(y))]
		case Blend:
			if out[i] = x[i]; s.Imm>>i&1 != 0 {
				out[i] = y[i]
			}
		case As:
			if s.Out.Type.Mask {
				out[i] = at(x, i)
			} else {
				out[i] = bitsOf(x, elem.Size(), s.Out.Type.Elem.Size(), i)
			}
		case AddPairs, MaximumPairs:
			of := func(op Op) uint64 { return moved(&Apply{Op: op}, x, y, i, blockBytes/elem.Size()) }
			joins := map[Op]Op{AddPairs: Add, MaximumPairs: Maximum}[s.Op]
			out[i] = elem.compute(joins, 0, of(Evens), of(Odds), 0)
		default:
			out[i] = moved(s, x, y, i, blockBytes/elem.Size())
		}
	}
	return out
}

// moved is lane i of an operation that moves lanes, of which a block has per.
func moved(s *Apply, x, y []uint64, i, per int) uint64 {
	n := len(x)
	block, k := i/per*per, i%per
	// by takes lanes from x and from y by turns, or first from x and then from y.
	turns := func(low int) uint64 { return [2][]uint64{x, y}[k%2][block+low+k/2] }
	then := func(from int) uint64 { // where from is twice the lane, with what it begins at
		if k < per/2 {
			return x[block+2*k+from]
		}
		return y[block+2*(k-per/2)+from]
	}
	blocks := func(of func(b int) int) uint64 { // the blocks of x, then those of y
		b, half := i/per, n/per/2
		v := x
		if b >= half {
			b, v = b-half, y
		}
		return v[of(b)*per+k]
	}
	switch s.Op {
	case Broadcast:
		return x[0]
	case UpperHalf:
		return x[n/2+i]
	case Join:
		if i < n {
			return x[i]
		}
		return y[i-n]
	case Block:
		return x[s.Imm*per+i]
	case Insert:
		if i/per == s.Imm {
			return y[k]
		}
		return x[i]
	case Repeat:
		return x[block+s.Imm]
	case Within:
		return [2][]uint64{x, y}[k/2][block+s.Imm>>(2*k)&3]
	case InterleaveLow:
		return turns(0)
	case InterleaveHigh:
		return turns(per / 2)
	case Evens:
		return then(0)
	case Odds:
		return then(1)
	case SwapPairs:
		return x[block+(k+per/2)%per]
	case SwapNeighbours:
		return x[i^1]
	case LowHalves:
		return blocks(func(b int) int { return b })
	case HighHalves:
		return blocks(func(b int) int { return n/per/2 + b })
	case EvenBlocks:
		return blocks(func(b int) int { return 2 * b })
	case OddBlocks:
		return blocks(func(b int) int { return 2*b + 1 })
	case SwapHalves:
		return x[(i+n/2)%n]
	case SwapBlocks:
		return x[i^per]
	}
	return 0
}

// bitsOf is lane i, of to bytes, of the bits of lanes of from bytes.
func bitsOf(x []uint64, from, to, i int) uint64 {
	lane := func(k int) uint64 {
		if k < len(x) {
			return x[k]
		}
		return 0
	}
	switch {
	case from == to:
		return lane(i)
	case from > to:
		return lane(i/2) >> (32 * (i % 2)) & math.MaxUint32
	}
	return lane(2*i) | lane(2*i+1)<<32
}

func one(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}
