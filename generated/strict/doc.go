// Package strict is the networks of its specs, generated with rounding: strict: one spec, one set of parameters and one
// input have the same bits on every machine. digests.txt holds digests of what they compute; the tests compare them
// with those of every processor that there is here, real or emulated.
package strict

//go:generate go run ../../gen/cmd/backpropgen generate control.yaml digits.yaml doubles.yaml exact.yaml functions.yaml iris.yaml pixels.yaml xor.yaml
