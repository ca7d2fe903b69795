// Package machinecode tests the machine code that the compiler makes of emitted Go: no jump depends on data, only known
// functions are called, and the stack stays small.
package machinecode
