package code

import "fmt"

// Kind is what a type is, of a number or an integer the type itself.
type Kind uint8

// The kinds. Untyped constants take the type of what they meet.
const (
	None Kind = iota
	Bool
	Int // an index
	Int32
	Int64
	Uint32
	Uint64
	Float32
	Float64
	UntypedInt
	UntypedFloat
	String
	Array   // Len elements of Elem
	Slice   // elements of Elem
	Pointer // to Elem
	Record  // Name, a struct
	Function
)

var kindNames = [...]string{
	"", "bool", "int", "int32", "int64", "uint32", "uint64", "float32", "float64", "integer constant", "constant",
	"string", "array", "slice", "pointer", "struct", "func",
}

func (k Kind) String() string { return kindNames[k] }

// KindOf is the kind of a name: Float32 for float32.
func KindOf(name string) Kind {
	for k := Bool; k <= Float64; k++ {
		if kindNames[k] == name {
			return k
		}
	}
	return None
}

// Float says whether values are floating-point numbers.
func (k Kind) Float() bool { return k == Float32 || k == Float64 || k == UntypedFloat }

// Signed says whether integers are signed.
func (k Kind) Signed() bool { return k == Int || k == Int32 || k == Int64 || k == UntypedInt }

// Integer says whether values are integers.
func (k Kind) Integer() bool { return k >= Int && k <= Uint64 || k == UntypedInt }

// Bits is how many bits a value has. An int is as wide as the widest, which no index of a program needs.
func (k Kind) Bits() int {
	switch k {
	case Int32, Uint32, Float32:
		return 32
	}
	return 64
}

// Type is the type of a value or a place.
type Type struct {
	Kind Kind
	Name string // of a struct
	Len  int    // of an array
	Elem *Type  // of an array, a slice, a pointer; the result of a function without parameters
}

// Of is the type of a number or an integer.
func Of(k Kind) Type { return Type{Kind: k} }

// StructType is the struct of a name.
func StructType(name string) Type { return Type{Kind: Record, Name: name} }

// ArrayOf is an array of arrays, the outermost dimension first: ArrayOf(t, 8, 4) is [8][4]t.
func ArrayOf(elem Type, dims ...int) Type {
	for i := len(dims) - 1; i >= 0; i-- {
		of := elem
		elem = Type{Kind: Array, Len: dims[i], Elem: &of}
	}
	return elem
}

// SliceOf is a slice of elements.
func SliceOf(elem Type) Type { return Type{Kind: Slice, Elem: &elem} }

// PointerTo is a pointer.
func PointerTo(to Type) Type { return Type{Kind: Pointer, Elem: &to} }

// FunctionOf is a function without parameters.
func FunctionOf(result Type) Type { return Type{Kind: Function, Elem: &result} }

// Named is the name of a struct, be it behind a pointer; empty for other types.
func (t Type) Named() string {
	if t.Kind == Pointer {
		return t.Elem.Named()
	}
	return t.Name
}

// Equal says whether types are the same.
func (t Type) Equal(u Type) bool {
	if t.Kind != u.Kind || t.Name != u.Name || t.Len != u.Len || (t.Elem == nil) != (u.Elem == nil) {
		return false
	}
	return t.Elem == nil || t.Elem.Equal(*u.Elem)
}

// String is the type as programs have it: *[8][4]float32.
func (t Type) String() string {
	switch t.Kind {
	case Array:
		return fmt.Sprintf("[%d]%v", t.Len, t.Elem)
	case Slice:
		return fmt.Sprintf("[]%v", t.Elem)
	case Pointer:
		return fmt.Sprintf("*%v", t.Elem)
	case Function:
		return fmt.Sprintf("func() %v", t.Elem)
	case Record:
		return t.Name
	}
	return t.Kind.String()
}
