// Package kernel writes the functions of a plan as vector code, for any processor. It gives operations of package vec
// to a builder, which a target implements. The target lowers each operation at once, so it can say at any time how much
// code there is and how long that takes. No file here names a register or an instruction.
//
// The operations of a plan are made of idioms (package idiom). They are written for one sample (Sample), for tiles of
// as many samples as a vector has lanes (Tiles, Sums), and for all parameters (Descent, Sweep). Where an operation is
// written it is decided what is unrolled and what is a loop. So code stays small, however large the layers are.
package kernel
