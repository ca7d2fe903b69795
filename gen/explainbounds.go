package gen

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/backpropgen/backpropgen/gen/bound"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/internal/plural"
	"github.com/backpropgen/backpropgen/spec"
)

// Interval is a closed range of numbers.
type Interval = bound.Interval

// Ranges are what Explain takes the numbers of a network to be within, to say how large rounding errors can get. nil is
// the default: -1 to 1, for biases the range of the weights, for targets of costs of probabilities 0 to 1.
type Ranges struct{ Inputs, Weights, Biases, Targets *Interval }

// fill returns the ranges with defaults.
func (r Ranges) fill(n spec.Network) bound.Ranges {
	one := Interval{Lo: -1, Hi: 1}
	targets := one
	if entry, ok := spec.Lookup(spec.CostRole, n.Cost.Name); ok && entry.Probabilities {
		targets.Lo = 0
	}
	or := func(i *Interval, otherwise Interval) Interval {
		if i != nil {
			return *i
		}
		return otherwise
	}
	weights := or(r.Weights, one)
	return bound.Ranges{
		Inputs: or(r.Inputs, one), Weights: weights, Biases: or(r.Biases, weights), Targets: or(r.Targets, targets),
	}
}

// bounds is the table of how large rounding errors can get.
func bounds(n spec.Network, p *plan.Program, given Ranges) (string, error) {
	r := given.fill(n)
	whole := p
	if p.Func(plan.Grad) == nil { // which has everything that there are limits of
		all := n
		all.Emit, all.Cache = nil, p.Cache
		var err error
		if whole, err = plan.Compile(all); err != nil {
			return "", err
		}
	}
	limits, err := bound.Of(whole, r)
	if err != nil {
		return "", err
	}
	limits = slices.DeleteFunc(limits, func(l bound.Limit) bool {
		if l.Function != plan.Grad {
			return p.Func(l.Function) == nil
		}
		return !n.Learns() && l != limits[0] // ŷ
	})
	var b strings.Builder
	targets := r.Targets.String()
	if classes(n) {
		targets += " that sum to 1"
	}
	fmt.Fprintf(&b, "rounding errors at most, for any x in %v, W in %v, b in %v and y in %s%s\n",
		r.Inputs, r.Weights, r.Biases, targets, directions(p))
	kinks := slices.ContainsFunc(limits, func(l bound.Limit) bool { return l.Apart < l.Error })
	head := []string{"result", "largest", "error"}
	if kinks {
		head = append(head, "off kinks")
	}
	rows := [][]string{append(head, fmt.Sprintf("sum of %s", plural.Of(p.Block, "sample")))}
	for _, l := range limits {
		row := []string{l.Name, atMost(l.Largest), atMost(l.Error)}
		if kinks {
			row = append(row, atMost(l.Apart))
		}
		sum := "-"
		if l.Summed {
			sum = atMost(l.Sum)
		}
		rows = append(rows, append(row, sum))
	}
	b.WriteString(table(rows))
	b.WriteString("  Each is the largest absolute value or error of any element, in any order of the sums, with or " +
		"without fused multiply-adds,\n  in portable Go and in assembly. Other ranges: -inputs, -weights, " +
		"-biases, -targets.\n")
	if kinks {
		b.WriteString("  Off kinks: where rounding takes no z to the other side of a jump of the derivative, decides " +
			"no tie of a max-pool and finds\n  no z of radial-sigmoid shorter than 1. At a kink the error may be " +
			"the jump.\n")
	}
	if slices.ContainsFunc(limits, func(l bound.Limit) bool { return math.IsInf(l.Error, 1) }) {
		b.WriteString("  No bound: a number may overflow, or a derivative is as steep as you like somewhere in these " +
			"ranges.\n")
	}
	return b.String(), nil
}

// directions says within what the directions of derivatives are.
func directions(p *plan.Program) (text string) {
	if p.Func(plan.Tangent) != nil {
		text = "; dx like x"
	}
	if p.Func(plan.HessianVector) != nil {
		text += "; v like W and b"
	}
	return text
}

// classes says whether targets are probabilities of classes.
func classes(n spec.Network) bool { return oneHot(n) && n.Cost.Name == "cross-entropy" }

// atMost is a bound in three digits, rounded up but for what is left of the roundings of its own computation.
func atMost(v float64) string {
	if math.IsInf(v, 1) {
		return "no bound"
	}
	text := func(v float64) string { return strconv.FormatFloat(v, 'g', 3, 64) }
	shown, err := strconv.ParseFloat(text(v), 64)
	if err == nil && shown < v*(1-1e-12) {
		shown += math.Pow10(int(math.Floor(math.Log10(v))) - 2)
	}
	return text(shown)
}
