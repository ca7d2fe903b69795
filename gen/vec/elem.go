package vec

// Elem is what the lanes of a vector hold: a floating-point number or an integer, of 4 or 8 bytes.
type Elem uint8

// The types of lanes.
const (
	F32 Elem = iota
	F64
	I32
	I64
	U32
	U64

	// Elems is how many there are.
	Elems = iota
)

var elemNames = [Elems]string{"f32", "f64", "i32", "i64", "u32", "u64"}

func (e Elem) String() string { return elemNames[e] }

// Size is how many bytes a lane takes.
func (e Elem) Size() int {
	switch e {
	case F32, I32, U32:
		return 4
	}
	return 8
}

// Float says whether lanes hold floating-point numbers.
func (e Elem) Float() bool { return e <= F64 }

// Signed says whether lanes hold integers with a sign.
func (e Elem) Signed() bool { return e == I32 || e == I64 }

// Wide is the type with lanes of twice the size, itself for those of 8 bytes.
func (e Elem) Wide() Elem {
	switch e {
	case F32:
		return F64
	case I32:
		return I64
	case U32:
		return U64
	}
	return e
}

// FloatOf is the floating-point number of so many bytes.
func FloatOf(size int) Elem { return [...]Elem{F32, F64}[size/8] }

// SignedOf is the integer with a sign of so many bytes.
func SignedOf(size int) Elem { return [...]Elem{I32, I64}[size/8] }

// UnsignedOf is the integer without a sign of so many bytes.
func UnsignedOf(size int) Elem { return [...]Elem{U32, U64}[size/8] }
