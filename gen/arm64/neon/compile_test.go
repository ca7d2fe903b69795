package neon

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/backpropgen/backpropgen/gen/arm64/isa"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// pointers are the general registers of a tested function, by the names of its arguments: three operands, the result,
// and what the function has besides: constants and tables. i to l are integers that it counts with.
var pointers = map[string]int{"x": 0, "y": 1, "z": 2, "out": 3, "rest": 4, "i": 5, "j": 6, "k": 7, "l": 8}

// compiler makes instructions of a program without branches: a register for a value as long as it is read.
type compiler struct {
	w    Writer
	last map[*vec.Value]int // the step that reads a value for the last time
	in   map[*vec.Value]int // registers
	free []int
	// lanes are the constants, which are brought to a register wherever they are read, and rest is what they are read
	// from, after what was there before.
	lanes map[*vec.Value][]uint64
	rest  []byte
	// shares says that a result takes the register of an operand wherever that may be, and which of the sequences of an
	// operation is taken.
	shares bool
	which  int
	steps  []vec.Step
	at     int
	held   []int // for this step alone
}

// compile makes instructions of a program. rest is what the argument of that name has already.
func compile(p *vec.Program, rest []byte, shares bool, which int) (code []isa.Instruction, all []byte, err error) {
	c := &compiler{
		steps: p.Steps, w: Writer{Free: 16, Second: 17}, last: map[*vec.Value]int{}, in: map[*vec.Value]int{},
		lanes: map[*vec.Value][]uint64{},
		rest:  slices.Clone(rest), shares: shares, which: which,
	}
	for r := 31; r >= 0; r-- {
		c.free = append(c.free, r)
	}
	for i, s := range p.Steps {
		for _, v := range reads(s) {
			c.last[v] = i
		}
	}
	for i, s := range p.Steps {
		c.at = i
		if err := c.step(s); err != nil {
			return nil, nil, fmt.Errorf("%v: %w", s, err)
		}
		for _, v := range reads(s) {
			if r, ok := c.in[v]; ok && c.last[v] == i {
				delete(c.in, v)
				if !slices.Contains(c.free, r) && !c.taken(r) {
					c.free = append(c.free, r)
				}
			}
		}
		for _, r := range c.held {
			if !c.taken(r) && !slices.Contains(c.free, r) {
				c.free = append(c.free, r)
			}
		}
		c.held = nil
	}
	c.w.Do("ret")
	return c.w.Instructions, c.rest, c.w.Err()
}

// taken says whether a value has a register.
func (c *compiler) taken(r int) bool {
	for _, other := range c.in {
		if other == r {
			return true
		}
	}
	return false
}

// reads are the values that a step reads.
func reads(s vec.Step) (all []*vec.Value) {
	switch s := s.(type) {
	case *vec.Apply:
		all = slices.Clone(s.Args)
		if s.Mask != nil {
			all = append(all, s.Mask)
		}
		if s.Else != nil {
			all = append(all, s.Else)
		}
	case *vec.Store:
		all = []*vec.Value{s.Value}
		if s.Mask != nil {
			all = append(all, s.Mask)
		}
	case *vec.Load:
		if s.Mask != nil {
			all = append(all, s.Mask)
		}
	case *vec.Gather:
		all = []*vec.Value{s.Index}
	}
	return all
}

// fresh is a register that nothing has; one for this step alone is held until it ends.
func (c *compiler) fresh(held bool) int {
	if len(c.free) == 0 {
		c.w.fail(errors.New("there are more values than registers"))
		return 0
	}
	r := c.free[len(c.free)-1]
	c.free = c.free[:len(c.free)-1]
	if held {
		c.held = append(c.held, r)
	}
	return r
}

// register is that of a value that is read. Constants are brought to one.
func (c *compiler) register(v *vec.Value) int {
	if r, ok := c.in[v]; ok {
		return r
	}
	lanes, ok := c.lanes[v]
	if !ok {
		c.w.fail(fmt.Errorf("%v has no register", v))
		return 0
	}
	r := c.fresh(true)
	if form, imm, ok := Constant(v.Type.Elem, lanes...); ok {
		c.w.Constant(r, form, imm)
		return r
	}
	for len(c.rest)%16 != 0 {
		c.rest = append(c.rest, 0)
	}
	at := Address{Base: pointers["rest"], Index: NoIndex, Disp: len(c.rest)}
	size := v.Type.Elem.Size()
	for i := range v.Type.Lanes {
		c.rest = binary.LittleEndian.AppendUint64(c.rest, lanes[i%len(lanes)])[:len(c.rest)+size]
	}
	c.w.Load(r, at, v.Type.Lanes, size)
	return r
}

// place is the address of a place.
func (c *compiler) place(p vec.Place) Address {
	a := Address{Base: pointers[p.Base.Name], Index: NoIndex, Scale: p.Scale, Disp: p.Disp}
	if p.Index != nil {
		a.Index = pointers[p.Index.Name]
	}
	return a
}

// step writes one step.
func (c *compiler) step(s vec.Step) error {
	switch s := s.(type) {
	case *vec.Apply:
		return c.apply(s)
	case *vec.Lanes:
		c.lanes[s.Out] = s.Bits
	case *vec.First: // a mask as wide as a register
		all := make([]uint64, s.Out.Type.Lanes)
		for i := range s.N {
			all[i] = math.MaxUint64
		}
		v := &vec.Value{Type: vec.Vector(vec.UnsignedOf(16/len(all)), len(all))}
		c.lanes[v] = all
		c.in[s.Out] = c.register(v)
		c.held = nil
	case *vec.Load:
		out, size := c.fresh(false), s.Out.Type.Elem.Size()
		if s.Mask != nil {
			c.w.LoadWhere(out, c.place(s.At), s.N, size, c.register(s.Mask))
		} else {
			c.w.Load(out, c.place(s.At), s.N, size)
		}
		c.in[s.Out] = out
	case *vec.Store:
		from, size := c.register(s.Value), s.Value.Type.Elem.Size()
		if s.Mask != nil {
			c.w.StoreWhere(from, c.place(s.At), s.N, size, c.register(s.Mask))
		} else {
			c.w.Store(from, c.place(s.At), s.N, size)
		}
	case *vec.Spread:
		c.in[s.Out] = c.fresh(false)
		c.w.Spread(c.in[s.Out], c.place(s.At), s.N, s.Out.Type.Elem.Size())
	case *vec.Gather:
		index := c.register(s.Index)
		c.in[s.Out] = c.fresh(false)
		c.w.Gather(c.in[s.Out], c.place(s.At), index, s.Out.Type.Elem.Size())
	case *vec.LoadMask:
		c.in[s.Out] = c.fresh(false)
		c.w.LoadMask(c.in[s.Out], c.place(s.At), s.Out.Type.Lanes, c.fresh(true))
	case *vec.FromInt:
		c.in[s.Out] = c.fresh(false)
		c.w.SpreadInt(c.in[s.Out], pointers[s.From.Int.Name], s.Out.Type.Elem.Size())
	case *vec.IntStep:
		var operands []Integer
		for _, o := range s.Operands {
			switch {
			case o.Int != nil:
				operands = append(operands, Integer{Register: pointers[o.Int.Name]})
			case o.At != nil:
				operands = append(operands, Integer{Kind: InMemory, At: c.place(*o.At)})
			default:
				operands = append(operands, Integer{Kind: InConstant, Const: int(o.Const)})
			}
		}
		asked := false
		if c.at+1 < len(c.steps) {
			_, asked = c.steps[c.at+1].(*vec.Branch)
		}
		c.w.Int(s.Op, asked, operands...)
	case *vec.Branch:
		c.w.Branch(s.If, s.To)
	case *vec.Label:
		c.w.Instructions = append(c.w.Instructions, isa.Label(s.Name))
	default:
		return errors.New("a test has no such step")
	}
	return nil
}

// apply writes an operation.
func (c *compiler) apply(s *vec.Apply) error {
	var known []Known
	for _, a := range s.Args {
		known = append(known, Nothing)
		if lanes, ok := c.lanes[a]; ok {
			known[len(known)-1] = KnownNumber(a.Type.Elem, lanes...)
		}
	}
	sequences, err := Lower(s, known...)
	if err != nil {
		return err
	}
	seq := sequences[c.which%len(sequences)]
	var in Registers
	operands := map[Role]*vec.Value{Mask: s.Mask, Else: s.Else}
	for i, a := range s.Args {
		operands[X+Role(i)] = a
	}
	for r, v := range operands {
		if v != nil {
			in[r] = c.register(v)
		}
	}
	for t := range seq.Temps() {
		in[Temp0+Role(t)] = c.fresh(true)
	}
	// The register of an operand that is not read again may be the result's: of the one that is tied, or of any that
	// the sequence does not read after it has begun to write.
	out := -1
	for r := X; r <= Else; r++ {
		v := operands[r]
		if v == nil || c.last[v] != c.at || c.lanes[v] != nil || !c.shares || seq.Tied != None && r != seq.Tied {
			continue
		}
		apart := false
		for other, w := range operands {
			apart = apart || w == v && seq.Apart(other)
		}
		if !apart {
			out = in[r]
			break
		}
	}
	if out < 0 {
		out = c.fresh(false)
	}
	if in[Out] = out; seq.Tied != None && out != in[seq.Tied] {
		c.w.Do("mov", out, in[seq.Tied])
	}
	c.w.Sequence(seq, in)
	c.in[s.Out] = out
	c.held = slices.DeleteFunc(c.held, func(r int) bool { return r == out })
	return nil
}
