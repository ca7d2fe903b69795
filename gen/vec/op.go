package vec

// Op is an operation on vectors. What it does with each lane is written beside it; x, y and z are its operands.
//
// Blocks are the groups of 16 bytes of a vector, as many lanes as these hold.
type Op uint8

// The operations.
const (
	NoOp Op = iota

	Add         // x + y
	Sub         // x - y
	Mul         // x·y, of integers the low half
	MulHalves   // the product of the low halves of x and y, as long as a lane
	Div         // x/y
	Min         // the smaller; of numbers y where either is NaN or both are zero
	Max         // the larger; of numbers y where either is NaN or both are zero
	Minimum     // the smaller number as in Go: NaN where either is, and -0 below 0
	Maximum     // the larger number as in Go: NaN where either is, and 0 above -0
	Sqrt        // √x
	Round       // x rounded to a whole number, half-way cases to even
	Fraction    // x less Round(x), 0 where x is infinite
	Scale       // x·2^n, n being y rounded down
	Reciprocal  // 1/x to 14 bits; which of the numbers that near is left open
	MulAdd      // x·y + z, rounded once
	NegMulAdd   // z - x·y, rounded once
	MulSub      // x·y - z, rounded once
	And         // the bits that are set in x and in y
	AndNot      // the bits that are set in y and not in x
	Or          // the bits that are set in x or in y
	Xor         // the bits in which x and y differ
	XorAnd      // the bits of x, flipped where they are set both in y and in z
	ShiftLeft   // the bits of x moved up by a constant
	ShiftRight  // the bits of x moved down by a constant; those with a sign keep it
	ShiftLeftBy // the bits of x moved up by y

	Compare // the mask of the lanes where a predicate holds of x and y
	Test    // the mask of the lanes where x and y have a bit in common
	Select  // y in the lanes of a mask, x in the others
	Keep    // x in the lanes of a mask, 0 in the others

	Widen  // x as a number or integer of twice the size
	Narrow // x as a number of half the size, rounded
	Float  // the integer x as a number of the same size, rounded
	// in every block the sums of neighbours in x, then those in y
	AddPairs
	// in every block the larger ones of neighbours in x, as in Go, then those of neighbours in y
	MaximumPairs
	// the bits of x as lanes of another type; the lower ones where these are fewer, and 0 above where they are more
	As
	Ones  // all bits in the lanes of a mask, none in the others
	Signs // the mask of the lanes whose highest bit is set

	Broadcast      // the first lane of x in every lane
	UpperHalf      // the upper half of x
	Join           // x and above it y
	Block          // one block of x, by its number
	Insert         // x with y in the place of the block with a number
	Repeat         // in every block one of its lanes, by its number, in every lane
	Within         // in every block of four lanes two of x, then two of y, by a pattern of two bits for each
	InterleaveLow  // in every block the lower lanes of x and y by turns
	InterleaveHigh // in every block the upper lanes of x and y by turns
	Evens          // in every block the even lanes of x, then those of y
	Odds           // in every block the odd lanes of x, then those of y
	SwapPairs      // in every block the halves of x in the other order
	SwapNeighbours // lanes of x, each in the place of its neighbour
	LowHalves      // the lower half of x, then that of y
	HighHalves     // the upper half of x, then that of y
	EvenBlocks     // the even blocks of x, then those of y
	OddBlocks      // the odd blocks of x, then those of y
	SwapHalves     // the halves of x in the other order
	SwapBlocks     // blocks of x, each in the place of its neighbour
	Blend          // lanes of y where the bits of a constant are set, of x elsewhere
	Permute        // the lanes of y that the lowest bits of x name
	Permute2       // the lanes of y, or beyond them of z, that the lowest bits of x name

	// Ops is how many there are.
	Ops = iota
)

var opNames = [Ops]string{
	"none", "add", "sub", "mul", "mulhalves", "div", "min", "max", "minimum", "maximum", "sqrt", "round", "fraction",
	"scale", "reciprocal",
	"muladd", "negmuladd", "mulsub", "and", "andnot", "or", "xor", "xorand", "shiftleft", "shiftright", "shiftleftby",
	"compare", "test", "select", "keep", "widen", "narrow", "float", "addpairs", "maximumpairs", "as", "ones", "signs",
	"broadcast", "upperhalf",
	"join", "block", "insert", "repeat", "within", "interleavelow", "interleavehigh", "evens", "odds", "swappairs",
	"swapneighbours", "lowhalves", "highhalves", "evenblocks", "oddblocks", "swaphalves", "swapblocks", "blend",
	"permute", "permute2",
}

func (op Op) String() string { return opNames[op] }

// Moves says whether an operation only puts lanes of its operands elsewhere, at places that are fixed.
func (op Op) Moves() bool { return op >= Join && op <= Blend && op != Block }

// Predicate is what a comparison asks of two lanes.
type Predicate uint8

// The predicates. Of a NaN none holds but NotEqual and those that say "or unordered".
const (
	Equal           Predicate = iota // x = y
	NotEqual                         // x ≠ y, or unordered
	Less                             // x < y
	LessEqual                        // x ≤ y
	Greater                          // x > y
	GreaterEqual                     // x ≥ y
	NotLess                          // x ≥ y, or unordered
	NotLessEqual                     // x > y, or unordered
	NotGreaterEqual                  // x < y, or unordered
	Ordered                          // neither is NaN
	Unordered                        // one is NaN

	// Predicates is how many there are.
	Predicates = iota
)

var predicateNames = [Predicates]string{
	"eq", "ne", "lt", "le", "gt", "ge", "nlt", "nle", "nge", "ord", "unord",
}

func (p Predicate) String() string { return predicateNames[p] }
