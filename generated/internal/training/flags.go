package training

import (
	"flag"
	"fmt"
	"math"
	"strings"
)

// maxEpochs bounds -epochs: every epoch's losses are kept for the curve.
const maxEpochs = 1_000_000

// options are the flags of a training program.
type options struct {
	Settings
	plot  string
	quiet bool
}

// parse reads the command line. It returns flag.ErrHelp when help is asked for and a UsageError for
// a mistake; it prints nothing.
func (t Task) parse(args []string) (options, error) {
	o := options{Settings: t.Defaults()}
	if err := Parse(t.flagSet(&o), args); err != nil {
		return options{}, err
	}
	if err := o.check(); err != nil {
		return options{}, UsageError{err}
	}
	return o, nil
}

// flagSet declares the flags, which are written into o; what o holds already are the defaults.
func (t Task) flagSet(o *options) *flag.FlagSet {
	set := Flags(t.Name)
	set.IntVar(&o.Epochs, "epochs", o.Epochs, "passes over the training part, `N`")
	set.IntVar(&o.Batch, "batch", o.Batch, "samples of a step, `N`; all if there are fewer")
	set.Float64Var(&o.Rate, "rate", o.Rate,
		"learning `rate` of the first step, for the mean gradient of a batch; it falls along half a cosine to 0")
	set.Var((*Seeds)(&o.Seeds), "seeds",
		"one training from scratch per seed: a `list` such as 1,2,3 or a range such as 1-5")
	set.StringVar(&o.plot, "plot", "", "write the loss curve to `FILE`, replacing it; .svg or .png")
	set.BoolVar(&o.quiet, "quiet", false, "print results only, no progress")
	return set
}

// check finds values that parse but make no sense.
func (o options) check() error {
	if o.Epochs < 1 || o.Epochs > maxEpochs {
		return fmt.Errorf("-epochs %d: give a number from 1 to %d", o.Epochs, maxEpochs)
	}
	if o.Batch < 1 {
		return fmt.Errorf("-batch %d: give a number from 1", o.Batch)
	}
	// The rate is used as a float32; the comparison is false for NaN too.
	if !(o.Rate >= math.SmallestNonzeroFloat32 && o.Rate <= math.MaxFloat32) {
		return fmt.Errorf("-rate %g: give a positive number, such as 0.01", o.Rate)
	}
	if o.plot != "" {
		if err := CheckFile(o.plot, PlotFormats); err != nil {
			return fmt.Errorf("-plot %w", err)
		}
	}
	return nil
}

// help is what -h prints.
func (t Task) help() string {
	var b strings.Builder
	command := "go run ./generated/" + t.Name + "/train"
	fmt.Fprintf(&b, "%s\n\nusage: %s [flags]\n\n", t.About, command)
	o := options{Settings: t.Defaults()}
	set := t.flagSet(&o)
	set.SetOutput(&b)
	set.PrintDefaults()
	fmt.Fprintf(&b, `
Each seed decides the test part, the first parameters and the order of the samples: the same
flags give the same numbers. One sample in %[1]d of every class is held out for testing, and seeds
1 to %[1]d hold out another part each: together they test every sample once. Features are
standardised with the mean and deviation of the training part.

example: %[2]s -seeds 1-10 -epochs %[3]d -plot loss.svg
`, t.Folds, command, 2*t.Epochs)
	return b.String()
}
