// Command train teaches the emitted Digits network to read handwritten digits of 8×8 pixels:
// single-sample gradient steps on four fifths of every digit's samples, tested on the fifth, once
// for each of several seeds. It prints losses, test accuracies and a confusion matrix, and draws
// the loss curve on request; -h says how.
package main

import (
	_ "embed"
	"fmt"
	"io"
	"os"

	"github.com/backpropgen/backpropgen/generated/digits"
	"github.com/backpropgen/backpropgen/generated/internal/training"
)

//go:embed digits.csv
var data []byte

// task holds the hyperparameters. They are not delicate: on seeds 101 to 110, rates of 0.01 and 0.02
// and 20 to 40 epochs all come to 97.5 or 97.6 %. Pixels have values from 0 to 16; those of the rim
// are nearly always 0, and a smallest deviation of 1 keeps a rare spot there from becoming an
// enormous input.
var task = training.Task{
	Name:         "digits",
	About:        "Trains the emitted 64-64-10 network on 1,797 handwritten digits of 8×8 pixels.",
	File:         "digits.csv",
	Data:         data,
	Inputs:       digits.DigitsInputs,
	Classes:      []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"},
	Folds:        5,
	Epochs:       30,
	Rate:         0.01,
	MinDeviation: 1,
	New:          func() training.Network { return new(network) },
}

// network gives the emitted methods the slices of the training loop, viewed as their fixed arrays.
type network struct {
	p  digits.Digits
	ws digits.DigitsWorkspace
}

func (n *network) Init(norm func() float64) { n.p.Init(norm) }

func (n *network) Forward(x []float32) []float32 {
	return n.p.Forward(&n.ws, (*[digits.DigitsInputs]float32)(x))[:]
}

func (n *network) Loss(x, y []float32) float32 {
	return n.p.Loss(&n.ws, (*[digits.DigitsInputs]float32)(x), (*[digits.DigitsOutputs]float32)(y))
}

func (n *network) Step(x, y []float32, rate float32) float32 {
	return n.p.Step(&n.ws, (*[digits.DigitsInputs]float32)(x), (*[digits.DigitsOutputs]float32)(y), rate)
}

func main() {
	err := run(os.Args[1:], os.Stdout, os.Stderr)
	if err != nil {
		fmt.Fprintln(os.Stderr, "train:", err)
	}
	os.Exit(training.ExitCode(err))
}

func run(args []string, stdout, stderr io.Writer) error {
	return task.Run(args, stdout, stderr)
}
