package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/generated/internal/training"
)

// times matches what may differ between two runs of the same flags.
var times = regexp.MustCompile(`[ \d]+\.\d ms`)

func TestRun(t *testing.T) {
	file := filepath.Join(t.TempDir(), "returns.svg")
	var outputs [2]string
	for i := range outputs {
		var stdout, stderr bytes.Buffer
		if err := run(context.Background(), []string{"-seeds", "1-2", "-updates", "8", "-plot", file}, &stdout,
			&stderr); err != nil {
			t.Fatal(err)
		}
		outputs[i] = times.ReplaceAllString(stdout.String(), "")
		if !strings.Contains(stderr.String(), "seed 2: update 8 of 8, return ") {
			t.Errorf("no progress in\n%s", stderr.String())
		}
	}
	if outputs[0] != outputs[1] {
		t.Errorf("the same flags print\n%s\nand\n%s", outputs[0], outputs[1])
	}
	for _, want := range []string{"pole: 8 updates of 10 episodes of at most 500 steps, rate 4\n", "balanced after",
		"never", "of 2 seeds learn", "written to " + file} {
		if !strings.Contains(outputs[0], want) {
			t.Errorf("no %q in\n%s", want, outputs[0])
		}
	}
	drawn, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Learning to balance a pole: 2 seeds", "episodes", "one seed", "mean of the seeds"} {
		if !bytes.Contains(drawn, []byte(want)) {
			t.Errorf("no %q in the plot", want)
		}
	}
}

func TestRunInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	file := filepath.Join(t.TempDir(), "returns.png")
	var stdout bytes.Buffer
	stderr := writerFunc(func(line string) {
		if strings.Contains(line, "seed 2: update 4 of 8") {
			cancel()
		}
	})
	err := run(ctx, []string{"-seeds", "1-3", "-updates", "8", "-plot", file}, &stdout, stderr)
	if !errors.Is(err, context.Canceled) || training.ExitCode(err) != 130 ||
		!strings.HasPrefix(err.Error(), "interrupted in seed 2; ") {
		t.Errorf("error %v", err)
	}
	for _, want := range []string{"\n    1 ", "\n    2 ", "of 2 seeds learn", "written to " + file} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("no %q in\n%s", want, stdout.String())
		}
	}
	if strings.Contains(stdout.String(), "\n    3 ") {
		t.Errorf("seed 3 was trained after the interrupt:\n%s", stdout.String())
	}
	// Before anything is learnt there is nothing to report but that.
	stdout.Reset()
	err = run(ctx, []string{"-plot", file}, &stdout, stderr)
	if !errors.Is(err, context.Canceled) || !strings.HasPrefix(err.Error(), "interrupted in seed 1; ") ||
		strings.Contains(stdout.String(), "learn") {
		t.Errorf("error %v, output\n%s", err, stdout.String())
	}
}

// writerFunc is a function that is given what is written.
type writerFunc func(text string)

func (f writerFunc) Write(b []byte) (int, error) {
	f(string(b))
	return len(b), nil
}

func TestRunRejectsBadFlags(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"-updates 0", "-updates 0: give a number from 1 to 10000"},
		{"-updates 10001", "-updates 10001: give a number"},
		{"-rate NaN", "-rate NaN: give a positive number, such as 4"},
		{"-rate -1", "-rate -1: give a positive number"},
		{"-rate 1e39", "-rate 1e+39: give a positive number"},
		{"-seeds 5-1", "range 5-1 runs backwards"},
		{"-plot returns.gif", "one of the extensions .svg, .png"},
		{"-speed 3", "not defined: -speed"},
		{"now", `unexpected argument "now"`},
	} {
		var stdout, stderr bytes.Buffer
		err := run(context.Background(), strings.Fields(c.args), &stdout, &stderr)
		if err == nil || !strings.Contains(err.Error(), c.want) || training.ExitCode(err) != 2 {
			t.Errorf("%s: got %v with exit code %d, want …%s… and 2", c.args, err, training.ExitCode(err), c.want)
		}
		if stdout.Len()+stderr.Len() > 0 {
			t.Errorf("%s: a bad flag printed %q", c.args, stdout.String()+stderr.String())
		}
	}
}

func TestRunHelp(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if err := run(context.Background(), []string{"-h"}, &stdout, &stderr); err != nil || stderr.Len() > 0 {
		t.Fatalf("%v, %q", err, stderr.String())
	}
	for _, want := range []string{"usage: go run ./generated/pole/train [flags]", "-updates N", "(default 60)",
		"(default 4)", "-seeds list", "-plot FILE", "after 500\nsteps", "example: "} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("no %q in the help:\n%s", want, stdout.String())
		}
	}
}
