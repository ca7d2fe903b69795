// Command train teaches the emitted Swingup network how a pole on a cart moves, and then swings the pole up with it: in
// every interval of the control loop the model is linearised by its Jacobian along the path that is planned, and the
// plan is improved. It prints how well that goes and how long it takes, and draws it on request; -h says how.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/backpropgen/backpropgen/generated/internal/training"
)

func main() { training.Main(run) }

// settings are the flags. With the defaults all of seeds 1 to 100 swing the pole up.
type settings struct {
	seeds   training.Seeds
	samples int
	epochs  int
	steps   int
	plot    string
	quiet   bool
}

// The most that flags may ask for: everything is kept in memory.
const (
	maxSamples = 1_000_000
	maxEpochs  = 10_000
	maxSteps   = 100_000
)

func defaults() settings {
	return settings{seeds: training.Seeds{1, 2, 3, 4, 5}, samples: 4000, epochs: 60, steps: 300}
}

func (s *settings) flags() *flag.FlagSet {
	set := training.Flags("swingup")
	set.Var(&s.seeds, "seeds", "one model and one swing per seed: a `list` such as 1,2,3 or a range such as 1-5")
	set.IntVar(&s.samples, "samples", s.samples, "intervals that are seen to learn from, `N`")
	set.IntVar(&s.epochs, "epochs", s.epochs, "passes over them, `N`")
	set.IntVar(&s.steps, "steps", s.steps, "intervals of 20 ms that are driven, `N`")
	set.StringVar(&s.plot, "plot", "", "write a plot of the swings to `FILE`, replacing it; .svg or .png")
	set.BoolVar(&s.quiet, "quiet", false, "print results only, no progress")
	return set
}

func (s *settings) check() error {
	for _, f := range []struct {
		name          string
		value, lo, hi int
	}{{"samples", s.samples, 10, maxSamples}, {"epochs", s.epochs, 1, maxEpochs}, {"steps", s.steps, 1, maxSteps}} {
		if f.value < f.lo || f.value > f.hi {
			return fmt.Errorf("-%s %d: give a number from %d to %d", f.name, f.value, f.lo, f.hi)
		}
	}
	if s.plot != "" {
		if err := training.CheckFile(s.plot, training.PlotFormats); err != nil {
			return fmt.Errorf("-plot %w", err)
		}
	}
	return nil
}

func help() string {
	var b strings.Builder
	fmt.Fprint(&b, `Learns how a pole on a cart moves, by the emitted 4-24-2 network, and swings the pole up with what it has learnt.

usage: go run ./generated/swingup/train [flags]

`)
	s := defaults()
	set := s.flags()
	set.SetOutput(&b)
	set.PrintDefaults()
	fmt.Fprintf(&b, `
The pole hangs. Fifty times a second a planner looks %d intervals ahead, 1.6 s: %d times it linearises the model along the
path that it has planned, by %[1]d Jacobians, and solves the linear-quadratic problem that results (iLQR). Then the cart is
pushed with at most %[3]g N. The cart that is pushed is simulated by its equations; the planner knows the network alone.
Everything random comes from the seed: the same flags give the same swings. Only the times differ.

example: go run ./generated/swingup/train -plot swings.svg
`, horizon, iterations, strongest)
	return b.String()
}

// run is the program. Interrupted, it reports the swings until then.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	out := &training.Output{W: stdout}
	s := defaults()
	if err := training.Parse(s.flags(), args); errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(out, help())
		return out.Err
	} else if err != nil {
		return err
	}
	if err := s.check(); err != nil {
		return training.UsageError{Err: err}
	}
	var progress training.Progress = training.Silent{}
	if !s.quiet {
		progress = training.NewProgress(stderr, "epoch", "loss")
	}
	fmt.Fprintf(out, "swingup: %d intervals seen, %d epochs; %d intervals of 20 ms driven\n\n", s.samples, s.epochs,
		s.steps)
	fmt.Fprintf(out, headFormat, "seed", "model off by", "upright from", "farthest", "computed in 20 ms", "worst",
		"Jacobians")
	var results []result
	for _, seed := range s.seeds {
		progress.Start(seed, s.epochs)
		m, off, err := learn(ctx, seed, s.samples, s.epochs, progress.Epoch)
		progress.Stop()
		if ctx.Err() != nil {
			break
		}
		if err != nil {
			return fmt.Errorf("seed %d: %w", seed, err)
		}
		r := swing(ctx, m, s.steps)
		if ctx.Err() != nil {
			break
		}
		r.seed, r.off = seed, off
		printResult(out, r)
		results = append(results, r)
	}
	if len(results) > 0 {
		printTotals(out, results)
	}
	if s.plot != "" && len(results) > 0 {
		if err := writeSwings(s.plot, results); err != nil {
			return err
		}
		fmt.Fprintf(out, "\nplot of the swings written to %s\n", s.plot)
	}
	if out.Err != nil {
		return out.Err
	}
	if ctx.Err() != nil {
		return fmt.Errorf("interrupted after %d of %d seeds; the results are those until then: %w", len(results),
			len(s.seeds), ctx.Err())
	}
	return nil
}

const (
	headFormat   = "%5s  %12s  %12s  %8s  %17s  %8s  %9s\n"
	resultFormat = "%5d  %12s  %12s  %8s  %17s  %8s  %9s\n"
)

func printResult(w io.Writer, r result) {
	up := "never"
	if r.up >= 0 {
		up = fmt.Sprintf("%.2f s", float64(r.up)*interval)
	}
	fmt.Fprintf(w, resultFormat, r.seed, training.Percent(r.off), up, fmt.Sprintf("%.2f m", r.farthest()),
		training.Duration(r.median), training.Duration(r.worst), training.Percent(r.jacobians))
}

// printTotals ends the table.
func printTotals(w io.Writer, results []result) {
	up := 0
	for _, r := range results {
		if r.up >= 0 {
			up++
		}
	}
	fmt.Fprintf(w, "\n%d of %d seeds swing the pole up and keep it there; an interval has %d Jacobians, %d at a time\n",
		up, len(results), iterations*horizon, horizon)
}
