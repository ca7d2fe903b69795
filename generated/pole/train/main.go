// Command train teaches the emitted Pole network to balance a pole on a cart, by trial and error: policy gradients
// with the single-sample functions in the control loop. It prints how long each seed took to learn it and how
// well it balances in the end, and draws the returns on request; -h says how.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/backpropgen/backpropgen/generated/internal/training"
)

func main() { training.Main(run) }

// settings are the flags. The defaults are robust: of seeds 101 to 300 all learn to balance with them, 196 of 200 in 40
// updates, 198 at a rate of 8, and 189 at 16.
type settings struct {
	seeds   training.Seeds
	updates int
	rate    float64
	plot    string
	quiet   bool
}

// maxUpdates bounds -updates: the return of every episode is kept for the plot.
const maxUpdates = 10_000

func defaults() settings {
	return settings{seeds: training.Seeds{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, updates: 60, rate: 4}
}

func (s *settings) flags() *flag.FlagSet {
	set := training.Flags("pole")
	set.Var(&s.seeds, "seeds", "one training from scratch per seed: a `list` such as 1,2,3 or a range such as 1-5")
	set.IntVar(&s.updates, "updates", s.updates,
		fmt.Sprintf("updates of the network, `N`, each after %d episodes", episodes))
	set.Float64Var(&s.rate, "rate", s.rate, "learning `rate` of the first update; it falls along half a cosine to 0")
	set.StringVar(&s.plot, "plot", "", "write a plot of the returns to `FILE`, replacing it; .svg or .png")
	set.BoolVar(&s.quiet, "quiet", false, "print results only, no progress")
	return set
}

func (s *settings) check() error {
	if s.updates < 1 || s.updates > maxUpdates {
		return fmt.Errorf("-updates %d: give a number from 1 to %d", s.updates, maxUpdates)
	}
	if !(s.rate > 0 && s.rate <= math.MaxFloat32) {
		return fmt.Errorf("-rate %g: give a positive number, such as 4", s.rate)
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
	fmt.Fprint(&b, `Teaches the emitted 4-16-2 network to balance a pole on a cart by policy gradients (REINFORCE).

usage: go run ./generated/pole/train [flags]

`)
	s := defaults()
	set := s.flags()
	set.SetOutput(&b)
	set.PrintDefaults()
	fmt.Fprintf(&b, `
Fifty times a second the network sees the cart's place and speed and the pole's angle and turning, and pushes to the left
or to the right with 10 N. An episode ends when the pole leans by 12°, the cart is 2.4 m from the middle, or after %d
steps, ten seconds; its return is the number of steps. Balanced means that the episodes before an update
lasted for %.0f steps on average. The test then drives %d episodes from other places with the likelier push. Everything
random comes from the seed: the same flags give the same numbers.

example: go run ./generated/pole/train -seeds 1-5 -plot returns.svg
`, horizon, solved, trials)
	return b.String()
}

// run is the program. Interrupted, it reports what has been learnt until then.
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
		progress = training.NewProgress(stderr, "update", "return")
	}
	fmt.Fprintf(out, "pole: %d updates of %d episodes of at most %d steps, rate %g\n\n", s.updates, episodes, horizon,
		s.rate)
	printHead(out)
	var results []result
	for _, seed := range s.seeds {
		progress.Start(seed, s.updates)
		start := time.Now()
		r := learn(ctx, seed, s.updates, s.rate, progress.Epoch)
		elapsed := time.Since(start)
		progress.Stop()
		if len(r.returns) > 0 {
			printResult(out, r, elapsed)
			results = append(results, r)
		}
		if ctx.Err() != nil {
			break
		}
	}
	if len(results) > 0 {
		printTotals(out, results)
	}
	if s.plot != "" && len(results) > 0 {
		if err := writeReturns(s.plot, results); err != nil {
			return err
		}
		fmt.Fprintf(out, "\nplot of the returns written to %s\n", s.plot)
	}
	if out.Err != nil {
		return out.Err
	}
	if ctx.Err() != nil {
		return fmt.Errorf("interrupted in seed %d; the results are those until then: %w",
			interrupted(s.seeds, results, s.updates), ctx.Err())
	}
	return nil
}

// interrupted is the seed that was not finished.
func interrupted(seeds training.Seeds, results []result, updates int) uint64 {
	for i, r := range results {
		if len(r.returns) < updates*episodes {
			return seeds[i]
		}
	}
	return seeds[min(len(results), len(seeds)-1)]
}

const (
	headFormat   = "%5s  %17s  %12s  %12s  %13s  %8s\n"
	resultFormat = "%5d  %17s  %12.0f  %12.1f  %13.0f  %8s\n"
)

func printHead(w io.Writer) {
	fmt.Fprintf(w, headFormat, "seed", "balanced after", "steps driven", "mean of test", "worst of test", "time")
}

func printResult(w io.Writer, r result, elapsed time.Duration) {
	balanced := "never"
	if r.solved >= 0 {
		balanced = fmt.Sprintf("%d episodes", r.solved)
	}
	steps := 0.0
	for _, n := range r.returns {
		steps += n
	}
	fmt.Fprintf(w, resultFormat, r.seed, balanced, steps, r.mean, r.shortest, training.Duration(elapsed))
}

// printTotals ends the table.
func printTotals(w io.Writer, results []result) {
	balanced := 0
	var after []int
	for _, r := range results {
		if r.mean >= solved {
			balanced++
		}
		if r.solved >= 0 {
			after = append(after, r.solved)
		}
	}
	fmt.Fprintf(w, "\n%d of %d seeds learn to balance: their test episodes last %.0f steps or more on average\n",
		balanced, len(results), solved)
	if len(after) > 0 {
		slices.Sort(after)
		fmt.Fprintf(w, "median: balanced after %d episodes\n", after[len(after)/2])
	}
}
