package main

import (
	"fmt"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"

	"github.com/backpropgen/backpropgen/generated/internal/training"
)

// writeReturns draws the mean return of the episodes of each update against the number of episodes, each seed faint and
// the mean of the seeds strong.
func writeReturns(file string, results []result) error {
	p := training.NewPlot(fmt.Sprintf("Learning to balance a pole: %d seeds", len(results)), "episodes",
		"steps balanced, mean of ten episodes")
	p.Y.Min, p.Y.Max = 0, horizon
	p.Y.Tick.Marker = hundreds
	p.X.Tick.Marker = hundreds
	p.Legend.YOffs = vg.Millimeter
	var curves [][]float64
	for i, r := range results {
		returns := means(r.returns)
		curves = append(curves, returns)
		line, err := training.AddLine(p, returns, episodes, training.Faint(training.Blue), vg.Points(0.7))
		if err != nil {
			return fmt.Errorf("%s: seed %d: %w", file, r.seed, err)
		}
		if i == 0 {
			p.Legend.Add("one seed", line)
		}
	}
	line, err := training.AddLine(p, training.Mean(curves), episodes, training.Blue, vg.Points(1.8))
	if err != nil {
		return fmt.Errorf("%s: mean over the seeds: %w", file, err)
	}
	p.Legend.Add("mean of the seeds", line)
	return training.SavePlot(p, file)
}

// hundreds marks every hundredth, or where the axis is long every thousandth and so on.
var hundreds = plot.TickerFunc(func(least, most float64) []plot.Tick {
	every := 100.0
	for most > 10*every {
		every *= 10
	}
	var ticks []plot.Tick
	for v := 0.0; v <= most; v += every {
		if v < least {
			continue
		}
		ticks = append(ticks, plot.Tick{Value: v, Label: fmt.Sprintf("%.0f", v)})
	}
	return ticks
})

// means are the mean returns of the episodes between two updates.
func means(returns []float64) []float64 {
	list := make([]float64, len(returns)/episodes)
	for i := range list {
		for _, v := range returns[i*episodes : (i+1)*episodes] {
			list[i] += v / episodes
		}
	}
	return list
}
