// Package xor is the network of xor.yaml, generated.
package xor

//go:generate go run ../../gen/cmd/backpropgen generate xor.yaml
