package main

import (
	"bytes"
	"fmt"
	"image/color"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/backpropgen/backpropgen/leastsquares/compare/measure"
)

// formats are the extensions of plots.
var formats = []string{".svg", ".png"}

// checkPlot refuses a file for a plot before anything is measured.
func checkPlot(file string) error {
	if file == "" || slices.Contains(formats, strings.ToLower(filepath.Ext(file))) {
		return nil
	}
	return fmt.Errorf("-plot %s: name a file with the extension %s", file, strings.Join(formats, " or "))
}

// colours stay apart for colour-blind readers: ours in one goroutine and in several, Adam, and SciPy's two methods.
var colours = []color.NRGBA{
	{R: 0x00, G: 0x72, B: 0xb2, A: 0xff}, {R: 0x56, G: 0xb4, B: 0xe9, A: 0xff}, {R: 0xcc, G: 0x79, B: 0xa7, A: 0xff},
	{R: 0xd5, G: 0x5e, B: 0x00, A: 0xff}, {R: 0xe6, G: 0x9f, B: 0x00, A: 0xff},
}

// The size of one problem's picture; two stand beside each other.
const across, width, height = 2, 12 * vg.Centimeter, 8 * vg.Centimeter

// drawLosses shows the loss against time, a picture for each problem, and writes them to file.
func drawLosses(results []result, file string) error {
	rows := (len(results) + across - 1) / across
	canvas, err := draw.NewFormattedCanvas(min(across, vg.Length(len(results)))*width, vg.Length(rows)*height,
		strings.TrimPrefix(strings.ToLower(filepath.Ext(file)), "."))
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	tiles := draw.Tiles{Rows: rows, Cols: min(across, len(results)), PadX: vg.Millimeter, PadY: vg.Millimeter}
	for i, r := range results {
		p, err := picture(r)
		if err != nil {
			return fmt.Errorf("%s: %s: %w", file, r.name, err)
		}
		p.Draw(tiles.At(draw.New(canvas), i%across, i/across))
	}
	var b bytes.Buffer
	if _, err := canvas.WriteTo(&b); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return os.WriteFile(file, b.Bytes(), 0o644)
}

// picture draws a problem's fits on logarithmic axes.
func picture(r result) (*plot.Plot, error) {
	p := plot.New()
	p.Title.Text = fmt.Sprintf("%s: %d parameters, %d residuals", r.name, r.params, r.residuals)
	p.X.Label.Text, p.Y.Label.Text = "seconds", "loss"
	p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
	p.X.Tick.Marker, p.Y.Tick.Marker = plot.LogTicks{Prec: -1}, plot.LogTicks{Prec: -1}
	p.Legend.Left, p.Legend.Padding = true, vg.Millimeter
	p.Add(plotter.NewGrid())
	for i, t := range slices.Concat(r.ours, r.scipy) {
		line, err := plotter.NewLine(points(t))
		if err != nil {
			return nil, err
		}
		line.Color, line.Width = colours[i%len(colours)], vg.Points(1.4)
		line.StepStyle = plotter.PostStep
		p.Add(line)
		p.Legend.Add(t.Name, line)
	}
	return p, nil
}

// points leave out the first, whose time is 0, and everything that has no logarithm.
func points(t measure.Trace) (list plotter.XYs) {
	for _, q := range t.Points {
		if q.Seconds > 0 && q.Loss > 0 && !math.IsInf(q.Loss, 0) {
			list = append(list, plotter.XY{X: q.Seconds, Y: q.Loss})
		}
	}
	return list
}
