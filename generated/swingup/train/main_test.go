package main

import (
	"bytes"
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/generated/internal/training"
)

// Every seed swings the pole up and keeps it there, on the track, by a model that knows no equation.
func TestSwing(t *testing.T) {
	s := defaults()
	var results []result
	for _, seed := range s.seeds {
		m, off, err := learn(context.Background(), seed, s.samples, s.epochs, func(int, float64) {})
		if err != nil || !(off < 0.1) {
			t.Errorf("seed %d: the model is off by %g, %v", seed, off, err)
		}
		r := swing(context.Background(), m, s.steps)
		if r.up < 0 || r.up > 150 || r.farthest() > 2.4 || len(r.log) != s.steps {
			t.Errorf("seed %d: upright from interval %d of %d on, %g m away", seed, r.up, len(r.log), r.farthest())
		}
		results = append(results, r)
	}
	checkPicture(t, results)
}

// checkPicture compares swings.svg, which pages show, with what is drawn now. Another order of sums may turn the force
// round one interval earlier: one number in fifty may differ by more than a point.
func checkPicture(t *testing.T, results []result) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "swings.svg")
	if err := writeSwings(file, results); err != nil {
		t.Fatal(err)
	}
	shown, drawn := numbersIn(t, "swings.svg"), numbersIn(t, file)
	off := 0
	for i := range min(len(shown), len(drawn)) {
		if !(math.Abs(shown[i]-drawn[i]) <= 1) {
			off++
		}
	}
	if len(shown) != len(drawn) || off > len(drawn)/50 {
		t.Errorf("swings.svg differs in %d numbers from what is drawn now, %d and %d numbers; draw it anew: "+
			"go run ./generated/swingup/train -plot generated/swingup/train/swings.svg", off, len(shown), len(drawn))
	}
}

var number = regexp.MustCompile(`-?\d+(\.\d+)?(e-?\d+)?`)

func numbersIn(t *testing.T, file string) (list []float64) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range number.FindAllString(string(text), -1) {
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, v)
	}
	return list
}

// times matches what may differ between two runs of the same flags.
var times = regexp.MustCompile(`[ \d]+\.\d (ms|%)`)

func TestRun(t *testing.T) {
	file := filepath.Join(t.TempDir(), "swings.svg")
	var outputs [2]string
	for i := range outputs {
		var stdout, stderr bytes.Buffer
		args := []string{"-seeds", "1-2", "-samples", "500", "-epochs", "5", "-steps", "20", "-plot", file}
		if err := run(context.Background(), args, &stdout, &stderr); err != nil {
			t.Fatal(err)
		}
		outputs[i] = times.ReplaceAllString(stdout.String(), "")
		if !strings.Contains(stderr.String(), "seed 2: epoch 5 of 5, loss ") {
			t.Errorf("no progress in\n%s", stderr.String())
		}
	}
	if outputs[0] != outputs[1] {
		t.Errorf("the same flags print\n%s\nand\n%s", outputs[0], outputs[1])
	}
	for _, want := range []string{
		"swingup: 500 intervals seen, 5 epochs; 20 intervals of 20 ms driven\n", "upright from", "never",
		"0 of 2 seeds swing the pole up", "has 320 Jacobians, 80 at a time", "written to " + file,
	} {
		if !strings.Contains(outputs[0], want) {
			t.Errorf("no %q in\n%s", want, outputs[0])
		}
	}
	drawn, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"swung up", "time in s", "force: 10 N", "place of the cart", "angle from upright"} {
		if !bytes.Contains(drawn, []byte(want)) {
			t.Errorf("no %q in the plot", want)
		}
	}
}

// Interrupted, it prints what there is.
func TestRunInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var stdout bytes.Buffer
	stderr := writerFunc(func(line string) {
		if strings.Contains(line, "seed 2: epoch 2 of 5") {
			cancel()
		}
	})
	err := run(ctx, []string{"-seeds", "1-3", "-samples", "500", "-epochs", "5", "-steps", "5"}, &stdout, stderr)
	if !errors.Is(err, context.Canceled) || training.ExitCode(err) != 130 ||
		!strings.HasPrefix(err.Error(), "interrupted after 1 of 3 seeds; ") {
		t.Errorf("error %v", err)
	}
	if !strings.Contains(stdout.String(), "\n    1 ") || strings.Contains(stdout.String(), "\n    2 ") {
		t.Errorf("printed\n%s", stdout.String())
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
		{"-steps 0", "-steps 0: give a number from 1 to 100000"},
		{"-samples 9", "-samples 9: give a number from 10 to 1000000"},
		{"-epochs -1", "-epochs -1: give a number"},
		{"-seeds 5-1", "range 5-1 runs backwards"},
		{"-plot swings.gif", "one of the extensions .svg, .png"},
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
	for _, want := range []string{"usage: go run ./generated/swingup/train [flags]", "-steps N", "(default 300)",
		"-plot FILE", "by 80 Jacobians", "example: "} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("no %q in the help:\n%s", want, stdout.String())
		}
	}
}
