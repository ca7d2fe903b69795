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

// against is how many times as long as the first fit another one takes, to the lowest loss that both come to. ok is
// false where one of them does not get away from the start.
func (r result) against(t measure.Trace) (ratio float64, ok bool) {
	aim := result{ours: r.ours[:1], scipy: []measure.Trace{t}}.aim()
	ours, _ := reached(r.ours[0], aim)
	theirs, _ := reached(t, aim)
	return theirs.Seconds / ours.Seconds, ours.Seconds > 0 && theirs.Seconds > 0
}

// means has a line for each of SciPy's methods: the geometric mean of against over all starts.
func means(list []result) string {
	var b strings.Builder
	var names []string
	for _, r := range list {
		for _, t := range r.scipy {
			if !slices.Contains(names, t.Name) {
				names = append(names, t.Name)
			}
		}
	}
	for _, name := range names {
		sum, starts := 0.0, 0
		for _, r := range list {
			for _, t := range r.scipy {
				if ratio, ok := r.against(t); t.Name == name && ok {
					sum, starts = sum+math.Log(ratio), starts+1
				}
			}
		}
		fmt.Fprintf(&b, "%s, the mean over %d of %d starts: %s takes %.3g times as long as leastsquares to the lowest "+
			"loss that both come to\n", list[0].name, starts, len(list), name, math.Exp(sum/float64(max(starts, 1))))
	}
	return b.String()
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
