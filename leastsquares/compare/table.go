package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/backpropgen/backpropgen/leastsquares/compare/measure"
)

// slack is by how much a loss may be above the one that is aimed at.
const slack = 1.001

// aim is the lowest loss that package leastsquares and SciPy all come to: the highest of their last ones. A fit may end
// in another valley than the others; then the aim is its.
func (r result) aim() float64 {
	aim := 0.0
	for _, t := range slices.Concat(r.scipy, r.ours[:1]) {
		aim = max(aim, t.Points[len(t.Points)-1].Loss)
	}
	return aim * slack
}

// reached is the first point of a fit that is at the aim.
func reached(t measure.Trace, aim float64) (p measure.Point, ok bool) {
	for _, p := range t.Points {
		if p.Loss <= aim {
			return p, true
		}
	}
	return t.Points[len(t.Points)-1], false
}

// table has a line for every fit: its time and evaluations to the aim, and how many times as long it takes as the
// first.
func table(r result) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "problem\tparameters\tresiduals\tloss\tfit\ttime\tlosses\tJacobians\ttimes ours\t\n")
	aim := r.aim()
	first, _ := reached(r.ours[0], aim)
	for i, t := range slices.Concat(r.ours, r.scipy) {
		if i == 0 {
			fmt.Fprintf(w, "%s\t%d\t%d\t%.4g\t", r.name, r.params, r.residuals, aim)
		} else {
			fmt.Fprint(w, "\t\t\t\t")
		}
		p, ok := reached(t, aim)
		if !ok {
			fmt.Fprintf(w, "%s\t\t\t\tonly %.3g after %s\t\n", t.Name, p.Loss, duration(p.Seconds))
			continue
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%.3g\t\n", t.Name, duration(p.Seconds), p.Losses, p.Jacobians,
			p.Seconds/first.Seconds)
	}
	w.Flush()
	return b.String()
}

// duration has three digits.
func duration(seconds float64) string {
	for _, unit := range []struct {
		size float64
		name string
	}{{1, "s"}, {1e-3, "ms"}, {1e-6, "µs"}} {
		if seconds >= unit.size {
			digits := max(0, 2-int(math.Log10(seconds/unit.size)))
			return fmt.Sprintf("%.*f %s", digits, seconds/unit.size, unit.name)
		}
	}
	return fmt.Sprintf("%.0f ns", seconds*1e9)
}
