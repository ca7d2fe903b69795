// Package vec is vector code whatever the processor: programs of operations on lanes, with masks, loops, counters and
// addresses, that name neither registers nor instructions.
//
// A value is a vector of lanes of one type, or a mask of as many lanes, and is computed by one step; variables may be
// written again. Operations say what they do with each lane or where they take it. A program prints, is checked, which
// finds all that does not fit by its types, and is executed on lanes, with the rounding of IEEE 754. A backend lowers
// operations to the instructions of its processor.
package vec
