package training

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"

	"github.com/backpropgen/backpropgen/internal/plural"
)

// Run is a training program: it reads the flags, trains once per seed, and prints results to
// stdout and progress to stderr. A mistake in the flags is returned as a UsageError; see ExitCode.
// Interrupted, it reports what has been learnt until then.
func (t Task) Run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	out := &Output{W: stdout}
	o, err := t.parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(out, t.help())
		return out.Err
	}
	if err != nil {
		return err
	}
	var progress Progress = Silent{}
	if !o.quiet {
		progress = NewProgress(stderr, "epoch", "loss")
	}
	report, err := t.train(ctx, o.Settings, out, progress)
	interrupted := errors.Is(err, context.Canceled)
	if err != nil && !interrupted {
		return err
	}
	if len(report) > 0 {
		printTotals(out, report)
	}
	if o.plot != "" && len(report) > 0 {
		title := fmt.Sprintf("%s: loss over %d seeds", t.Name, len(report))
		if err := WriteCurve(o.plot, title, report); err != nil {
			return err
		}
		fmt.Fprintf(out, "\nloss curve written to %s\n", o.plot)
	}
	if out.Err != nil {
		return out.Err
	}
	return err
}

// Train trains once per seed without a word. The settings must be as the flags allow them.
func (t Task) Train(s Settings) (Report, error) {
	return t.train(context.Background(), s, io.Discard, Silent{})
}

// train trains once per seed and prints the results table, without its totals, as it grows. The report of a cancelled
// training ends with the seed that it was in, if that has finished an epoch.
func (t Task) train(ctx context.Context, s Settings, out io.Writer, progress Progress) (Report, error) {
	data, err := ReadCSV(t.File, t.Data, t.Inputs, t.Classes, t.Folds)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(out, "%s: %s, %s, %s; %s, batches of %d, rate %g\n\n",
		t.Name, plural.Of(len(data.Rows), "sample"), plural.Of(t.Inputs, "input"), plural.Of(len(t.Classes), "class"),
		plural.Of(s.Epochs, "epoch"), s.Batch, s.Rate)
	printHead(out)
	var report Report
	for _, seed := range s.Seeds {
		result, err := t.Learn(ctx, data, s, seed, progress)
		if err == nil || len(result.Train) > 0 {
			printResult(out, result)
			report = append(report, result)
		}
		if errors.Is(err, context.Canceled) {
			return report, fmt.Errorf("interrupted in seed %d after %d of %s; the results are those until then: %w",
				seed, len(result.Train), plural.Of(s.Epochs, "epoch"), context.Canceled)
		}
		if err != nil {
			return nil, err
		}
	}
	return report, nil
}
