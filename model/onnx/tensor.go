package onnx

import (
	"encoding/binary"
	"errors"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/backpropgen/backpropgen/internal/plural"
	"github.com/backpropgen/backpropgen/tensors"
)

// The types of elements.
const (
	elemFloat    = 1
	elemUint8    = 2
	elemInt8     = 3
	elemUint16   = 4
	elemInt16    = 5
	elemInt32    = 6
	elemInt64    = 7
	elemString   = 8
	elemBool     = 9
	elemFloat16  = 10
	elemDouble   = 11
	elemUint32   = 12
	elemUint64   = 13
	elemBFloat16 = 16
)

// elemNames are the types by number.
var elemNames = map[int64]string{
	elemFloat: "float32", elemUint8: "uint8", elemInt8: "int8", elemUint16: "uint16", elemInt16: "int16",
	elemInt32: "int32", elemInt64: "int64", elemString: "string", elemBool: "bool", elemFloat16: "float16",
	elemDouble: "float64", elemUint32: "uint32", elemUint64: "uint64", elemBFloat16: "bfloat16",
	14: "complex64", 15: "complex128", 17: "float8e4m3fn", 18: "float8e4m3fnuz", 19: "float8e5m2", 20: "float8e5m2fnuz",
	21: "uint4", 22: "int4", 23: "float4e2m1",
}

func elemName(elem int64) string {
	if name, ok := elemNames[elem]; ok {
		return name
	}
	return fmt.Sprintf("type %d", elem)
}

// elemTypes are the types of numbers whose raw data can be decoded: of floats, integers and booleans.
var elemTypes = map[int64]tensors.DType{
	elemFloat: tensors.F32, elemDouble: tensors.F64, elemFloat16: tensors.F16, elemBFloat16: tensors.BF16,
	elemInt64: tensors.I64, elemInt32: tensors.I32, elemInt16: tensors.I16, elemInt8: tensors.I8,
	elemUint64: tensors.U64, elemUint32: tensors.U32, elemUint16: tensors.U16, elemUint8: tensors.U8,
	elemBool: tensors.U8,
}

// isFloat says whether elements are floats that can be widened to float64.
func isFloat(elem int64) bool {
	return elem == elemFloat || elem == elemDouble || elem == elemFloat16 || elem == elemBFloat16
}

// isInteger says whether elements are integers or booleans.
func isInteger(elem int64) bool { return elemTypes[elem] != 0 && !isFloat(elem) }

// tensor is TensorProto: dimensions, and views of the data in the file.
type tensor struct {
	name     string
	dims     []int64
	elem     int64
	raw      []byte
	hasRaw   bool
	typed    []field // the typed fields: packed, or single numbers
	external map[string]string
	outside  bool // data_location is EXTERNAL
}

// maxPieces bounds the fields that the numbers of one tensor may be spread over: a writer that does not pack uses one
// for every number.
const maxPieces = 1 << 20

func parseTensor(b []byte) (*tensor, error) {
	t := &tensor{}
	return t, each(b, func(f field) error {
		var err error
		switch f.number {
		case 1: // dims
			t.dims, err = words(t.dims, f, maxRank, "dimensions")
		case 2: // data_type
			t.elem = int64(f.word)
		case 3: // segment
			err = errors.New("a tensor is in segments, which no exporter writes")
		case 4, 5, 7, 10, 11: // float_data, int32_data, int64_data, double_data, uint64_data
			t.typed, err = grow(t.typed, f, maxPieces, "pieces of a tensor")
		case 8: // name
			t.name = string(f.bytes)
		case 9: // raw_data
			if t.hasRaw || f.kind != protowire.BytesType {
				return wrongType("TensorProto", f)
			}
			t.raw, t.hasRaw = f.bytes, true
		case 13: // external_data
			var key, value string
			err = each(f.bytes, func(f field) error {
				switch f.number {
				case 1:
					key = string(f.bytes)
				case 2:
					value = string(f.bytes)
				}
				return nil
			})
			if t.external == nil {
				t.external = map[string]string{}
			}
			if len(t.external) < maxAttributes {
				t.external[key] = value
			}
		case 14: // data_location
			t.outside = f.word == 1
		}
		return err
	})
}

// count returns the number of elements, at most most.
func count(dims []int64, most int64) (int, error) {
	n := int64(1)
	for _, d := range dims {
		if d < 0 {
			return 0, fmt.Errorf("a dimension is %d", d)
		}
		if d > 0 && n > most/d {
			return 0, fmt.Errorf("the shape %v has more than %d elements", dims, most)
		}
		n *= d
	}
	return int(n), nil
}

// load returns the bytes of external data; see Options.
type load func(location string, offset, length int64) ([]byte, error)

// value returns the tensor as a constant: floats widened to float64, integers to int64. That the file holds as many
// numbers as the shape says is checked before memory is taken for them.
func (t *tensor) value(outside load) (*constant, error) {
	size := elemTypes[t.elem].Size()
	if size == 0 {
		return nil, fmt.Errorf("%s is of %s, which is not a type of weights; export in float32",
			quoted(t.name, "a tensor"), elemName(t.elem))
	}
	n, err := count(t.dims, maxElements)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", quoted(t.name, "a tensor"), err)
	}
	c := &constant{dims: t.dims, elem: t.elem}
	raw := t.raw
	if t.outside {
		if raw, err = t.fetch(outside, int64(n)*int64(size)); err != nil {
			return nil, fmt.Errorf("%s: %w", quoted(t.name, "a tensor"), err)
		}
	}
	if t.outside || t.hasRaw {
		if len(raw) != n*size {
			return nil, fmt.Errorf("%s of shape %v in %s has %s of data, not %d",
				quoted(t.name, "a tensor"), t.dims, elemName(t.elem), plural.Of(len(raw), "byte"), n*size)
		}
		return c, c.decode(raw)
	}
	if have := t.typedCount(); have != n {
		return nil, fmt.Errorf("%s of shape %v in %s has %s, not %d",
			quoted(t.name, "a tensor"), t.dims, elemName(t.elem), plural.Of(have, "number"), n)
	}
	return c, t.fillTyped(c, n)
}

// decode decodes raw data.
func (c *constant) decode(raw []byte) error {
	t := tensors.Tensor{DType: elemTypes[c.elem], Data: raw}
	for _, d := range c.dims {
		t.Shape = append(t.Shape, int(d))
	}
	var err error
	if isFloat(c.elem) {
		c.floats, err = t.Float64s()
	} else {
		c.ints, err = t.Ints()
	}
	return err
}

// typedField is the number of the field that elements of a type stand in when they are not raw.
func typedField(elem int64) protowire.Number {
	switch elem {
	case elemFloat:
		return 4
	case elemInt64:
		return 7
	case elemDouble:
		return 10
	case elemUint32, elemUint64:
		return 11
	}
	return 5 // also float16 and bfloat16, as the bits of an integer
}

// typedCount counts the numbers in the typed fields.
func (t *tensor) typedCount() int {
	n, want := 0, typedField(t.elem)
	for _, f := range t.typed {
		switch {
		case f.number != want:
		case f.kind != protowire.BytesType:
			n++
		case want == 4:
			n += len(f.bytes) / 4
		case want == 10:
			n += len(f.bytes) / 8
		default: // every varint has one byte without the highest bit
			for _, b := range f.bytes {
				if b < 0x80 {
					n++
				}
			}
		}
	}
	return n
}

// fillTyped decodes the typed fields, which have n numbers: those of floats as they are, all others as integers, of
// which float16 and bfloat16 are the bits.
func (t *tensor) fillTyped(c *constant, n int) error {
	want, size := typedField(t.elem), elemTypes[t.elem].Size()
	raw := make([]byte, 0, n*size)
	for _, f := range t.typed {
		if f.number != want {
			continue
		}
		if f.kind != protowire.BytesType {
			raw = appendWord(raw, f.word, size)
			continue
		}
		if want == 4 || want == 10 {
			raw = append(raw, f.bytes...)
			continue
		}
		for b := f.bytes; len(b) > 0; {
			word, used := protowire.ConsumeVarint(b)
			if used < 0 {
				return errTruncated
			}
			b = b[used:]
			raw = appendWord(raw, word, size)
		}
	}
	if len(raw) != n*size {
		return errTruncated
	}
	return c.decode(raw)
}

// appendWord appends the low bytes of a number.
func appendWord(raw []byte, word uint64, size int) []byte {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], word)
	return append(raw, b[:size]...)
}
