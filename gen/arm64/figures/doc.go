// Package figures argues the speed of the assembly for AArch64 where no such processor is at hand. It runs what is
// emitted under qemu, and beside it the same networks as loops in C by clang, and counts the instructions of a call and
// the cycles that llvm-mca gives them.
package figures
