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
	file := filepath.Join(t.TempDir(), "spirals.png")
	var outputs [2]string
	for i := range outputs {
		var stdout, stderr bytes.Buffer
		if err := run(context.Background(), []string{"-seeds", "1-2", "-epochs", "8", "-plot", file}, &stdout,
			&stderr); err != nil {
			t.Fatal(err)
		}
		outputs[i] = times.ReplaceAllString(stdout.String(), "")
		if !strings.Contains(stderr.String(), "seed 2: epoch 8 of 8, loss ") {
			t.Errorf("no progress in\n%s", stderr.String())
		}
	}
	if outputs[0] != outputs[1] {
		t.Errorf("the same flags print\n%s\nand\n%s", outputs[0], outputs[1])
	}
	for _, want := range []string{"spirals: 1000 points, 8 epochs, batches of 32, Adam at rates up to 0.02\n",
		"test accuracy", "\n mean ", "\nworst ", "boundary of seed 1 drawn in " + file} {
		if !strings.Contains(outputs[0], want) {
			t.Errorf("no %q in\n%s", want, outputs[0])
		}
	}
	if _, err := os.Stat(file); err != nil {
		t.Error(err)
	}
}

func TestRunInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	file := filepath.Join(t.TempDir(), "spirals.png")
	var stdout bytes.Buffer
	stderr := writerFunc(func(line string) {
		if strings.Contains(line, "seed 2: epoch 4 of 8") {
			cancel()
		}
	})
	err := run(ctx, []string{"-seeds", "1-3", "-epochs", "8", "-plot", file}, &stdout, stderr)
	if !errors.Is(err, context.Canceled) || training.ExitCode(err) != 130 ||
		!strings.HasPrefix(err.Error(), "interrupted in seed 2 after 4 of 8 epochs; ") {
		t.Errorf("error %v", err)
	}
	for _, want := range []string{"\n    1 ", "\n    2 ", "\n mean ", "drawn in " + file} {
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
	if !errors.Is(err, context.Canceled) ||
		!strings.HasPrefix(err.Error(), "interrupted in seed 1 after 0 of 400 epochs; ") ||
		strings.Contains(stdout.String(), "mean") {
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
		{"-epochs 0", "-epochs 0: give a number from 1 to 1000000"},
		{"-epochs 1000001", "-epochs 1000001: give a number"},
		{"-rate NaN", "-rate NaN: give a positive number, such as 0.02"},
		{"-rate -1", "-rate -1: give a positive number"},
		{"-rate 1e39", "-rate 1e+39: give a positive number"},
		{"-seeds 5-1", "range 5-1 runs backwards"},
		{"-plot spirals.svg", "one of the extensions .png"},
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
	for _, want := range []string{"usage: go run ./generated/spirals/train [flags]", "-epochs N", "(default 400)",
		"(default 0.02)", "-seeds list", "-plot FILE", "1000 points", "example: "} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("no %q in the help:\n%s", want, stdout.String())
		}
	}
}
