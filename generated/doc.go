// Package generated holds the networks this module generates for itself, a package each, with its spec beside it.
//
// They are the golden files of the generator, the examples of what it emits and the networks that the
// benchmarks measure, all at once. Nothing in the *_gen.go and *_gen_test.go files is written by hand: change the spec
// or the generator and run go generate ./... The tests of this package say when that was forgotten.
package generated

//go:generate go generate ./strict
