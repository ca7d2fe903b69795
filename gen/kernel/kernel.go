// Package kernel writes the functions of a plan as vector code, whatever the processor. What it writes are operations
// of package vec, given to a builder that a target implements: the target lowers them as they come, so that it can tell
// meanwhile how much has been written and how long that takes. No file here names a register or an instruction.
//
// At the bottom are idioms over lanes: expressions, made of the elementary functions of vec/functions or, where
// rounding is strict, of the portable code, translated; sums, which transpose as they add; shuffles.
package kernel
