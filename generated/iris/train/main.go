// Command train teaches the emitted Iris network to tell three species of iris from four
// measurements of their flowers: gradient steps in small batches on four fifths of every species,
// tested on the fifth, once for each of several seeds. It prints losses, test accuracies and a
// confusion matrix, and draws the loss curve on request; -h says how.
package main

import (
	"context"
	_ "embed"
	"io"

	"github.com/backpropgen/backpropgen/generated/internal/training"
	"github.com/backpropgen/backpropgen/generated/iris"
)

//go:embed iris.csv
var data []byte

// task holds the hyperparameters. They were chosen on seeds 101 to 700, where batches of 4 and 8, 20 to 80 epochs and
// rates of 0.1 to 0.4 come to 96 to 97 % unless few epochs meet a low rate, and these are among the best, at 96.6 %.
// That mean is what to expect of the network: five seeds scatter about it by a percent, and the default ones lie above
// it.
var task = training.Task{
	Name:    "iris",
	About:   "Trains the emitted 4-8-3 network on Fisher's 150 irises: four measurements, three species.",
	File:    "iris.csv",
	Data:    data,
	Inputs:  iris.IrisInputs,
	Classes: []string{"setosa", "versicolor", "virginica"},
	Folds:   5,
	Epochs:  40,
	Rate:    0.2,
	Batch:   4,
	New:     func() training.Network { return training.Emitted(new(iris.Iris)) },
}

func main() { training.Main(run) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	return task.Run(ctx, args, stdout, stderr)
}
