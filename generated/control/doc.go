// Package control is the network of control.yaml, generated.
package control

//go:generate go run ../../gen/cmd/backpropgen generate control.yaml
