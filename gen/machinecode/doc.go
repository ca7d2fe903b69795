// Package machinecode reads the machine code that the compiler makes of emitted Go: no jump depends on data, nothing is
// called but what is known, and the stack stays small. It has no code but tests.
package machinecode
