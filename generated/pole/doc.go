// Package pole is the network of pole.yaml, generated.
package pole

//go:generate go run ../../gen/cmd/backpropgen generate pole.yaml
