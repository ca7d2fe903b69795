// Package training is what the example training programs share: it reads a labelled data set,
// splits and standardises it, trains an emitted network with package train over several seeds, and reports
// losses, accuracies, a confusion matrix and a loss curve. A program states its task (the data,
// the classes, how to make a network, the default epochs and rate) and calls Task.Run; everything
// random comes from the seed, so the same flags give the same numbers.
package training

// Task is a classification problem and the choices made for it.
type Task struct {
	// Name is the program's subject in messages, e.g. "iris".
	Name string
	// About is the first sentence of the help: what is learned from what.
	About string
	// File and Data are the name and content of the CSV data set; see ReadCSV.
	File string
	Data []byte
	// Inputs is the number of features of a sample.
	Inputs int
	// Classes names the classes as the last CSV column spells them, in output order.
	Classes []string
	// Folds says how much is held out for testing: one of Folds equal parts of each class; see Split.
	Folds int
	// MinDeviation is the smallest standard deviation a feature is divided by; see FitScaler.
	MinDeviation float64
	// Epochs, Batch and Rate are the defaults of the flags of the same names.
	Epochs, Batch int
	Rate          float64
	// New returns a network; Learn calls its Init.
	New func() Network
}

// Defaults are the settings of a run without flags: the task's choices, seeds 1 to 5.
func (t Task) Defaults() Settings {
	return Settings{Epochs: t.Epochs, Batch: t.Batch, Rate: t.Rate, Seeds: []uint64{1, 2, 3, 4, 5}}
}
