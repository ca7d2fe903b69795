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

// PlotFormats are the file extensions of a plot, each the name of its format.
var PlotFormats = []string{".svg", ".png"}

// plotWidth and plotHeight are the size of a plot; plotPoints is how many points of a line are drawn at most, which is
// more than its width can show.
const (
	plotWidth  = 16 * vg.Centimeter
	plotHeight = 10 * vg.Centimeter
	plotPoints = 1000
)

// Two colours for two kinds of lines, which stay apart for colour-blind readers; a single seed's lines are drawn faint
// behind the means.
var (
	Blue   = color.NRGBA{R: 0x00, G: 0x72, B: 0xb2, A: 0xff}
	Orange = color.NRGBA{R: 0xd5, G: 0x5e, B: 0x00, A: 0xff}
)

// Faint is a colour that lies behind the strong one.
func Faint(c color.NRGBA) color.NRGBA {
	c.A = 0x40
	return c
}

// CheckFile says before any training whether a picture can be expected to be written to file: its extension is one of
// formats, its folder exists and it is not a folder itself.
func CheckFile(file string, formats []string) error {
	ext := strings.ToLower(filepath.Ext(file))
	if !slices.Contains(formats, ext) {
		return fmt.Errorf("%s: unknown plot format %q; name the file with one of the extensions %s",
			file, ext, strings.Join(formats, ", "))
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

// NewPlot is an empty plot with a grid.
func NewPlot(title, x, y string) *plot.Plot {
	p := plot.New()
	p.Title.Text = title
	p.X.Label.Text = x
	p.Y.Label.Text = y
	p.Legend.Padding = vg.Millimeter
	p.Add(plotter.NewGrid())
	return p
}

// AddLine draws values at 1, 2, … times every, thinned evenly if there are very many.
func AddLine(p *plot.Plot, values []float64, every int, c color.Color, width vg.Length) (*plotter.Line, error) {
	stride := max(1, (len(values)+plotPoints-1)/plotPoints)
	var points plotter.XYs
	for i := 0; i < len(values); i += stride {
		points = append(points, plotter.XY{X: float64((i + 1) * every), Y: values[i]})
	}
	line, err := plotter.NewLine(points)
	if err != nil {
		return nil, err
	}
	line.Color, line.Width = c, width
	p.Add(line)
	return line, nil
}

// Mean is the mean of several curves, at every place of those that are long enough.
func Mean(curves [][]float64) []float64 {
	var mean []float64
	for place := 0; ; place++ {
		sum, n := 0.0, 0
		for _, c := range curves {
			if place < len(c) {
				sum += c[place]
				n++
			}
		}
		if n == 0 {
			return mean
		}
		mean = append(mean, sum/float64(n))
	}
}

// SavePlot writes p to file in the format of its extension, replacing a file that exists.
func SavePlot(p *plot.Plot, file string) error {
	// Rendered in memory first: a drawing that fails leaves an existing file as it was.
	format := strings.TrimPrefix(strings.ToLower(filepath.Ext(file)), ".")
	drawing, err := p.WriterTo(plotWidth, plotHeight, format)
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
