package neon

import (
	"fmt"
	"math/bits"

	"github.com/backpropgen/backpropgen/gen/arm64/isa"
)

// Address is a place in memory: what is in a register, what is in another one times a power of two, and a distance.
type Address struct {
	Base  int
	Index int // NoIndex: none
	Scale int // what the index is multiplied with, 0 for 1
	Disp  int
}

// NoIndex stands for the register of an address that has none.
const NoIndex = -1

// Plus is the place some bytes further on.
func (a Address) Plus(bytes int) Address {
	a.Disp += bytes
	return a
}

// Writer writes instructions: those of sequences, and what goes between registers and memory. Of memory no byte is
// touched but those that are asked for.
type Writer struct {
	// Free and Second are general registers that it may use, the second one for operations on integers alone.
	Free, Second int
	Instructions []isa.Instruction
	err          error
}

// Err is the first mistake.
func (w *Writer) Err() error { return w.err }

// Do writes an instruction.
func (w *Writer) Do(name string, args ...int) {
	i, err := isa.New(name, args...)
	if err != nil {
		w.fail(err)
		return
	}
	w.Instructions = append(w.Instructions, i)
}

// Sequence writes a sequence in registers.
func (w *Writer) Sequence(s Sequence, in Registers) {
	in[General0] = w.Free
	list, err := s.Instructions(in)
	if err != nil {
		w.fail(err)
		return
	}
	w.Instructions = append(w.Instructions, list...)
}

func (w *Writer) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

// letter is the part of a vector register of so many bytes, as it stands in the names of forms.
func letter(bytes int) string { return map[int]string{4: "s", 8: "d", 16: "q"}[bytes] }

// move loads or stores so many bytes, 4, 8 or 16.
func (w *Writer) move(what string, register int, at Address, bytes int) {
	name := what + "r." + letter(bytes)
	if at.Index != NoIndex && at.Disp == 0 {
		switch max(at.Scale, 1) {
		case 1:
			w.Do(name+".index", register, at.Base, at.Index)
			return
		case bytes:
			w.Do(name+".scaled", register, at.Base, at.Index)
			return
		}
	}
	near := at
	if at.Index != NoIndex || !Reaches(at.Disp, bytes) {
		near = w.near(at, bytes)
	}
	if near.Disp >= 0 && near.Disp%bytes == 0 {
		w.Do(name, register, near.Base, near.Disp)
	} else {
		w.Do(what+"ur."+letter(bytes), register, near.Base, near.Disp)
	}
}

// Moves says whether one instruction moves so many bytes.
func Moves(bytes int) bool { return bytes == 4 || bytes == 8 || bytes == 16 }

// Unscaled is how far an instruction reaches, either way, whatever the distance is a multiple of, and Farthest from
// where on two additions of constants make no distance up.
const Unscaled, Farthest = 256, 1 << 24

// Reaches says whether a distance stands in an instruction that moves so many bytes.
func Reaches(disp, bytes int) bool {
	return disp >= 0 && disp%bytes == 0 && disp < 4096*bytes || disp >= -Unscaled && disp < Unscaled
}

// near is the same place by an address without an index, and with a distance that stands in an instruction that moves
// so many bytes, 0 where these are 0.
func (w *Writer) near(at Address, bytes int) Address {
	fits := func(disp int) bool { return bytes > 0 && Reaches(disp, bytes) || disp == 0 }
	far := at.Disp
	switch {
	case at.Index == NoIndex && fits(far):
		return at
	case !fits(far) && (far <= -Farthest || far >= Farthest):
		if at.Base == isa.Stack {
			w.fail(fmt.Errorf("the stack does not reach %d bytes", far))
			return at
		}
		w.Number(far, w.Free)
		w.Add(w.Free, w.Free, at.Base, 1)
		if at.Index != NoIndex {
			w.Add(w.Free, w.Free, at.Index, at.Scale)
		}
		return Address{Base: w.Free, Index: NoIndex}
	case at.Index != NoIndex:
		if at.Base == isa.Stack { // as an operand of an addition that is zero
			w.Do("add.imm", w.Free, at.Base, 0)
			at.Base = w.Free
		}
		w.Add(w.Free, at.Base, at.Index, at.Scale)
		at = Address{Base: w.Free, Index: NoIndex, Disp: far}
	}
	if fits(far) {
		return at
	}
	op, distance := "add", far
	if far < 0 {
		op, distance = "sub", -far
	}
	if distance>>12 != 0 {
		w.Do(op+".high", w.Free, at.Base, distance>>12)
		at.Base, distance = w.Free, distance&4095
	}
	if op == "add" && fits(distance) {
		return Address{Base: at.Base, Index: NoIndex, Disp: distance}
	}
	if distance != 0 {
		w.Do(op+".imm", w.Free, at.Base, distance)
	}
	return Address{Base: w.Free, Index: NoIndex}
}

// Add adds a register times a power of two to another.
func (w *Writer) Add(to, base, index, scale int) {
	scale = max(scale, 1)
	if bits.OnesCount(uint(scale)) != 1 {
		w.fail(fmt.Errorf("an address has %d times a register, which is no power of two", scale))
		return
	}
	w.Do("add", to, base, index, bits.TrailingZeros(uint(scale)))
}

// Number brings an integer to a general register, 16 bits at a time: those that are not 0, or of a negative one those
// that are not all ones.
func (w *Writer) Number(n, to int) {
	form, skipped := "movz", 0
	if n < 0 && n != -1 && n>>32 == -1 && n&0xffff != 0 && n>>16&0xffff != 0 {
		form, skipped = "movn", 0xffff
	}
	switch n {
	case 0:
		w.Do("mov.x", to, isa.Zero)
		return
	case -1:
		w.Do("movz", to, 1, 0)
		w.Do("sub", to, isa.Zero, to, 0)
		return
	}
	for shift := 0; shift < 64; shift += 16 {
		part := n >> shift & 0xffff
		switch {
		case part == skipped:
			continue
		case form == "movn":
			part ^= 0xffff
		}
		w.Do(form, to, part, shift)
		form = "movk"
	}
}

// At is a register that holds an address, its base if that is all.
func (w *Writer) At(at Address) int { return w.near(at, 0).Base }

// Load reads n lanes of so many bytes, with 0 in those above.
func (w *Writer) Load(to int, at Address, n, size int) {
	if n*size == 12 {
		w.move("ld", to, at, 8)
		w.Do("ld1.s", to, 2, w.At(at.Plus(8)))
		return
	}
	w.move("ld", to, at, n*size)
}

// Store writes the first n lanes of so many bytes.
func (w *Writer) Store(from int, at Address, n, size int) {
	if n*size == 12 {
		w.move("st", from, at, 8)
		w.Do("st1.s", from, 2, w.At(at.Plus(8)))
		return
	}
	w.move("st", from, at, n*size)
}

// Spread reads n lanes of so many bytes and repeats them all over the register. A number at a distance from an address
// is loaded and then repeated: an instruction that does both has no place for a distance.
func (w *Writer) Spread(to int, at Address, n, size int) {
	bytes := n * size
	lanes := map[int]string{4: "4s", 8: "2d"}[bytes]
	switch {
	case bytes == 16:
		w.move("ld", to, at, 16)
	case at.Index == NoIndex && at.Disp == 0:
		w.Do("ld1r."+lanes, to, at.Base)
	default:
		w.move("ld", to, at, bytes)
		w.Do("dup."+lanes, to, to, 0)
	}
}

// LoadWhere reads those of the first n lanes that a mask has, with 0 in the others. It branches over each.
func (w *Writer) LoadWhere(to int, at Address, n, size, mask int) {
	w.Do("zero", to)
	w.where(at, n, size, mask, func(lane, address int) { w.Do("ld1."+letter(size), to, lane, address) })
}

// StoreWhere writes those of the first n lanes that a mask has.
func (w *Writer) StoreWhere(from int, at Address, n, size, mask int) {
	w.where(at, n, size, mask, func(lane, address int) { w.Do("st1."+letter(size), from, lane, address) })
}

// where does something with each of the first n lanes, unless the mask has it not.
func (w *Writer) where(at Address, n, size, mask int, with func(lane, address int)) {
	for lane := range n {
		if size == 4 {
			w.Do("umov.s", w.Free, mask, lane)
		} else {
			w.Do("umov.d", w.Free, mask, lane)
		}
		before := w.Instructions
		w.Instructions = nil
		with(lane, w.At(at.Plus(lane*size)))
		part := w.Instructions
		w.Instructions = before
		if size == 4 {
			w.Do("cbz.w", w.Free, len(part)+1)
		} else {
			w.Do("cbz", w.Free, len(part)+1)
		}
		w.Instructions = append(w.Instructions, part...)
	}
}

// Gather reads lanes of so many bytes, which lie so far from an address as the lanes of a register say. The result
// must have another register.
func (w *Writer) Gather(to int, at Address, index, size int) {
	if at.Index != NoIndex {
		w.fail(fmt.Errorf("what is gathered has an address with another register"))
		return
	}
	for lane := range 16 / size {
		get, of := "umov.d", "d"
		if size == 4 {
			get, of = "umov.s", "s"
		}
		w.Do(get, w.Free, index, lane)
		w.Add(w.Free, w.Free, at.Base, 1)
		near := Address{Base: w.Free, Index: NoIndex, Disp: at.Disp}
		if lane == 0 {
			w.move("ld", to, near, size)
		} else {
			w.Do("ld1."+of, to, lane, w.At(near))
		}
	}
}

// LoadMask reads a mask, a bit for each of so many lanes, and needs a vector register besides.
func (w *Writer) LoadMask(to int, at Address, lanes, temp int) {
	near := w.near(at, 1)
	if near.Disp < 0 {
		near = w.near(Address{Base: w.At(at), Index: NoIndex}, 1)
	}
	w.Do("ldr.b", w.Free, near.Base, near.Disp)
	if lanes == 2 {
		w.Do("dup.2d.general", to, w.Free)
		for lane := range lanes {
			w.Number(1<<lane, w.Free)
			w.Do("ins.d.general", temp, lane, w.Free)
		}
		w.Do("cmtst.2d", to, to, temp)
		return
	}
	w.Do("dup.4s.general", to, w.Free)
	for half := range 2 {
		w.Number(1<<(2*half)|1<<(2*half+1)<<32, w.Free)
		w.Do("ins.d.general", temp, half, w.Free)
	}
	w.Do("cmtst.4s", to, to, temp)
}

// SpreadInt is an integer in a general register as a number in every lane.
func (w *Writer) SpreadInt(to, from, size int) {
	w.Do("scvtf."+letter(size)+".x", to, from)
	w.Do("dup."+map[int]string{4: "4s", 8: "2d"}[size], to, to, 0)
}

// Constant brings to a register what Constant has said of it.
func (w *Writer) Constant(to int, form string, imm []int) { w.Do(form, append([]int{to}, imm...)...) }
