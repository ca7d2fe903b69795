package training

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
)

// Main is the main function of a training program: it runs run with the arguments of the command line, says on stderr
// how it failed and exits with ExitCode. An interrupt (Ctrl-C) cancels ctx, so that run can report what it has; a
// second one ends the program at once.
func Main(run func(ctx context.Context, args []string, stdout, stderr io.Writer) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	if err != nil {
		fmt.Fprintln(os.Stderr, "train:", err)
	}
	os.Exit(ExitCode(err))
}

// UsageError is a mistake in the command line, as opposed to a training that failed.
type UsageError struct{ Err error }

func (e UsageError) Error() string { return e.Err.Error() }

// Unwrap returns the mistake.
func (e UsageError) Unwrap() error { return e.Err }

// ExitCode is the exit status of a program that ended with err: 0 without one, 2 for a UsageError, 130 for an
// interrupt, as shells have it, and 1 for anything else.
func ExitCode(err error) int {
	var usage UsageError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &usage):
		return 2
	case errors.Is(err, context.Canceled):
		return 130
	}
	return 1
}

// Flags is a flag set that prints nothing by itself; Parse does the rest.
func Flags(name string) *flag.FlagSet {
	set := flag.NewFlagSet(name, flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.Usage = func() {}
	return set
}

// Parse reads the command line into set's flags. It returns flag.ErrHelp when help is asked for and a UsageError for a
// mistake.
func Parse(set *flag.FlagSet, args []string) error {
	if err := set.Parse(args); errors.Is(err, flag.ErrHelp) {
		return err
	} else if err != nil {
		return UsageError{err}
	}
	if set.NArg() > 0 {
		return UsageError{fmt.Errorf("unexpected argument %q; there are only flags", set.Arg(0))}
	}
	return nil
}
