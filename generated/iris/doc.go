// Package iris is the network of iris.yaml, generated.
package iris

//go:generate go run ../../gen/cmd/backpropgen generate iris.yaml
