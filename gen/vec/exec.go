package vec

import (
	"encoding/binary"
	"fmt"
)

// Memory is what a program reads and writes: regions of bytes at addresses of their own.
type Memory struct {
	regions []region
}

type region struct {
	from  int64
	bytes []byte
}

// apart is how far regions lie from one another, so that none is reached from another.
const apart = 1 << 36

// Add gives a region an address, which is a multiple of 64.
func (m *Memory) Add(bytes []byte) int64 {
	at := int64(len(m.regions)+1) * apart
	m.regions = append(m.regions, region{at, bytes})
	return at
}

// at finds so many bytes.
func (m *Memory) at(address int64, n int) ([]byte, error) {
	if k := address/apart - 1; address >= 0 && k >= 0 && k < int64(len(m.regions)) {
		r := m.regions[k]
		if off := address - r.from; off+int64(n) <= int64(len(r.bytes)) {
			return r.bytes[off:][:n], nil
		}
	}
	return nil, fmt.Errorf("%d bytes at %#x are outside of memory", n, address)
}

// lane reads a lane of so many bytes.
func lane(b []byte) uint64 {
	if len(b) == 4 {
		return uint64(binary.LittleEndian.Uint32(b))
	}
	return binary.LittleEndian.Uint64(b)
}

// putLane writes one.
func putLane(b []byte, bits uint64) {
	if len(b) == 4 {
		binary.LittleEndian.PutUint32(b, uint32(bits))
	} else {
		binary.LittleEndian.PutUint64(b, bits)
	}
}

// maxSteps is how many steps a program may take: more, and it takes as many as it likes.
const maxSteps = 50_000_000

// Exec runs a program that Check has found right, on lanes, with the values that its parameters have. Numbers are
// computed as IEEE 754 has them; which NaN a result is is left open.
func (p *Program) Exec(m *Memory, params map[string]int64) error {
	e := &execution{memory: m, values: map[*Value][]uint64{}, ints: map[*Int]int64{}}
	for _, i := range p.Params {
		v, ok := params[i.Name]
		if !ok {
			return fmt.Errorf("%s: no value is given for %s", p.Name, i.Name)
		}
		e.ints[i] = v
	}
	labels := map[string]int{}
	for i, s := range p.Steps {
		if l, ok := s.(*Label); ok {
			labels[l.Name] = i
		}
	}
	steps := 0
	for at := 0; at < len(p.Steps); at++ {
		switch s := p.Steps[at].(type) {
		case *Return:
			return nil
		case *Branch:
			if e.holds(s.If) {
				at = labels[s.To]
			}
		default:
			if err := e.step(s); err != nil {
				return fmt.Errorf("%s, step %d: %v: %w", p.Name, at, s, err)
			}
		}
		if steps++; steps > maxSteps {
			return fmt.Errorf("%s does not end within %d steps", p.Name, maxSteps)
		}
	}
	return nil
}

// execution is the state of a program: lanes as their bits, those of masks as 0 and 1.
type execution struct {
	memory *Memory
	values map[*Value][]uint64
	ints   map[*Int]int64
	// compared is below, at or above 0, as what was compared last, or computed with integers.
	compared int64
}

// holds says whether a condition holds.
func (e *execution) holds(c Condition) bool {
	switch n := e.compared; c {
	case IfEqual:
		return n == 0
	case IfNotEqual:
		return n != 0
	case IfLess:
		return n < 0
	case IfLessEqual:
		return n <= 0
	case IfGreater:
		return n > 0
	case IfGreaterEqual:
		return n >= 0
	}
	return true
}

// step runs one step.
func (e *execution) step(s Step) error {
	switch s := s.(type) {
	case *Apply:
		e.values[s.Out] = e.apply(s)
	case *Lanes:
		out := make([]uint64, s.Out.Type.Lanes)
		for i := range out {
			out[i] = s.Bits[i%len(s.Bits)]
		}
		e.values[s.Out] = out
	case *First:
		out := make([]uint64, s.Out.Type.Lanes)
		for i := range s.N {
			out[i] = 1
		}
		e.values[s.Out] = out
	case *Set:
		e.values[s.Var] = e.values[s.To]
	case *FromInt:
		n, err := e.read(s.From, 8)
		bits := s.Out.Type.Elem.ofInt(n)
		e.values[s.Out] = repeated(s.Out.Type.Lanes, bits)
		return err
	case *Load, *Spread, *Store, *Gather, *LoadMask:
		return e.move(s)
	case *IntStep:
		return e.integer(s)
	}
	return nil
}

// repeated are lanes with the same bits.
func repeated(lanes int, bits uint64) []uint64 {
	out := make([]uint64, lanes)
	for i := range out {
		out[i] = bits
	}
	return out
}

// address is where a place is.
func (e *execution) address(p Place) int64 {
	at := e.ints[p.Base] + int64(p.Disp)
	if p.Index != nil {
		at += e.ints[p.Index] * int64(max(p.Scale, 1))
	}
	return at
}

// move reads or writes vectors.
func (e *execution) move(s Step) error {
	switch s := s.(type) {
	case *Load:
		return e.each(s.Out.Type.Elem, s.At, s.N, s.Mask, make([]uint64, s.Out.Type.Lanes),
			func(bytes []byte, out *uint64) {
				*out = lane(bytes)
			}, s.Out)
	case *Store:
		return e.each(s.Value.Type.Elem, s.At, s.N, s.Mask, e.values[s.Value], func(bytes []byte, in *uint64) {
			putLane(bytes, *in)
		}, nil)
	case *Spread:
		some := make([]uint64, s.N)
		err := e.each(s.Out.Type.Elem, s.At, s.N, nil, some,
			func(bytes []byte, out *uint64) { *out = lane(bytes) }, nil)
		out := make([]uint64, s.Out.Type.Lanes)
		for i := range out {
			out[i] = some[i%s.N]
		}
		e.values[s.Out] = out
		return err
	case *Gather:
		out, size := make([]uint64, s.Out.Type.Lanes), s.Out.Type.Elem.Size()
		for i := range out {
			bytes, err := e.memory.at(e.address(s.At)+int64(e.values[s.Index][i]), size)
			if err != nil {
				return err
			}
			out[i] = lane(bytes)
		}
		e.values[s.Out] = out
	case *LoadMask:
		out := make([]uint64, s.Out.Type.Lanes)
		bytes, err := e.memory.at(e.address(s.At), (len(out)+7)/8)
		if err != nil {
			return err
		}
		for i := range out {
			out[i] = uint64(bytes[i/8] >> (i % 8) & 1)
		}
		e.values[s.Out] = out
	}
	return nil
}

// each moves n lanes between memory and a vector, those of a mask if there is one, and makes a value of the vector.
func (e *execution) each(
	elem Elem, at Place, n int, mask *Value, lanes []uint64, move func(bytes []byte, lane *uint64), out *Value,
) error {
	address := e.address(at)
	for i := range n {
		if mask != nil && e.values[mask][i] == 0 {
			continue
		}
		bytes, err := e.memory.at(address+int64(i*elem.Size()), elem.Size())
		if err != nil {
			return err
		}
		move(bytes, &lanes[i])
	}
	if out != nil {
		e.values[out] = lanes
	}
	return nil
}
