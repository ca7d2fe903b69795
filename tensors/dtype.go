package tensors

import "fmt"

// DType is a type of numbers.
type DType uint8

// The types that both formats have, but for BF16, which npz lacks.
const (
	F64 DType = iota + 1
	F32
	F16
	BF16 // the upper half of F32
	I64
	I32
	I16
	I8
	U64
	U32
	U16
	U8
	Bool
)

// dtypes are the types by their number: the name that safetensors has for it, what NumPy calls it, its size in bytes.
var dtypes = [...]struct {
	name, numpy string
	size        int
}{
	F64: {"F64", "f8", 8}, F32: {"F32", "f4", 4}, F16: {"F16", "f2", 2}, BF16: {"BF16", "", 2},
	I64: {"I64", "i8", 8}, I32: {"I32", "i4", 4}, I16: {"I16", "i2", 2}, I8: {"I8", "i1", 1},
	U64: {"U64", "u8", 8}, U32: {"U32", "u4", 4}, U16: {"U16", "u2", 2}, U8: {"U8", "u1", 1},
	Bool: {"BOOL", "b1", 1},
}

// valid says whether there is such a type.
func (d DType) valid() bool { return d > 0 && int(d) < len(dtypes) }

// String is the name that safetensors has for the type.
func (d DType) String() string {
	if !d.valid() {
		return fmt.Sprintf("DType(%d)", uint8(d))
	}
	return dtypes[d].name
}

// Size is how many bytes a number takes, 0 if there is no such type.
func (d DType) Size() int {
	if !d.valid() {
		return 0
	}
	return dtypes[d].size
}

// floatType is the type of F.
func floatType[F Float]() DType {
	if _, ok := any(F(0)).(float32); ok {
		return F32
	}
	return F64
}

// byName finds a type by the name that safetensors has for it.
func byName(name string) (DType, bool) {
	for d := range dtypes {
		if d := DType(d); d.valid() && dtypes[d].name == name {
			return d, true
		}
	}
	return 0, false
}

// byNumPy finds a type by the kind and size that NumPy calls it.
func byNumPy(name string) (DType, bool) {
	for d := range dtypes {
		if d := DType(d); d.valid() && name != "" && dtypes[d].numpy == name {
			return d, true
		}
	}
	return 0, false
}
