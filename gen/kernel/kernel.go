// Package kernel writes the functions of a plan as vector code, whatever the processor. What it writes are operations
// of package vec, given to a builder that a target implements: the target lowers them as they come, so that it can tell
// meanwhile how much has been written and how long that takes. No file here names a register or an instruction.
//
// Over idioms of vector code (idiom) stand the operations of a plan, for one sample (Sample), for tiles of as many
// samples as a vector has lanes (Tiles, Sums) and for all parameters (Descent, Sweep). What is unrolled and what is a
// loop is decided where an operation is written, so that code stays small whatever the size of layers.
package kernel
