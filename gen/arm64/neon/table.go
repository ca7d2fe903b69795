package neon

import "github.com/backpropgen/backpropgen/gen/vec"

// rule says what an operation on lanes of some types is. Of several that fit the first counts.
type rule struct {
	op    vec.Op
	elems elems
	given given
	text  string
}

// elems are types of lanes.
type elems uint8

const (
	f32 elems = 1 << vec.F32
	f64 elems = 1 << vec.F64
	i32 elems = 1 << vec.I32
	i64 elems = 1 << vec.I64
	u32 elems = 1 << vec.U32
	u64 elems = 1 << vec.U64

	numbers  = f32 | f64
	signed   = i32 | i64
	unsigned = u32 | u64
	integers = signed | unsigned
	lanes4   = f32 | i32 | u32
	lanes8   = f64 | i64 | u64
	all      = numbers | integers
)

// given is what a rule asks for beside the types.
type given uint8

const (
	any        given = iota
	zeroFirst        // the first operand is the constant 0
	zeroSecond       // the second one is
	first            // the first one is a constant that is neither 0 nor NaN
	byNothing        // the constant is 0
	byAll            // the constant is as many bits as a lane has
)

// rules are the operations in the order of package vec, to be read beside Arm's manual. What depends on a predicate
// stands in comparisons, and what moves lanes by a pattern in the searches of moves.go.
//
// vec.Min and vec.Max are the second operand where either is NaN or both are zero. fmin and fmax are NaN where either
// is, and order zeros, so that they do where the first operand is a constant that is neither; otherwise it takes a
// comparison and a selection.
var rules = []rule{
	{vec.Add, numbers, any, "fadd.T o x y"},
	{vec.Add, integers, any, "add.T o x y"},
	{vec.Sub, numbers, any, "fsub.T o x y"},
	{vec.Sub, integers, any, "sub.T o x y"},
	{vec.Mul, numbers, any, "fmul.T o x y"},
	{vec.Mul, i32 | u32, any, "mul.4s o x y"},
	// The products of unlike halves count for the upper half, and are added there.
	{vec.Mul, i64 | u64, any, "rev64.4s t y; mul.4s t t x; uaddlp.2d o t; shl.2d o o #32; xtn.2s t x; xtn.2s u y; " +
		"umlal.2d o t u"},
	{vec.MulHalves, u32, any, "xtn.4h t x; xtn.4h u y; umull.4s o t u"},
	{vec.MulHalves, u64, any, "xtn.2s t x; xtn.2s u y; umull.2d o t u"},
	{vec.Div, numbers, any, "fdiv.T o x y"},
	{vec.Min, numbers, first, "fmin.T o x y"},
	{vec.Min, numbers, zeroFirst, "fcmgt0.T o y; bic o y o"},
	{vec.Min, numbers, zeroSecond, "fcmlt0.T o x; and o x o"},
	{vec.Min, numbers, any, "fcmgt.T o y x; bsl o x y"},
	{vec.Min, i32, any, "smin.4s o x y"},
	{vec.Min, u32, any, "umin.4s o x y"},
	{vec.Min, i64, any, "cmgt.2d o y x; bsl o x y"},
	{vec.Min, u64, any, "cmhi.2d o y x; bsl o x y"},
	{vec.Max, numbers, first, "fmax.T o x y"},
	{vec.Max, numbers, zeroFirst, "fcmlt0.T o y; bic o y o"},
	{vec.Max, numbers, zeroSecond, "fcmgt0.T o x; and o x o"},
	{vec.Max, numbers, any, "fcmgt.T o x y; bsl o x y"},
	{vec.Max, i32, any, "smax.4s o x y"},
	{vec.Max, u32, any, "umax.4s o x y"},
	{vec.Max, i64, any, "cmgt.2d o x y; bsl o x y"},
	{vec.Max, u64, any, "cmhi.2d o x y; bsl o x y"},
	{vec.Minimum, numbers, any, "fmin.T o x y"},
	{vec.Maximum, numbers, any, "fmax.T o x y"},
	{vec.Sqrt, numbers, any, "fsqrt.T o x"},
	{vec.Round, numbers, any, "frintn.T o x"},
	// Where x is whole the difference is 0, and infinity counts as whole.
	{vec.Fraction, numbers, any, "frintn.T t x; fsub.T o x t; fcmeq.T t x t; bic o o t"},
	// An estimate of 8 bits, and Newton's step.
	{vec.Reciprocal, numbers, any, "frecpe.T o x; frecps.T t o x; fmul.T o o t"},
	{vec.MulAdd, numbers, any, "o=z; fmla.T o x y"},
	{vec.NegMulAdd, numbers, any, "o=z; fmls.T o x y"},
	{vec.MulSub, numbers, any, "fneg.T o z; fmla.T o x y"},

	{vec.And, all, any, "and o x y"},
	{vec.AndNot, all, any, "bic o y x"},
	{vec.Or, all, any, "orr o x y"},
	{vec.Xor, all, any, "eor o x y"},
	{vec.XorAnd, all, any, "and o y z; eor o x o"},
	{vec.ShiftLeft, integers, byNothing, "mov o x"},
	{vec.ShiftLeft, integers, byAll, "zero o"},
	{vec.ShiftLeft, integers, any, "shl.T o x #i"},
	{vec.ShiftRight, integers, byNothing, "mov o x"},
	{vec.ShiftRight, signed, any, "sshr.T o x #i"},
	{vec.ShiftRight, unsigned, any, "ushr.T o x #i"},
	// ushl takes the lowest byte for the distance: further than a lane is long nothing is left.
	{vec.ShiftLeftBy, i32 | u32, any, "ushr.4s t y #5; cmeq0.4s t t; ushl.4s o x y; and o o t"},
	{vec.ShiftLeftBy, i64 | u64, any, "ushr.2d t y #6; cmeq0.2d t t; ushl.2d o x y; and o o t"},

	{vec.Test, integers, any, "cmtst.T o x y"},
	{vec.Select, all, any, "o=m; bsl o y x"},
	{vec.Select, all, any, "o=x; bit o y m"},
	{vec.Select, all, any, "o=y; bif o x m"},
	{vec.Keep, all, any, "and o x m"},

	{vec.Widen, f32, any, "fcvtl.2d o x"},
	{vec.Widen, i32, any, "sshll.2d o x #0"},
	{vec.Widen, u32, any, "ushll.2d o x #0"},
	{vec.Narrow, f64, any, "fcvtn.2s o x"},
	{vec.Float, i32 | i64, any, "scvtf.T o x"},

	{vec.Broadcast, all, any, "dup.T o x #0"},
	{vec.UpperHalf, all, any, "dup.d o x #1"},
	{vec.Join, all, any, "zip1.2d o x y"},
	{vec.Block, all, any, "mov o x"},
	{vec.Insert, all, any, "mov o y"},
	{vec.Repeat, all, any, "dup.T o x #i"},
	{vec.InterleaveLow, all, any, "zip1.T o x y"},
	{vec.InterleaveHigh, all, any, "zip2.T o x y"},
	{vec.AddPairs, numbers, any, "faddp.T o x y"},
	{vec.MaximumPairs, numbers, any, "fmaxp.T o x y"},
	{vec.Evens, all, any, "uzp1.T o x y"},
	{vec.Odds, all, any, "uzp2.T o x y"},
	{vec.SwapPairs, lanes4, any, "ext o x x #8"},
	{vec.SwapNeighbours, lanes4, any, "rev64.4s o x"},
	{vec.SwapNeighbours, lanes8, any, "ext o x x #8"},
	// Lanes that are known when the code runs are named by their bytes; a byte that the table does not have is 0. Of
	// two lanes one is selected.
	{vec.Permute, lanes4, any, "movi.4s t #3; and t x t; " + bytesOf("t", "u") + "; tbl o y t"},
	{vec.Permute, lanes8, any, "shl.2d t x #63; cmlt0.2d t t; dup.2d u y #1; dup.2d o y #0; bit o u t"},
	{vec.Permute2, lanes4, any, "movi.4s t #7; and t x t; " + bytesOf("t", "u") + "; tbl o y t; " +
		"movi.4s u #16; shl.4s w u #8; orr u u w; shl.4s w u #16; orr u u w; eor u u t; tbl u z u; orr o o u"},
	{vec.Permute2, lanes8, any, "shl.2d t x #63; cmlt0.2d t t; dup.2d u y #1; dup.2d o y #0; bit o u t; " +
		"dup.2d w z #1; dup.2d u z #0; bit u w t; shl.2d t x #62; cmlt0.2d t t; bit o u t"},
}

// bytesOf makes of the numbers of lanes of 4 bytes those of their bytes: 4n, 4n+1, 4n+2 and 4n+3.
func bytesOf(lane, free string) string {
	return "movz g #1028 #0; movk g #1028 #16; dup.4s.general " + free + " g; mul.4s " + lane + " " + lane + " " +
		free +
		"; movz g #256 #0; movk g #770 #16; dup.4s.general " + free + " g; add.4s " + lane + " " + lane + " " + free
}

// comparisons of numbers, by what they ask; where an operand is NaN the first six but NotEqual are false.
var comparisons = [vec.Predicates]string{
	vec.Equal:           "fcmeq.T o x y",
	vec.NotEqual:        "fcmeq.T o x y; not o o",
	vec.Less:            "fcmgt.T o y x",
	vec.LessEqual:       "fcmge.T o y x",
	vec.Greater:         "fcmgt.T o x y",
	vec.GreaterEqual:    "fcmge.T o x y",
	vec.NotLess:         "fcmgt.T o y x; not o o",
	vec.NotLessEqual:    "fcmge.T o y x; not o o",
	vec.NotGreaterEqual: "fcmge.T o x y; not o o",
	vec.Ordered:         "fcmge.T t x y; fcmgt.T o y x; orr o o t",
	vec.Unordered:       "fcmge.T t x y; fcmgt.T o y x; orr o o t; not o o",
}

// zeroComparisons are those with the constant 0.
var zeroComparisons = [vec.Predicates]string{
	vec.Equal:           "fcmeq0.T o x",
	vec.NotEqual:        "fcmeq0.T o x; not o o",
	vec.Less:            "fcmlt0.T o x",
	vec.LessEqual:       "fcmle0.T o x",
	vec.Greater:         "fcmgt0.T o x",
	vec.GreaterEqual:    "fcmge0.T o x",
	vec.NotLess:         "fcmlt0.T o x; not o o",
	vec.NotLessEqual:    "fcmle0.T o x; not o o",
	vec.NotGreaterEqual: "fcmge0.T o x; not o o",
	vec.Ordered:         "fcmeq.T o x x",
	vec.Unordered:       "fcmeq.T o x x; not o o",
}

// signedComparisons and unsignedComparisons are those of integers, of which none is unordered.
var (
	signedComparisons = [vec.Predicates]string{
		vec.Equal:           "cmeq.T o x y",
		vec.NotEqual:        "cmeq.T o x y; not o o",
		vec.Less:            "cmgt.T o y x",
		vec.LessEqual:       "cmge.T o y x",
		vec.Greater:         "cmgt.T o x y",
		vec.GreaterEqual:    "cmge.T o x y",
		vec.NotLess:         "cmge.T o x y",
		vec.NotLessEqual:    "cmgt.T o x y",
		vec.NotGreaterEqual: "cmgt.T o y x",
		vec.Ordered:         "cmeq.T o x x",
		vec.Unordered:       "zero o",
	}
	unsignedComparisons = [vec.Predicates]string{
		vec.Equal:           "cmeq.T o x y",
		vec.NotEqual:        "cmeq.T o x y; not o o",
		vec.Less:            "cmhi.T o y x",
		vec.LessEqual:       "cmhs.T o y x",
		vec.Greater:         "cmhi.T o x y",
		vec.GreaterEqual:    "cmhs.T o x y",
		vec.NotLess:         "cmhs.T o x y",
		vec.NotLessEqual:    "cmhi.T o x y",
		vec.NotGreaterEqual: "cmhi.T o y x",
		vec.Ordered:         "cmeq.T o x x",
		vec.Unordered:       "zero o",
	}
)
