package vec

import "fmt"

// blockBytes is the size of the blocks that some operations move lanes within.
const blockBytes = 16

// form is what an operation takes and makes, beside the types of lanes that it is for.
type form struct {
	args  int
	elems string // letters of the types: f numbers, i integers, * all
	shape shape
	imm   bool // it has a constant
}

// shape relates the type of the result to those of the operands.
type shape int

const (
	alike   shape = iota // all have one type
	masking              // operands of one type, a mask of as many lanes
	other                // what check.go says of it
)

var forms = [Ops]form{
	Add: {2, "*", alike, false}, Sub: {2, "*", alike, false}, Mul: {2, "*", alike, false},
	MulHalves: {2, "i", alike, false}, Div: {2, "f", alike, false}, Min: {2, "*", alike, false},
	Max: {2, "*", alike, false}, Minimum: {2, "f", alike, false}, Maximum: {2, "f", alike, false},
	Sqrt: {1, "f", alike, false}, Round: {1, "f", alike, false},
	Fraction: {1, "f", alike, false}, Scale: {2, "f", alike, false}, Reciprocal: {1, "f", alike, false},
	MulAdd: {3, "f", alike, false}, NegMulAdd: {3, "f", alike, false}, MulSub: {3, "f", alike, false},
	And: {2, "*", alike, false}, AndNot: {2, "*", alike, false}, Or: {2, "*", alike, false},
	Xor: {2, "*", alike, false}, XorAnd: {3, "*", alike, false}, ShiftLeft: {1, "i", alike, true},
	ShiftRight: {1, "i", alike, true}, ShiftLeftBy: {2, "i", alike, false}, Compare: {2, "*", masking, false},
	Test: {2, "i", masking, false}, Select: {2, "*", alike, false}, Keep: {1, "*", alike, false},
	Widen: {1, "*", other, false}, Narrow: {1, "f", other, false}, Float: {1, "i", other, false},
	AddPairs: {2, "f", alike, false}, MaximumPairs: {2, "f", alike, false}, As: {1, "*", other, false}, Ones: {1, "*", other, false},
	Signs:     {1, "*", masking, false},
	Broadcast: {1, "*", other, false}, UpperHalf: {1, "*", other, false}, Join: {2, "*", other, false},
	Block: {1, "*", other, true}, Insert: {2, "*", other, true}, Repeat: {1, "*", alike, true},
	Within: {2, "*", alike, true}, InterleaveLow: {2, "*", alike, false}, InterleaveHigh: {2, "*", alike, false},
	Evens: {2, "*", alike, false}, Odds: {2, "*", alike, false}, SwapPairs: {1, "*", alike, false},
	SwapNeighbours: {1, "*", alike, false}, LowHalves: {2, "*", alike, false}, HighHalves: {2, "*", alike, false},
	EvenBlocks: {2, "*", alike, false}, OddBlocks: {2, "*", alike, false}, SwapHalves: {1, "*", alike, false},
	SwapBlocks: {1, "*", alike, false}, Blend: {2, "*", alike, true}, Permute: {2, "*", other, false},
	Permute2: {3, "*", other, false},
}

// Arity is how many operands an operation has.
func (op Op) Arity() int { return forms[op].args }

// constant says whether an operation has a constant operand.
func (op Op) constant() bool { return forms[op].imm }

// lanewise says whether an operation computes every lane of its result from the same lanes of its operands, so that it
// can be done in the lanes of a mask alone.
func (op Op) lanewise() bool { return op >= Add && op <= ShiftLeftBy }

// of says whether the operation is for a type of lanes.
func (f form) of(e Elem) bool {
	return f.elems == "*" || (f.elems == "f") == e.Float()
}

// check says what is wrong with the types of an operation.
func (s *Apply) check() error {
	f := forms[s.Op]
	if f.args == 0 {
		return fmt.Errorf("%v is no operation", s.Op)
	}
	if len(s.Args) != f.args {
		return fmt.Errorf("%v of %d operands, not %d", s.Op, len(s.Args), f.args)
	}
	for _, a := range s.Args {
		if a.Type.Mask != (s.Op == Ones || s.Op == As && s.Out.Type.Mask) {
			return fmt.Errorf("%v of %v", s.Op, a.Type)
		}
	}
	first, out := s.Args[0].Type, s.Out.Type
	if !first.Mask && !f.of(first.Elem) {
		return fmt.Errorf("%v of %v", s.Op, first)
	}
	if err := s.checkMask(); err != nil {
		return err
	}
	if f.shape != other {
		for _, a := range s.Args {
			if a.Type != first {
				return fmt.Errorf("%v of %v and %v", s.Op, first, a.Type)
			}
		}
		if want := (map[shape]Type{alike: first, masking: Mask(first.Lanes)})[f.shape]; out != want {
			return fmt.Errorf("%v of %v is %v, not %v", s.Op, first, want, out)
		}
	} else if want := s.result(first); out != want {
		return fmt.Errorf("%v of %v is %v, not %v", s.Op, first, want, out)
	}
	return s.checkBlocks(first)
}

// checkMask says what is wrong with the mask of an operation.
func (s *Apply) checkMask() error {
	needs := s.Op == Select || s.Op == Keep
	switch {
	case needs != (s.Mask != nil) && !s.Op.lanewise():
		return fmt.Errorf("%v needs a mask, and no other operation but those that compute lane by lane takes one", s.Op)
	case s.Mask == nil && s.Else != nil, needs && s.Else != nil:
		return fmt.Errorf("%v has lanes to take elsewhere and no mask of its own for them", s.Op)
	case s.Mask != nil && s.Mask.Type != Mask(s.Out.Type.Lanes):
		return fmt.Errorf("%v of %v where %v", s.Op, s.Out.Type, s.Mask.Type)
	case s.Else != nil && s.Else.Type != s.Out.Type:
		return fmt.Errorf("%v of %v, elsewhere %v", s.Op, s.Out.Type, s.Else.Type)
	}
	return nil
}

// result is the type that an operation makes of its first operand's, where that is another one; what it makes of any
// type it leaves as it is.
func (s *Apply) result(first Type) Type {
	out := s.Out.Type
	switch s.Op {
	case Widen:
		return Vector(first.Elem.Wide(), first.Lanes)
	case Narrow:
		return Vector(FloatOf(first.Elem.Size()/2), first.Lanes)
	case Float:
		return Vector(FloatOf(first.Elem.Size()), first.Lanes)
	case Ones:
		return Vector(out.Elem, first.Lanes)
	case Broadcast:
		return Vector(first.Elem, out.Lanes)
	case UpperHalf:
		return Vector(first.Elem, first.Lanes/2)
	case Join:
		return Vector(first.Elem, 2*first.Lanes)
	case Block:
		return Vector(first.Elem, blockBytes/first.Elem.Size())
	case Insert:
		return first
	case Permute, Permute2:
		return s.Args[1].Type
	}
	return out
}

// checkBlocks says what is wrong with lanes that are moved.
func (s *Apply) checkBlocks(first Type) error {
	per := blockBytes / first.Elem.Size()
	blocks := first.Lanes / per
	bad := fmt.Errorf("%v of %v", s.Op, first)
	switch s.Op {
	case Widen, Narrow:
		if (first.Elem.Size() == 8) != (s.Op == Narrow) {
			return bad
		}
	case Float:
		if !first.Elem.Signed() {
			return bad
		}
	case MulHalves:
		if first.Elem.Signed() {
			return bad
		}
	case Join, Insert:
		second := s.Args[1].Type
		if want := (map[Op]Type{Join: first, Insert: Vector(first.Elem, per)})[s.Op]; second != want {
			return fmt.Errorf("%v of %v and %v", s.Op, first, second)
		}
	case LowHalves, HighHalves, SwapHalves:
		if blocks < 2 {
			return bad
		}
	case EvenBlocks, OddBlocks, SwapBlocks:
		if blocks < 4 {
			return bad
		}
	case Repeat, InterleaveLow, InterleaveHigh, Evens, Odds, SwapNeighbours, AddPairs, MaximumPairs:
		if blocks < 1 {
			return bad
		}
	case Within, SwapPairs:
		if blocks < 1 || per != 4 {
			return bad
		}
	case Permute, Permute2:
		index, table := first, s.Args[1].Type
		if index.Elem.Float() || index.Elem.Size() != table.Elem.Size() || index.Lanes != table.Lanes ||
			s.Args[len(s.Args)-1].Type != table {
			return fmt.Errorf("%v of %v by %v", s.Op, table, index)
		}
	}
	if s.Op.constant() {
		return s.checkConstant(first, blocks)
	}
	return nil
}

// checkConstant says whether an operation's constant is one that it may have.
func (s *Apply) checkConstant(first Type, blocks int) error {
	per := blockBytes / first.Elem.Size()
	most := map[Op]int{
		ShiftLeft: 8 * first.Elem.Size(), ShiftRight: 8 * first.Elem.Size(), Block: blocks - 1, Insert: blocks - 1,
		Repeat: per - 1, Within: 1<<8 - 1, Blend: 1<<first.Lanes - 1,
	}[s.Op]
	if s.Imm < 0 || s.Imm > most {
		return fmt.Errorf("%v of %v by %d", s.Op, first, s.Imm)
	}
	return nil
}
