package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/generated/internal/training"
)

// leastAccuracy is the mean test accuracy over seeds 1 to 5 that the emitted network must reach.
const leastAccuracy = 0.95

func TestAccuracy(t *testing.T) {
	report, err := task.Train(task.Defaults())
	if err != nil {
		t.Fatal(err)
	}
	if got := report.MeanAccuracy(); got < leastAccuracy {
		t.Errorf("mean test accuracy %.4f over %d seeds, want at least %.2f\n%s",
			got, len(report), leastAccuracy, report.Confusion())
	}
}

func TestRun(t *testing.T) {
	file := filepath.Join(t.TempDir(), "loss.svg")
	var stdout, stderr bytes.Buffer
	if err := run(context.Background(), []string{"-seeds", "1-2", "-epochs", "4", "-plot", file}, &stdout,
		&stderr); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"iris: 150 samples, 4 inputs, 3 classes", "versicolor", "recall", file} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("no %q in\n%s", want, stdout.String())
		}
	}
	if !strings.Contains(stderr.String(), "seed 2: epoch 4 of 4") {
		t.Errorf("no progress in\n%s", stderr.String())
	}
	if _, err := os.Stat(file); err != nil {
		t.Error(err)
	}
}

func TestRunRejectsBadFlags(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"-epochs 0", "-epochs 0: give a number from 1"},
		{"-batch 0", "-batch 0: give a number from 1"},
		{"-rate NaN", "-rate NaN: give a positive number"},
		{"-seeds 5-1", "range 5-1 runs backwards"},
		{"-plot loss.gif", "one of the extensions .svg, .png"},
		{"-speed 3", "not defined: -speed"},
		{"iris.csv", `unexpected argument "iris.csv"`},
	} {
		var stdout, stderr bytes.Buffer
		err := run(context.Background(), strings.Fields(c.args), &stdout, &stderr)
		if err == nil || !strings.Contains(err.Error(), c.want) || training.ExitCode(err) != 2 {
			t.Errorf("%s: got %v with exit code %d, want …%s… and 2", c.args, err, training.ExitCode(err), c.want)
		}
		if stdout.Len() > 0 {
			t.Errorf("%s: a bad flag printed %q", c.args, stdout.String())
		}
	}
}

// A rate at which the parameters overflow is an error that names the remedy, not a bad result.
func TestRunReportsDivergence(t *testing.T) {
	var stdout, stderr bytes.Buffer
	err := run(context.Background(), []string{"-rate", "1e38"}, &stdout, &stderr)
	if err == nil || !strings.Contains(err.Error(), "try -rate 0.2") || training.ExitCode(err) != 1 {
		t.Errorf("got %v with exit code %d, want advice on the rate and 1", err, training.ExitCode(err))
	}
}
