package training

import (
	"bytes"
	"fmt"
	"image/color"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// curveFormats are the file extensions of a loss curve, each the name of its format.
var curveFormats = []string{".svg", ".png"}

// curveWidth and curveHeight are the size of a loss curve; curvePoints is how many points of a line
// are drawn at most, which is more than its width can show.
const (
	curveWidth  = 16 * vg.Centimeter
	curveHeight = 10 * vg.Centimeter
	curvePoints = 1000
)

// The colours of training and test part, which stay apart for colour-blind readers; a single seed's
// lines are drawn faint behind the means.
var (
	trainColor = color.NRGBA{R: 0x00, G: 0x72, B: 0xb2, A: 0xff}
	testColor  = color.NRGBA{R: 0xd5, G: 0x5e, B: 0x00, A: 0xff}
)

const faint = 0x40

// CheckCurveFile says before any training whether WriteCurve can be expected to write file: its
// extension names a format, its folder exists and it is not a folder itself.
func CheckCurveFile(file string) error {
	ext := strings.ToLower(filepath.Ext(file))
	if !slices.Contains(curveFormats, ext) {
		return fmt.Errorf("%s: unknown plot format %q; name the file with one of the extensions %s",
			file, ext, strings.Join(curveFormats, ", "))
	}
	dir := filepath.Dir(file)
	info, err := os.Stat(dir)
	switch {
	case err != nil:
		return fmt.Errorf("%s: the folder for the plot: %w", file, err)
	case !info.IsDir():
		return fmt.Errorf("%s: %s is not a folder; name a file in an existing one", file, dir)
	}
	if info, err := os.Stat(file); err == nil && info.IsDir() {
		return fmt.Errorf("%s: is a folder; name a file for the plot", file)
	}
	return nil
}

// WriteCurve draws the losses of all seeds against the epoch, training and test part, each seed
// faint and their mean strong, and writes them to file in the format of its extension, replacing
// a file that exists. All results have the same number of epochs, at least one.
func WriteCurve(file, title string, results []Result) error {
	if err := CheckCurveFile(file); err != nil {
		return err
	}
	p := plot.New()
	p.Title.Text = title
	p.X.Label.Text = "epoch"
	p.Y.Label.Text = "mean loss"
	p.Y.Min = 0
	p.Legend.Top = true
	p.Legend.Padding = vg.Millimeter
	p.Add(plotter.NewGrid())
	parts := []struct {
		name   string
		color  color.NRGBA
		losses func(Result) []float64
	}{
		{"training", trainColor, func(r Result) []float64 { return r.Train }},
		{"test", testColor, func(r Result) []float64 { return r.Test }},
	}
	for _, part := range parts {
		mean := make([]float64, len(results[0].Train))
		for _, r := range results {
			losses := part.losses(r)
			for e, v := range losses {
				mean[e] += v / float64(len(results))
			}
			c := part.color
			c.A = faint
			if _, err := addLine(p, losses, c, vg.Points(0.7)); err != nil {
				return fmt.Errorf("%s: seed %d: %w", file, r.Seed, err)
			}
		}
		line, err := addLine(p, mean, part.color, vg.Points(1.8))
		if err != nil {
			return fmt.Errorf("%s: mean over the seeds: %w", file, err)
		}
		p.Legend.Add(part.name+" part", line)
	}
	// Rendered in memory first: a drawing that fails leaves an existing file as it was.
	format := strings.TrimPrefix(strings.ToLower(filepath.Ext(file)), ".")
	drawing, err := p.WriterTo(curveWidth, curveHeight, format)
	if err != nil {
		return fmt.Errorf("%s: drawing the plot: %w", file, err)
	}
	var buf bytes.Buffer
	if _, err := drawing.WriteTo(&buf); err != nil {
		return fmt.Errorf("%s: drawing the plot: %w", file, err)
	}
	if err := os.WriteFile(file, buf.Bytes(), 0o644); err != nil {
		return fmt.Errorf("writing the plot: %w", err)
	}
	return nil
}

// addLine draws the losses of epochs 1, 2, …, thinned evenly if there are very many.
func addLine(p *plot.Plot, losses []float64, c color.Color, width vg.Length) (*plotter.Line, error) {
	stride := (len(losses) + curvePoints - 1) / curvePoints
	var points plotter.XYs
	for e := 0; e < len(losses); e += stride {
		points = append(points, plotter.XY{X: float64(e + 1), Y: losses[e]})
	}
	line, err := plotter.NewLine(points)
	if err != nil {
		return nil, err
	}
	line.Color, line.Width = c, width
	p.Add(line)
	return line, nil
}
