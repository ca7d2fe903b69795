package fence

// Numbers that no compiler knows, so that their sums and products are the processor's.
var (
	exactlyOne   = 1.0
	lessThanHalf = 0x1p-54   // of the last place of 1
	moreThanHalf = 0x1.8p-53 // likewise
	subnormal    = 0x1p-1060
)

// roundsOtherwise says in which way the processor does not round as Go's arithmetic does: a function may have left it
// so. Empty: it does.
func roundsOtherwise() string {
	switch {
	case exactlyOne+lessThanHalf != 1, -exactlyOne-lessThanHalf != -1, exactlyOne+moreThanHalf == 1,
		-exactlyOne-moreThanHalf == -1:
		return "sums are not rounded to nearest"
	case subnormal*0.5 == 0, subnormal*0x1p100 == 0:
		return "subnormal numbers are taken for 0"
	}
	return ""
}
