package main

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"

	"github.com/backpropgen/backpropgen/generated/internal/training"
)

// green is the third colour, which stays apart from the others for colour-blind readers.
var green = color.NRGBA{R: 0x00, G: 0x9e, B: 0x73, A: 0xff}

// writeSwings draws angle, place and force of the first seed over time, each as a part of what makes 1, and the angles
// of the other seeds faintly.
func writeSwings(file string, results []result) error {
	p := training.NewPlot("A pole is swung up by a learnt model and its Jacobians", "time in s", "")
	p.Y.Min, p.Y.Max = -1.3, 1.3
	p.Legend.Top = true
	add := func(r result, c color.Color, width vg.Length, of func(moment) float64) (*plotter.Line, error) {
		points := make(plotter.XYs, len(r.log))
		for i, m := range r.log {
			points[i] = plotter.XY{X: float64(i) * interval, Y: of(m)}
		}
		line, err := plotter.NewLine(points)
		if err != nil {
			return nil, fmt.Errorf("%s: seed %d: %w", file, r.seed, err)
		}
		line.Color, line.Width = c, width
		p.Add(line)
		return line, nil
	}
	lean := func(m moment) float64 { return m.cart[angle] / math.Pi }
	for _, r := range results[1:] {
		if _, err := add(r, training.Faint(training.Blue), vg.Points(0.7), lean); err != nil {
			return err
		}
	}
	for _, l := range []struct {
		name string
		c    color.Color
		of   func(moment) float64
	}{
		{"force: 10 N", green, func(m moment) float64 { return m.force / strongest }},
		{"place of the cart: 1 m", training.Orange, func(m moment) float64 { return m.cart[place] }},
		{"angle from upright: 180°", training.Blue, lean},
	} {
		line, err := add(results[0], l.c, vg.Points(1.6), l.of)
		if err != nil {
			return err
		}
		p.Legend.Add(l.name, line)
	}
	p.Y.Tick.Marker = plot.ConstantTicks{{Value: -1, Label: "-1"}, {Value: 0, Label: "0"}, {Value: 1, Label: "1"}}
	return training.SavePlot(p, file)
}
