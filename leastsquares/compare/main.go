// Compare fits five networks by package leastsquares, by SciPy's least_squares with an analytic Jacobian from PyTorch,
// and by Adam, all from the same start, and prints how long each takes to the same loss.
//
//	go run ./leastsquares/compare -plot fits.svg
//
// SciPy and PyTorch are used where python3 has them (PYTHON names another interpreter); without them the program says
// so and measures the rest.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"time"

	"github.com/backpropgen/backpropgen/leastsquares/compare/measure"
)

// options are what flags say.
type options struct {
	seed    uint64
	starts  int
	workers int
	adam    time.Duration
	only    string
	plot    string
	python  string
}

// result are the fits of one problem from one start.
type result struct {
	problem
	seed              uint64
	params, residuals int
	ours, scipy       []measure.Trace
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}

func parse(args []string, stderr io.Writer) (o options, err error) {
	set := flag.NewFlagSet("compare", flag.ContinueOnError)
	set.SetOutput(stderr)
	set.Uint64Var(&o.seed, "seed", 1, "the `number` that the first parameters are drawn from")
	set.IntVar(&o.starts, "starts", 1, "how many `starts` there are, with -seed and the numbers that follow it")
	set.IntVar(&o.workers, "workers", runtime.GOMAXPROCS(0), "how many `goroutines` leastsquares has in its second fit")
	set.DurationVar(&o.adam, "adam", 2*time.Second, "the `time` that Adam has at each of four rates; 0: none")
	set.StringVar(&o.only, "only", "", "one `problem`: "+names())
	set.StringVar(&o.plot, "plot", "", "draw the losses against time in a `file`, .svg or .png")
	if err := set.Parse(args); err != nil {
		return o, err
	}
	if set.NArg() > 0 {
		return o, fmt.Errorf("unexpected argument %q; there are only flags, see -h", set.Arg(0))
	}
	if o.starts < 1 {
		return o, fmt.Errorf("-starts %d; give at least 1", o.starts)
	}
	if o.workers < 1 {
		return o, fmt.Errorf("-workers %d; give at least 1", o.workers)
	}
	if o.only != "" && !strings.Contains(names()+",", o.only+",") {
		return o, fmt.Errorf("-only %s is no problem; there are %s", o.only, names())
	}
	return o, checkPlot(o.plot)
}

// names are those of all problems.
func names() string {
	var list []string
	for _, p := range problems {
		list = append(list, p.name)
	}
	return strings.Join(list, ", ")
}

// interpreter is the first Python that has SciPy and PyTorch: PYTHON, that of PATH, or the system's.
func interpreter(ctx context.Context) (name string, err error) {
	names := []string{"python3", "/usr/bin/python3"}
	if p := os.Getenv("PYTHON"); p != "" {
		names = []string{p}
	}
	var errs []error
	for _, name := range names {
		out, err := exec.CommandContext(ctx, name, "-c", "import scipy.optimize, torch").CombinedOutput()
		if err == nil {
			return name, nil
		}
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		errs = append(errs, fmt.Errorf("%s: %w: %s", name, err, lines[len(lines)-1]))
	}
	return "", errors.Join(errs...)
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	if o.python, err = interpreter(ctx); err != nil {
		fmt.Fprintln(stderr, "SKIPPED: SciPy:", err)
	}
	m, err := newModule(ctx)
	if err != nil {
		return err
	}
	defer m.remove()
	var results []result
	for _, p := range problems {
		if o.only != "" && o.only != p.name {
			continue
		}
		fmt.Fprintf(stderr, "%s: %s …\n", p.name, p.says)
		list, err := m.fits(ctx, p, o)
		var none *missingError
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.As(err, &none):
			fmt.Fprintf(stderr, "SKIPPED: %s: %v\n", p.name, err)
			continue
		case err != nil:
			return err
		}
		results = append(results, list[0])
		for _, r := range list {
			if len(list) > 1 {
				fmt.Fprintf(stdout, "start %d\n", r.seed)
			}
			fmt.Fprintln(stdout, table(r))
		}
		if len(list) > 1 {
			fmt.Fprintln(stdout, means(list))
		}
	}
	if o.plot != "" {
		return drawLosses(results, o.plot)
	}
	return nil
}
