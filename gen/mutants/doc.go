// Package mutants plants mistakes in emitted files. Each stands in a package by itself, and the test that was emitted
// with the package must find it.
package mutants
