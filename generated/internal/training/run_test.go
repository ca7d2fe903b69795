package training

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// times matches what may differ between two runs of the same flags.
var times = regexp.MustCompile(`[ \d]+\.\d ms`)

func TestRun(t *testing.T) {
	file := filepath.Join(t.TempDir(), "loss.svg")
	var outputs [2]string
	for i := range outputs {
		var stdout, stderr bytes.Buffer
		err := blobs().Run(context.Background(), []string{"-seeds", "3,1", "-epochs", "8", "-plot", file}, &stdout,
			&stderr)
		if err != nil {
			t.Fatal(err)
		}
		outputs[i] = times.ReplaceAllString(stdout.String(), "")
		if n := strings.Count(stderr.String(), "\n"); n != 2*linesPerSeed {
			t.Errorf("%d lines of progress, want %d:\n%s", n, 2*linesPerSeed, stderr.String())
		}
		if strings.Contains(stdout.String()+stderr.String(), "\r") {
			t.Error("carriage return in output that is no terminal")
		}
	}
	if outputs[0] != outputs[1] {
		t.Errorf("the same flags print\n%s\nand\n%s", outputs[0], outputs[1])
	}
	for _, want := range []string{
		"blobs: 30 samples, 2 inputs, 3 classes; 8 epochs, batches of 4, rate 0.4\n",
		"\n    3 ", "\n    1 ", "\n mean ", "\nworst ", "\ntotal", "100.0 %", "confusion matrix",
		"loss curve written to " + file + "\n",
	} {
		if !strings.Contains(outputs[0], want) {
			t.Errorf("no %q in\n%s", want, outputs[0])
		}
	}
	if _, err := os.Stat(file); err != nil {
		t.Error(err)
	}
}

// lineFunc is a function that is given every line written.
type lineFunc func(line string)

func (f lineFunc) Write(b []byte) (int, error) {
	f(string(b))
	return len(b), nil
}

// An interrupt leaves a table of what was learnt until then, with its totals and its plot.
func TestRunInterrupted(t *testing.T) {
	file := filepath.Join(t.TempDir(), "loss.svg")
	for _, c := range []struct{ at, err, without string }{
		{"seed 2: epoch 4 of 8", "interrupted in seed 2 after 4 of 8 epochs; the results are those until then: context canceled", "\n    3 "},
		{"seed 1: epoch 8 of 8", "interrupted in seed 2 after 0 of 8 epochs; the results are those until then: context canceled", "\n    2 "},
	} {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		var stdout bytes.Buffer
		err := blobs().Run(ctx, []string{"-seeds", "1-3", "-epochs", "8", "-plot", file}, &stdout,
			lineFunc(func(line string) {
				if strings.Contains(line, c.at) {
					cancel()
				}
			}))
		if err == nil || err.Error() != c.err || ExitCode(err) != 130 {
			t.Errorf("%s: error %v with exit code %d, want %s", c.at, err, ExitCode(err), c.err)
		}
		for _, want := range []string{"\n    1 ", "\n mean ", "confusion matrix", "written to " + file} {
			if !strings.Contains(stdout.String(), want) {
				t.Errorf("%s: no %q in\n%s", c.at, want, stdout.String())
			}
		}
		if strings.Contains(stdout.String(), c.without) {
			t.Errorf("%s: %q in\n%s", c.at, c.without, stdout.String())
		}
	}
}

func TestRunQuiet(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if err := blobs().Run(context.Background(), []string{"-quiet", "-epochs", "2"}, &stdout, &stderr); err != nil {
		t.Fatal(err)
	}
	if stderr.Len() > 0 || !strings.Contains(stdout.String(), "mean") {
		t.Errorf("stderr %q, stdout %q; want results only", stderr.String(), stdout.String())
	}
}

func TestRunHelp(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if err := blobs().Run(context.Background(), []string{"-h"}, &stdout, &stderr); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"Tells colours by their place.", "usage: go run ./generated/blobs/train [flags]",
		"-epochs N", "(default 20)", "-rate", "(default 0.4)", "-batch N", "(default 4)", "-seeds list",
		"(default 1,2,3,4,5)",
		"-plot FILE", "-quiet", "One sample in 5 ",
		"example: go run ./generated/blobs/train -seeds 1-10 -epochs 40 -plot loss.svg",
	} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("no %q in the help:\n%s", want, stdout.String())
		}
	}
	if stderr.Len() > 0 {
		t.Errorf("help that was asked for printed %q to stderr", stderr.String())
	}
}

// A mistake in the flags is found before anything is printed or trained.
func TestRunUsageError(t *testing.T) {
	task := blobs()
	task.New = func() Network { t.Error("trained in spite of a bad flag"); return Emitted(new(perceptron)) }
	var stdout, stderr bytes.Buffer
	err := task.Run(context.Background(), []string{"-rate", "-1"}, &stdout, &stderr)
	if ExitCode(err) != 2 || stdout.Len()+stderr.Len() > 0 {
		t.Errorf("error %v, stdout %q, stderr %q; want a usage error only", err, stdout.String(), stderr.String())
	}
}

func TestRunBadData(t *testing.T) {
	task := blobs()
	task.Data = []byte("x,y,colour\n1,2,pink\n")
	var stdout, stderr bytes.Buffer
	err := task.Run(context.Background(), nil, &stdout, &stderr)
	if err == nil || !strings.HasPrefix(err.Error(), "blobs.csv:2: ") || ExitCode(err) != 1 {
		t.Errorf("got %v with exit code %d, want an error of blobs.csv:2 and 1", err, ExitCode(err))
	}
}

// full is a disk without space.
type full struct{}

var errFull = errors.New("no space left")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestRunReportsFailedOutput(t *testing.T) {
	for _, args := range [][]string{{"-quiet", "-epochs", "1"}, {"-h"}} {
		err := blobs().Run(context.Background(), args, full{}, full{})
		if !errors.Is(err, errFull) {
			t.Errorf("%v: got %v, want %v", args, err, errFull)
		}
	}
	// Progress that cannot be shown is no failure.
	var stdout bytes.Buffer
	if err := blobs().Run(context.Background(), []string{"-epochs", "1"}, &stdout, full{}); err != nil {
		t.Errorf("broken stderr: %v", err)
	}
}
