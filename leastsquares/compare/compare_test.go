package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/leastsquares/compare/measure"
)

// TestCurve emits, builds and fits the first network, without SciPy: the whole way from a spec to a fit by its emitted
// ParameterJacobianBatch. The noise of its data leaves a loss of about 0.3.
func TestCurve(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program")
	}
	t.Setenv("PYTHON", filepath.Join(t.TempDir(), "none"))
	file := filepath.Join(t.TempDir(), "fits.svg")
	var out, messages bytes.Buffer
	err := run(context.Background(), []string{"-only", "curve", "-adam", "0", "-plot", file}, &out, &messages)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(messages.String(), "SKIPPED: SciPy") {
		t.Errorf("nothing says that SciPy is missing: %s", &messages)
	}
	fields := regexp.MustCompile(`curve +25 +250 +([\d.e-]+) +leastsquares `).FindStringSubmatch(out.String())
	if fields == nil {
		t.Fatalf("no line of the table is about the curve:\n%s", &out)
	}
	if loss, err := strconv.ParseFloat(fields[1], 64); err != nil || loss < 0.2 || loss > 0.32 {
		t.Errorf("the loss is %v, want one of the noise, 0.2 to 0.32", fields[1])
	}
	if svg, err := os.ReadFile(file); err != nil || !bytes.Contains(svg, []byte("curve: 25 parameters")) {
		t.Errorf("the plot: %d bytes, %v", len(svg), err)
	}
}

// TestTable: times are to the loss that leastsquares and SciPy all come to, and a fit that does not says how far it
// came.
func TestTable(t *testing.T) {
	trace := func(name string, losses ...float64) measure.Trace {
		tr := measure.Trace{Name: name}
		for i, l := range losses {
			tr.Points = append(tr.Points, measure.Point{Seconds: float64(i) / 1000, Losses: i, Jacobians: i, Loss: l})
		}
		return tr
	}
	r := result{
		problem: problem{name: "p"}, params: 3, residuals: 4,
		ours:  []measure.Trace{trace("leastsquares", 9, 4, 1), trace("Adam", 9, 8, 7)},
		scipy: []measure.Trace{trace("SciPy lm", 9, 8, 7, 3, 2)},
	}
	got := table(r)
	for _, want := range []string{"2.002", "2.00 ms", "4.00 ms", "only 7 after 2.00 ms"} {
		if !strings.Contains(got, want) {
			t.Errorf("the table lacks %q:\n%s", want, got)
		}
	}
}

// TestMeans: the mean is that of the ratios to the loss that ours and one of SciPy's come to, whatever the other does;
// a fit that does not get away from the start has no ratio.
func TestMeans(t *testing.T) {
	trace := func(name string, step float64, losses ...float64) measure.Trace {
		tr := measure.Trace{Name: name}
		for i, l := range losses {
			tr.Points = append(tr.Points, measure.Point{Seconds: float64(i) * step, Loss: l})
		}
		return tr
	}
	of := func(lm, trf measure.Trace) result {
		return result{problem: problem{name: "p"}, ours: []measure.Trace{trace("leastsquares", 1, 9, 5, 1)},
			scipy: []measure.Trace{lm, trf}}
	}
	got := means([]result{
		of(trace("lm", 4, 9, 8, 1), trace("trf", 5, 9, 5)),  // 8/2, 5/1
		of(trace("lm", 18, 9, 5, 5), trace("trf", 5, 9, 9)), // 18/1
	})
	want := "p, the mean over 2 of 2 starts: lm takes 8.49 times as long as leastsquares to the lowest loss that both " +
		"come to\np, the mean over 1 of 2 starts: trf takes 5 times as long as leastsquares to the lowest loss that both " +
		"come to\n"
	if got != want {
		t.Errorf("means:\n%swant\n%s", got, want)
	}
}

// TestFlags: what cannot be done is refused before anything is built.
func TestFlags(t *testing.T) {
	for args, want := range map[string]string{
		"-only shoe":     "-only shoe is no problem; there are curve, spirals, arm, chaos, diabetes",
		"-plot fits.pdf": "-plot fits.pdf: name a file with the extension .svg or .png",
		"-starts 0":      "-starts 0; give at least 1",
		"-workers 0":     "-workers 0; give at least 1",
		"curve":          `unexpected argument "curve"; there are only flags, see -h`,
	} {
		err := run(context.Background(), strings.Fields(args), io.Discard, io.Discard)
		if err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", args, err, want)
		}
	}
}
