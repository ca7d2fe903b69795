package neon

import (
	"fmt"
	"math"
	"slices"

	"github.com/backpropgen/backpropgen/gen/vec"
)

// Known is what is known of an operand when code is written.
type Known uint8

// What may be known.
const (
	Nothing   Known = iota
	PlusZero        // every lane is 0, without a sign
	SomeValue       // every lane is a number that is neither 0 nor NaN
)

// KnownNumber is what is known of a constant on lanes of a type.
func KnownNumber(e vec.Elem, lanes ...uint64) Known {
	known := Nothing
	for i, bits := range lanes {
		one := Nothing
		switch v := e.Number(bits); {
		case bits == 0:
			one = PlusZero
		case e.Float() && v == v && v != 0:
			one = SomeValue
		}
		if i > 0 && one != known {
			return Nothing
		}
		known = one
	}
	return known
}

// Lower is what an operation is, where something may be known of its operands. Of several sequences, which differ in
// what they overwrite, any will do; the first is as good as others where nothing is read again. An operation that is
// computed in the lanes of a mask alone is one in all lanes, and a selection that follows. The error says that there
// is no such operation on registers of 128 bits.
func Lower(s *vec.Apply, known ...Known) ([]Sequence, error) {
	texts, err := textsOf(s, known)
	if err != nil {
		return nil, err
	}
	all := make([]Sequence, 0, len(texts))
	for _, text := range texts {
		one, err := sequences.parse(text, lanesOf(s), s.Imm)
		if err != nil {
			return nil, fmt.Errorf("%v: %w", s, err)
		}
		all = append(all, one)
	}
	return all, nil
}

// ByLane is a product, or one that is added or taken away, of whose factors one is a lane of a register: the second, or
// else the first.
func ByLane(op vec.Op, e vec.Elem, second bool, lane int) (Sequence, error) {
	factors := "y x"
	if second {
		factors = "x y"
	}
	text, ok := map[vec.Op]string{
		vec.Mul: "fmul.T.lane o ", vec.MulAdd: "o=z; fmla.T.lane o ", vec.NegMulAdd: "o=z; fmls.T.lane o ",
	}[op]
	if !ok || !e.Float() {
		return Sequence{}, fmt.Errorf("%v of %v has no form by a lane", op, e)
	}
	return sequences.parse(text+factors+" #i", arrangements[e.Size()], lane)
}

// Has says whether an operation on lanes of a type is one instruction, or as good: whoever has a choice takes others.
func Has(op vec.Op, e vec.Elem) bool {
	switch op {
	case vec.Fraction, vec.Scale, vec.Reciprocal, vec.XorAnd, vec.Permute, vec.Permute2, vec.Blend, vec.ShiftLeftBy:
		return false
	case vec.Mul, vec.Min, vec.Max:
		return e.Float() || e.Size() == 4
	}
	for _, r := range rules {
		if r.op == op && r.elems>>e&1 != 0 {
			return true
		}
	}
	return op == vec.Compare || op == vec.Within && e.Size() == 4
}

// lanesOf is the arrangement of the lanes that an operation works on: of what it takes, or of what it makes where that
// is as large.
func lanesOf(s *vec.Apply) string {
	size := s.Out.Type.Elem.Size()
	if in := s.Args[0].Type; s.Op != vec.Permute && s.Op != vec.Permute2 && !in.Mask {
		size = in.Elem.Size()
	}
	return arrangements[size]
}

// arrangements are those of lanes of a size.
var arrangements = map[int]string{4: "4s", 8: "2d"}

// textsOf are the sequences of an operation as they stand in the tables.
func textsOf(s *vec.Apply, known []Known) ([]string, error) {
	in, out := s.Args[0].Type, s.Out.Type
	none := func() ([]string, error) {
		return nil, fmt.Errorf("%v of %v is no operation on registers of 128 bits", s.Op, in)
	}
	large := func(v *vec.Value) bool { return !v.Type.Mask && v.Type.Bytes() > 16 || v.Type.Lanes > 4 }
	if slices.ContainsFunc(s.Args, large) || large(s.Out) {
		return none()
	}
	is := func(operand int, k Known) bool { return operand < len(known) && known[operand] == k }
	switch s.Op {
	case vec.Compare:
		return []string{comparison(s, is(1, PlusZero))}, nil
	case vec.Within, vec.Blend:
		return moved(s)
	case vec.As, vec.Ones, vec.Signs:
		return looked(s, none)
	case vec.Broadcast, vec.Repeat, vec.InterleaveLow, vec.InterleaveHigh, vec.Evens, vec.Odds, vec.AddPairs,
		vec.MaximumPairs, vec.SwapNeighbours, vec.SwapPairs, vec.Permute, vec.Permute2, vec.Block, vec.Insert,
		vec.UpperHalf:
		if s.Args[len(s.Args)-1].Type.Bytes() != 16 {
			return none()
		}
	case vec.Join:
		if in.Bytes() != 8 {
			return none()
		}
	}
	bits := 8 * in.Elem.Size()
	holds := [...]bool{
		any: true, zeroFirst: is(0, PlusZero), zeroSecond: is(1, PlusZero), first: is(0, SomeValue),
		byNothing: s.Imm == 0, byAll: s.Imm == bits && s.Op == vec.ShiftLeft,
	}
	elem := in.Elem
	if s.Op == vec.Permute || s.Op == vec.Permute2 {
		elem = out.Elem
	}
	var texts []string
	for _, r := range rules {
		if r.op != s.Op || r.elems>>elem&1 == 0 || !holds[r.given] {
			continue
		}
		texts = append(texts, r.text)
		if s.Op != vec.Select {
			break
		}
	}
	if texts == nil {
		return none()
	}
	switch {
	case s.Mask == nil || s.Op == vec.Select || s.Op == vec.Keep:
	case s.Else != nil:
		texts[0] += "; bif o e m"
	default:
		texts[0] += "; and o o m"
	}
	return texts, nil
}

// comparison is the sequence of a comparison, with the constant 0 or another operand.
func comparison(s *vec.Apply, zero bool) string {
	switch e := s.Args[0].Type.Elem; {
	case e.Float() && zero:
		return zeroComparisons[s.Predicate]
	case e.Float():
		return comparisons[s.Predicate]
	case e.Signed():
		return signedComparisons[s.Predicate]
	}
	return unsignedComparisons[s.Predicate]
}

// looked is a look at the same bits as those of another type. Where it takes no instruction, the sequence is but a tie.
func looked(s *vec.Apply, none func() ([]string, error)) ([]string, error) {
	in, out := s.Args[0].Type, s.Out.Type
	switch {
	case s.Op == vec.As && in.Mask:
		if in.Lanes != out.Lanes {
			return none()
		}
		return []string{"o=x"}, nil
	case s.Op == vec.As && out.Bytes() > in.Bytes():
		return []string{"fmov.d o x"}, nil
	case s.Op == vec.As:
		return []string{"o=x"}, nil
	case s.Op == vec.Ones && out.Bytes() == 8: // the mask has lanes of 8 bytes
		return []string{"xtn.2s o x"}, nil
	case s.Op == vec.Ones:
		return []string{"o=x"}, nil
	case in.Bytes() == 8:
		return []string{"sshll.2d o x #0; cmlt0.2d o o"}, nil
	}
	return []string{"cmlt0.T o x"}, nil
}

// Constant is how a register is filled with a constant by one instruction, ok is false where that takes memory. lanes
// are the bits of every lane, or of one for all.
func Constant(e vec.Elem, lanes ...uint64) (form string, imm []int, ok bool) {
	for _, bits := range lanes[1:] {
		if bits != lanes[0] {
			return "", nil, false
		}
	}
	bits := lanes[0]
	if e.Size() == 8 {
		if v, ok := smallNumber(math.Float64frombits(bits)); ok {
			return "fmov.2d", []int{v}, true
		}
		if bits>>32 != bits&math.MaxUint32 {
			return "", nil, false
		}
		bits &= math.MaxUint32
	}
	if v, ok := smallNumber(float64(math.Float32frombits(uint32(bits)))); ok {
		return "fmov.4s", []int{v}, true
	}
	switch {
	case bits == 0:
		return "zero", nil, true
	case bits < 1<<8:
		return "movi.4s", []int{int(bits)}, true
	case bits < 1<<16 && bits&0xff == 0:
		return "movi.4s.8", []int{int(bits >> 8)}, true
	case bits < 1<<24 && bits&0xffff == 0:
		return "movi.4s.16", []int{int(bits >> 16)}, true
	case bits&0xffffff == 0:
		return "movi.4s.24", []int{int(bits >> 24)}, true
	case bits^math.MaxUint32 < 1<<8:
		return "mvni.4s", []int{int(bits ^ math.MaxUint32)}, true
	}
	return "", nil, false
}
