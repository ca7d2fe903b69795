// Package spirals is the network of spirals.yaml, generated.
package spirals

//go:generate go run ../../gen/cmd/backpropgen generate spirals.yaml
