// Package mutants plants mistakes in emitted files, each in a package by itself, and wants the tests that are emitted with
// them to find every one. It has no code but tests.
package mutants
