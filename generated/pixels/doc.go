// Package pixels is the network of pixels.yaml, generated.
package pixels

//go:generate go run ../../gen/cmd/backpropgen generate pixels.yaml
