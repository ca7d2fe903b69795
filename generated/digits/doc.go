// Package digits is the network of digits.yaml, generated.
package digits

//go:generate go run ../../gen/cmd/backpropgen generate digits.yaml
