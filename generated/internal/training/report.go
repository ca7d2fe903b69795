package training

import (
	"fmt"
	"io"
	"time"

	"github.com/backpropgen/backpropgen/train"
)

// Report is the outcome of a run: one result per seed, in the order of the seeds.
type Report []Result

// MeanAccuracy is the mean test accuracy over the seeds, in 0…1.
func (r Report) MeanAccuracy() float64 {
	sum := 0.0
	for _, result := range r {
		sum += result.Confusion.Accuracy()
	}
	return sum / float64(len(r))
}

// WorstAccuracy is the lowest test accuracy of all seeds, in 0…1.
func (r Report) WorstAccuracy() float64 {
	worst := 1.0
	for _, result := range r {
		worst = min(worst, result.Confusion.Accuracy())
	}
	return worst
}

// Elapsed is the time all seeds together spent in training steps.
func (r Report) Elapsed() time.Duration {
	var sum time.Duration
	for _, result := range r {
		sum += result.Elapsed
	}
	return sum
}

// Confusion is the sum of the seeds' matrices.
func (r Report) Confusion() *train.Confusion {
	sum := train.NewConfusion(r[0].Confusion.Classes)
	for _, result := range r {
		sum.Add(result.Confusion)
	}
	return sum
}

// The lines of the results table; each result is printed as soon as its seed is done, so the
// columns have fixed widths.
const (
	headFormat   = "%5s  %10s  %13s  %13s\n"
	resultFormat = "%5d  %10.4f  %13s  %13s\n"
	worstFormat  = "%5s  %10s  %13s\n"
	totalFormat  = "%5s  %10s  %13s  %13s\n"
)

func printHead(w io.Writer) {
	fmt.Fprintf(w, headFormat, "seed", "train loss", "test accuracy", "training time")
}

func printResult(w io.Writer, r Result) {
	fmt.Fprintf(w, resultFormat, r.Seed, r.TrainLoss(), Percent(r.Confusion.Accuracy()), Duration(r.Elapsed))
}

// printTotals ends the table and prints the confusion matrix.
func printTotals(w io.Writer, r Report) {
	fmt.Fprintf(w, totalFormat, "mean", "", Percent(r.MeanAccuracy()), Duration(r.Elapsed()/time.Duration(len(r))))
	fmt.Fprintf(w, worstFormat, "worst", "", Percent(r.WorstAccuracy()))
	fmt.Fprintf(w, totalFormat, "total", "", "", Duration(r.Elapsed()))
	fmt.Fprintf(w, "\nconfusion matrix of the test parts, all seeds together:\n\n%s", r.Confusion())
}
