package checkpoint

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/big"
	"strings"

	"github.com/backpropgen/backpropgen/internal/plural"
)

// A pickle is a program for a stack machine. What torch.save writes for tensors in dictionaries needs some forty of its
// instructions, and of its calls only those that make dictionaries and tensors: no other is made. No maintained package
// reads these files: og-rek lacks the instruction BUILD and dictionaries that are made by a call, which every
// state_dict has.

// The values of the machine, beside string, int64, float64, bool, nil and tuples and lists as []any.
type (
	// dict is a dictionary in its order; of its keys only texts are kept.
	dict struct {
		keys   []string
		values []any
	}
	list   struct{ items []any }
	global struct{ module, name string }
	// storage is the numbers of one or more tensors, a file of the archive.
	storage struct {
		kind, key string
		count     int64
	}
	// view is a tensor: a part of a storage.
	view struct {
		of           *storage
		offset       int64
		size, stride []int64
	}
	// opaque is an object of a class that is not known.
	opaque struct{ class global }
	mark   struct{}
)

// Limits of a pickle.
const (
	maxPickle = 16 << 20 // bytes
	maxStack  = 1 << 18
	maxAxes   = 8
)

var errPickle = errors.New("its pickle is damaged")

// machine executes a pickle.
type machine struct {
	code  []byte
	stack []any
	memo  map[uint32]any
}

// unpickle returns what a pickle makes.
func unpickle(code []byte) (any, error) {
	if len(code) > maxPickle {
		return nil, fmt.Errorf("its pickle has %s; at most %d are allowed", plural.Of(len(code), "byte"), maxPickle)
	}
	m := &machine{code: code, memo: map[uint32]any{}}
	for {
		op, err := m.take(1)
		if err != nil {
			return nil, err
		}
		if op[0] == '.' {
			return m.pop()
		}
		if err := m.step(op[0]); err != nil {
			return nil, err
		}
		if len(m.stack) > maxStack || len(m.memo) > maxStack {
			return nil, errors.New("its pickle needs too much memory")
		}
	}
}

// take returns the next n bytes of the program, a view.
func (m *machine) take(n uint64) ([]byte, error) {
	if n > uint64(len(m.code)) {
		return nil, errPickle
	}
	b := m.code[:n]
	m.code = m.code[n:]
	return b, nil
}

// word returns the next n bytes as a number, the lowest first.
func (m *machine) word(n uint64) (uint64, error) {
	b, err := m.take(n)
	if err != nil {
		return 0, err
	}
	var full [8]byte
	copy(full[:], b)
	return binary.LittleEndian.Uint64(full[:]), nil
}

// counted returns bytes whose count stands in front in n bytes.
func (m *machine) counted(n uint64) (string, error) {
	count, err := m.word(n)
	if err != nil {
		return "", err
	}
	b, err := m.take(count)
	return string(b), err
}

// line returns the text up to the end of the line.
func (m *machine) line() (string, error) {
	text, _, found := strings.Cut(string(m.code[:min(len(m.code), 1024)]), "\n")
	if !found {
		return "", errPickle
	}
	m.code = m.code[len(text)+1:]
	return text, nil
}

func (m *machine) push(v any) { m.stack = append(m.stack, v) }

func (m *machine) pop() (any, error) {
	if len(m.stack) == 0 {
		return nil, errPickle
	}
	v := m.stack[len(m.stack)-1]
	if _, marked := v.(mark); marked {
		return nil, errPickle
	}
	m.stack = m.stack[:len(m.stack)-1]
	return v, nil
}

// some pops n values.
func (m *machine) some(n int) ([]any, error) {
	values := make([]any, n)
	for i := n - 1; i >= 0; i-- {
		var err error
		if values[i], err = m.pop(); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// marked pops everything above the last mark, and the mark.
func (m *machine) marked() ([]any, error) {
	for i := len(m.stack) - 1; i >= 0; i-- {
		if _, ok := m.stack[i].(mark); ok {
			values := append([]any{}, m.stack[i+1:]...)
			m.stack = m.stack[:i]
			return values, nil
		}
	}
	return nil, errPickle
}

// step executes one instruction.
func (m *machine) step(op byte) error {
	switch op {
	case 0x80: // PROTO
		_, err := m.take(1)
		return err
	case 0x95: // FRAME
		_, err := m.take(8)
		return err
	case '(': // MARK
		m.push(mark{})
		return nil
	case '0': // POP
		_, err := m.pop()
		return err
	case 'N': // NONE
		m.push(nil)
		return nil
	case 0x88, 0x89: // NEWTRUE, NEWFALSE
		m.push(op == 0x88)
		return nil
	case ')': // EMPTY_TUPLE
		m.push([]any{})
		return nil
	case ']': // EMPTY_LIST
		m.push(&list{})
		return nil
	case '}': // EMPTY_DICT
		m.push(&dict{})
		return nil
	case 'K', 'M', 'J', 0x8a, 'G': // BININT1, BININT2, BININT, LONG1, BINFLOAT
		return m.number(op)
	case 'X', 0x8c, 0x8d, 'T', 'U', 'B', 'C': // texts and bytes by the size of their count
		size := map[byte]uint64{'X': 4, 0x8c: 1, 0x8d: 8, 'T': 4, 'U': 1, 'B': 4, 'C': 1}[op]
		text, err := m.counted(size)
		m.push(text)
		return err
	case 'q', 'r', 0x94, 'h', 'j': // BINPUT, LONG_BINPUT, MEMOIZE, BINGET, LONG_BINGET
		return m.remember(op)
	case 't', 0x85, 0x86, 0x87: // TUPLE, TUPLE1, TUPLE2, TUPLE3
		return m.tuple(op)
	case 'a', 'e', 's', 'u': // APPEND, APPENDS, SETITEM, SETITEMS
		return m.fill(op)
	case 'c', 0x93: // GLOBAL, STACK_GLOBAL
		return m.global(op)
	case 'Q', 'R', 0x81, 'b': // BINPERSID, REDUCE, NEWOBJ, BUILD
		return m.make(op)
	}
	return fmt.Errorf("its pickle has the instruction 0x%02x, which no tensors need", op)
}

func (m *machine) number(op byte) error {
	switch op {
	case 'G':
		b, err := m.take(8)
		if err == nil {
			m.push(math.Float64frombits(binary.BigEndian.Uint64(b)))
		}
		return err
	case 0x8a: // the lowest byte first, in two's complement
		text, err := m.counted(1)
		if err != nil || len(text) > 8 {
			m.push(opaque{}) // too large for anything here
			return err
		}
		v := new(big.Int)
		for i := len(text) - 1; i >= 0; i-- {
			v.Or(v.Lsh(v, 8), big.NewInt(int64(text[i])))
		}
		if len(text) > 0 && text[len(text)-1] >= 0x80 {
			v.Sub(v, new(big.Int).Lsh(big.NewInt(1), uint(8*len(text))))
		}
		m.push(v.Int64())
		return nil
	}
	v, err := m.word(map[byte]uint64{'K': 1, 'M': 2, 'J': 4}[op])
	if op == 'J' {
		m.push(int64(int32(v)))
	} else {
		m.push(int64(v))
	}
	return err
}

func (m *machine) remember(op byte) error {
	var at uint64
	var err error
	switch op {
	case 'q', 'h':
		at, err = m.word(1)
	case 'r', 'j':
		at, err = m.word(4)
	default:
		at = uint64(len(m.memo))
	}
	if err != nil {
		return err
	}
	if op == 'h' || op == 'j' {
		v, ok := m.memo[uint32(at)]
		if !ok {
			return errPickle
		}
		m.push(v)
		return nil
	}
	if len(m.stack) == 0 {
		return errPickle
	}
	m.memo[uint32(at)] = m.stack[len(m.stack)-1]
	return nil
}

func (m *machine) tuple(op byte) error {
	var values []any
	var err error
	if op == 't' {
		values, err = m.marked()
	} else {
		values, err = m.some(int(op) - 0x84)
	}
	if err != nil {
		return err
	}
	m.push(values)
	return nil
}

// fill puts values into the list or dictionary below them.
func (m *machine) fill(op byte) error {
	var values []any
	var err error
	switch op {
	case 'a':
		values, err = m.some(1)
	case 's':
		values, err = m.some(2)
	default:
		values, err = m.marked()
	}
	if err != nil {
		return err
	}
	if len(m.stack) == 0 {
		return errPickle
	}
	switch to := m.stack[len(m.stack)-1].(type) {
	case *list:
		if op == 'a' || op == 'e' {
			to.items = append(to.items, values...)
			return nil
		}
	case *dict:
		if len(values)%2 != 0 || op == 'a' || op == 'e' {
			return errPickle
		}
		for i := 0; i < len(values); i += 2 {
			if key, ok := values[i].(string); ok {
				to.keys, to.values = append(to.keys, key), append(to.values, values[i+1])
			}
		}
		return nil
	case opaque:
		return nil
	}
	return errPickle
}

func (m *machine) global(op byte) error {
	if op == 'c' {
		module, err := m.line()
		if err != nil {
			return err
		}
		name, err := m.line()
		m.push(global{module, name})
		return err
	}
	values, err := m.some(2)
	if err != nil {
		return err
	}
	module, ok1 := values[0].(string)
	name, ok2 := values[1].(string)
	if !ok1 || !ok2 {
		return errPickle
	}
	m.push(global{module, name})
	return nil
}

// make makes objects: of storages, dictionaries and tensors what they are, of all others nothing that anything can be
// done with.
func (m *machine) make(op byte) error {
	if op == 'Q' {
		id, err := m.pop()
		if err != nil {
			return err
		}
		s, err := storageOf(id)
		m.push(s)
		return err
	}
	values, err := m.some(2)
	if err != nil {
		return err
	}
	if op == 'b' { // attributes of an object: of what is kept none are needed
		m.push(values[0])
		return nil
	}
	class, ok := values[0].(global)
	args, isTuple := values[1].([]any)
	if !ok || !isTuple {
		m.push(opaque{})
		return nil
	}
	v, err := call(class, args)
	m.push(v)
	return err
}

// storageOf reads ("storage", class, key, place, count).
func storageOf(id any) (*storage, error) {
	parts, ok := id.([]any)
	if !ok || len(parts) != 5 || parts[0] != "storage" {
		return nil, errPickle
	}
	class, ok1 := parts[1].(global)
	key, ok2 := parts[2].(string)
	count, ok3 := parts[4].(int64)
	if !ok1 || !ok2 || !ok3 || count < 0 {
		return nil, errPickle
	}
	return &storage{class.name, key, count}, nil
}

// call makes the objects that are known.
func call(class global, args []any) (any, error) {
	switch class {
	case global{"collections", "OrderedDict"}:
		return &dict{}, nil
	case global{"torch._utils", "_rebuild_parameter"}, global{"torch._utils", "_rebuild_parameter_with_state"}:
		if len(args) == 0 {
			return nil, errPickle
		}
		return args[0], nil
	case global{"torch._utils", "_rebuild_tensor_v2"}, global{"torch._utils", "_rebuild_tensor"}:
		if len(args) < 4 {
			return nil, errPickle
		}
		s, ok1 := args[0].(*storage)
		offset, ok2 := args[1].(int64)
		size, ok3 := whole(args[2])
		stride, ok4 := whole(args[3])
		if !ok1 || !ok2 || !ok3 || !ok4 || len(size) != len(stride) || len(size) > maxAxes {
			return nil, errPickle
		}
		return &view{s, offset, size, stride}, nil
	}
	return opaque{class}, nil
}

// whole returns a tuple of numbers that are not negative.
func whole(v any) ([]int64, bool) {
	items, ok := v.([]any)
	if !ok {
		return nil, false
	}
	numbers := make([]int64, len(items))
	for i, item := range items {
		n, ok := item.(int64)
		if !ok || n < 0 {
			return nil, false
		}
		numbers[i] = n
	}
	return numbers, true
}
