package training

import (
	"errors"
	"flag"
	"fmt"
	"io"
)

// Run is a training program: it reads the flags, trains once per seed, and prints results to
// stdout and progress to stderr. A mistake in the flags is returned as a UsageError; see ExitCode.
func (t Task) Run(args []string, stdout, stderr io.Writer) error {
	out := &sink{w: stdout}
	o, err := t.parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(out, t.help())
		return out.err
	}
	if err != nil {
		return err
	}
	var progress Progress = Silent{}
	if !o.quiet {
		progress = NewProgress(stderr)
	}
	report, err := t.train(o.Settings, out, progress)
	if err != nil {
		return err
	}
	printTotals(out, report)
	if o.plot != "" {
		title := fmt.Sprintf("%s: loss over %d seeds", t.Name, len(report))
		if err := WriteCurve(o.plot, title, report); err != nil {
			return err
		}
		fmt.Fprintf(out, "\nloss curve written to %s\n", o.plot)
	}
	return out.err
}

// Train trains once per seed without a word. The settings must be as the flags allow them.
func (t Task) Train(s Settings) (Report, error) {
	return t.train(s, io.Discard, Silent{})
}

// train trains once per seed and prints the results table, without its totals, as it grows.
func (t Task) train(s Settings, out io.Writer, progress Progress) (Report, error) {
	data, err := ReadCSV(t.File, t.Data, t.Inputs, t.Classes, t.Folds)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(out, "%s: %d samples, %d inputs, %d classes; %d epochs, rate %g\n\n",
		t.Name, len(data.Rows), t.Inputs, len(t.Classes), s.Epochs, s.Rate)
	printHead(out)
	var report Report
	for _, seed := range s.Seeds {
		result, err := t.Learn(data, s, seed, progress)
		if err != nil {
			return nil, err
		}
		printResult(out, result)
		report = append(report, result)
	}
	return report, nil
}

// sink remembers the first error of a writer, so that printing needs no check per line but a full
// disk or a closed pipe still fails the run.
type sink struct {
	w   io.Writer
	err error
}

func (s *sink) Write(b []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.w.Write(b)
	if err != nil {
		s.err = fmt.Errorf("writing the results: %w", err)
	}
	return n, s.err
}
