package vec

// IntOp is an operation on integers of 64 bits: counters of loops and addresses.
type IntOp uint8

// The operations on integers. The last operand is the one that is written.
const (
	IntZero       IntOp = iota // x = 0
	IntSet                     // y = the constant x
	IntCopy                    // y = x
	IntCopy4                   // y = x, of 4 bytes
	IntAdd                     // y += x
	IntSub                     // y -= x
	IntAnd                     // y &= x
	IntNeg                     // x = -x
	IntShiftRight              // y >>= the constant x
	IntMul                     // z = y times the constant x
	IntFlip4                   // y ^= the constant x, of 4 bytes
	IntAddress                 // y = the address x
	IntCompare                 // x and y, for a branch that follows

	// IntOps is how many there are.
	IntOps = iota
)

var intNames = [IntOps]string{"zero", "set", "copy", "copy4", "add", "sub", "and", "neg", "shiftright", "mul", "flip4",
	"address", "compare"}

func (op IntOp) String() string { return intNames[op] }

// Condition says when a branch is taken, by a comparison of x with y, or by what the operation before it left: then y
// is 0.
type Condition uint8

// The conditions.
const (
	Always         Condition = iota
	IfEqual                  // x = y
	IfNotEqual               // x ≠ y
	IfLess                   // x < y
	IfLessEqual              // x ≤ y
	IfGreater                // x > y
	IfGreaterEqual           // x ≥ y

	// Conditions is how many there are.
	Conditions = iota
)

var conditionNames = [Conditions]string{"always", "if eq", "if ne", "if lt", "if le", "if gt", "if ge"}

func (c Condition) String() string { return conditionNames[c] }
