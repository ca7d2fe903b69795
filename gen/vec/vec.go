// Package vec names what vector code computes, whatever the processor: operations on lanes, the types of lanes, and the
// predicates of comparisons. A backend lowers each of them to instructions.
package vec
