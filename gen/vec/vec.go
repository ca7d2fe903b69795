// Package vec is vector code for any processor: programs of operations on lanes, with masks, loops, counters and
// addresses. They name neither registers nor instructions.
//
// A value is a vector of lanes of one type, or a mask of as many lanes. One step computes it; variables may be written
// again. A program prints. It is checked: every mismatch of types is found. It is executed on lanes, with the rounding
// of IEEE 754. A backend lowers its operations to the instructions of a processor.
package vec
