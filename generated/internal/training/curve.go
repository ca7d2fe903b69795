package training

import (
	"fmt"
	"image/color"

	"gonum.org/v1/plot/vg"
)

// WriteCurve draws the losses of all seeds against the epoch, training and test part, each seed faint and their mean
// strong, and writes them to file in the format of its extension, replacing a file that exists. All results have at
// least one epoch; where they have unlike numbers, the mean is of those that got so far.
func WriteCurve(file, title string, results []Result) error {
	p := NewPlot(title, "epoch", "mean loss")
	p.Y.Min = 0
	p.Legend.Top = true
	for _, part := range []struct {
		name   string
		color  color.NRGBA
		losses func(Result) []float64
	}{
		{"training", Blue, func(r Result) []float64 { return r.Train }},
		{"test", Orange, func(r Result) []float64 { return r.Test }},
	} {
		var curves [][]float64
		for _, r := range results {
			losses := part.losses(r)
			curves = append(curves, losses)
			if _, err := AddLine(p, losses, 1, Faint(part.color), vg.Points(0.7)); err != nil {
				return fmt.Errorf("%s: seed %d: %w", file, r.Seed, err)
			}
		}
		line, err := AddLine(p, Mean(curves), 1, part.color, vg.Points(1.8))
		if err != nil {
			return fmt.Errorf("%s: mean over the seeds: %w", file, err)
		}
		p.Legend.Add(part.name+" part", line)
	}
	return SavePlot(p, file)
}
