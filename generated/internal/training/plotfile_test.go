package training

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot"
)

func TestAddLineThins(t *testing.T) {
	for _, c := range []struct{ epochs, points, second int }{{1, 1, 0}, {30, 30, 2}, {1000, 1000, 2}, {2500, 834, 4}} {
		losses := make([]float64, c.epochs)
		for e := range losses {
			losses[e] = 1 / float64(e+1)
		}
		line, err := AddLine(plot.New(), losses, 1, Blue, 1)
		if err != nil {
			t.Fatal(err)
		}
		if len(line.XYs) != c.points {
			t.Errorf("%d epochs: %d points, want %d", c.epochs, len(line.XYs), c.points)
		}
		for i, xy := range line.XYs {
			if xy.Y != 1/xy.X {
				t.Errorf("%d epochs: point %d is %v, not the loss of its epoch", c.epochs, i, xy)
			}
		}
		if c.second > 0 && line.XYs[1].X != float64(c.second) {
			t.Errorf("%d epochs: the second point is epoch %g, want %d", c.epochs, line.XYs[1].X, c.second)
		}
	}
}

func TestMean(t *testing.T) {
	got := Mean([][]float64{{1, 2, 3}, {3}, {5, 4}})
	if !slices.Equal(got, []float64{3, 3, 3}) {
		t.Errorf("mean %v, want 3 everywhere", got)
	}
	if got := Mean(nil); len(got) != 0 {
		t.Errorf("the mean of nothing is %v", got)
	}
}

func TestCheckFile(t *testing.T) {
	dir := t.TempDir()
	plain := filepath.Join(dir, "plain")
	if err := os.WriteFile(plain, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(dir, "folder.svg")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ file, want string }{
		{filepath.Join(dir, "loss.svg"), ""},
		{filepath.Join(dir, "loss.PNG"), ""},
		{"loss.gif", `loss.gif: unknown plot format ".gif"; name the file with one of the extensions .svg, .png`},
		{"loss", `unknown plot format ""; name the file with one of the extensions .svg, .png`},
		{filepath.Join(dir, "nowhere", "loss.svg"), "the folder for the plot: "},
		{filepath.Join(plain, "loss.svg"), "is not a folder; name a file in an existing one"},
		{folder, "is a folder; name a file for the plot"},
	} {
		err := CheckFile(c.file, PlotFormats)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.file, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: got %v, want …%s", c.file, err, c.want)
		}
	}
}
