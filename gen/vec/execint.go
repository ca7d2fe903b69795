package vec

// read is the value of an operand, of so many bytes in memory.
func (e *execution) read(o Operand, size int) (int64, error) {
	switch {
	case o.Int != nil:
		return e.ints[o.Int], nil
	case o.At != nil:
		bytes, err := e.memory.at(e.address(*o.At), size)
		if err != nil {
			return 0, err
		}
		return int64(lane(bytes)), nil
	}
	return o.Const, nil
}

// write gives an operand a value.
func (e *execution) write(o Operand, size int, v int64) error {
	if o.Int != nil {
		e.ints[o.Int] = v
		return nil
	}
	bytes, err := e.memory.at(e.address(*o.At), size)
	if err != nil {
		return err
	}
	putLane(bytes, uint64(v))
	return nil
}

// integer runs an operation on integers.
func (e *execution) integer(s *IntStep) error {
	size := 8
	if s.Op == IntCopy4 || s.Op == IntFlip4 {
		size = 4
	}
	last := len(s.Operands) - 1
	var in [3]int64
	for k, o := range s.Operands {
		if k == last && (s.Op == IntZero || s.Op == IntSet || s.Op == IntCopy || s.Op == IntCopy4 ||
			s.Op == IntAddress || s.Op == IntMul) {
			continue // it is written only
		}
		if s.Op == IntAddress {
			in[k] = e.address(*o.At)
			continue
		}
		v, err := e.read(o, size)
		if err != nil {
			return err
		}
		in[k] = v
	}
	if s.Op == IntCompare {
		e.compared = in[0] - in[1]
		return nil
	}
	out := int64(0)
	switch s.Op {
	case IntSet, IntCopy, IntAddress:
		out = in[0]
	case IntCopy4:
		out = int64(uint32(in[0]))
	case IntAdd:
		out = in[1] + in[0]
	case IntSub:
		out = in[1] - in[0]
	case IntAnd:
		out = in[1] & in[0]
	case IntNeg:
		out = -in[0]
	case IntShiftRight:
		out = int64(uint64(in[1]) >> uint(in[0]))
	case IntMul:
		out = in[0] * in[1]
	case IntFlip4:
		out = int64(uint32(in[1] ^ in[0]))
	}
	if s.Op.compares() {
		e.compared = out
	}
	return e.write(s.Operands[last], size, out)
}

// compares says whether a branch may follow that asks how the result stands to 0.
func (op IntOp) compares() bool {
	switch op {
	case IntAdd, IntSub, IntAnd, IntNeg, IntShiftRight:
		return true
	}
	return false
}
