// Package swingup is the network of swingup.yaml, generated.
package swingup

//go:generate go run ../../gen/cmd/backpropgen generate swingup.yaml
