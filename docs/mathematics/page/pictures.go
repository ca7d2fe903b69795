package main

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"

	"github.com/backpropgen/backpropgen/gen/expr"
)

// radialPlot shows the radial sigmoid by what depends on r = |z| alone: the length of a, and by how much the Jacobian
// stretches along z and across.
func radialPlot() (file, error) {
	r := expr.Var("r")
	length := expr.Sigmoid(r)
	origin := func(e expr.Expr) func(float64) (float64, error) { return of(expr.Where(r, e, expr.Number(0)), r) }
	return drawn("radial-sigmoid", frame{"|z|", 0, 6, 0, 3, 4 * vg.Centimeter},
		curve{name: "length of a", at: origin(length), color: valueColor, breaks: []float64{0}},
		curve{name: "Jacobian along z", at: origin(expr.D(length, r)), color: slopeColor, dashes: dashed,
			breaks: []float64{0}},
		curve{name: "Jacobian across z", at: origin(expr.Div(length, r)), color: thirdColor, dashes: dotted},
	)
}

// softmaxPlot shows the first of three outputs of softmax and of log-softmax as the first unit moves and the others are
// 0.
func softmaxPlot() (file, error) {
	probability := func(z float64) float64 { return math.Exp(z) / (math.Exp(z) + 2) }
	plain := func(f func(float64) float64) func(float64) (float64, error) {
		return func(z float64) (float64, error) { return f(z), nil }
	}
	return drawn("softmax", frame{"z₁, with z₂ = z₃ = 0", -6, 6, -5, 5, vg.Points(6)},
		curve{name: "softmax, a₁", at: plain(probability), color: valueColor},
		curve{name: "its derivative", at: plain(func(z float64) float64 {
			return probability(z) * (1 - probability(z))
		}), color: valueColor, dashes: dashed},
		curve{name: "log-softmax, a₁", at: plain(func(z float64) float64 {
			return math.Log(probability(z))
		}), color: slopeColor},
		curve{name: "its derivative", at: plain(func(z float64) float64 {
			return 1 - probability(z)
		}), color: slopeColor, dashes: dashed},
	)
}

// distances are the costs that depend on a - y alone, with their colours.
var distances = []struct {
	name  string
	color color.NRGBA
}{{"half-squared-error", valueColor}, {"mae", slopeColor}, {"huber", thirdColor}, {"log-cosh", fourthColor}}

// costPlot shows these costs, of one output.
func costPlot() (file, error) {
	return costCurves("costs", frame{"a − y", -3, 3, 0, 4, 3 * vg.Centimeter}, func(c expr.Cost) expr.Expr {
		return c.Term
	}, false)
}

// slopePlot shows their derivatives.
func slopePlot() (file, error) {
	return costCurves("cost-gradients", frame{"a − y", -3, 3, -3, 3, vg.Points(6)}, func(c expr.Cost) expr.Expr {
		return c.Grad
	}, true)
}

func costCurves(name string, f frame, what func(expr.Cost) expr.Expr, slope bool) (file, error) {
	var curves []curve
	for _, d := range distances {
		row, err := costNamed(d.name)
		if err != nil {
			return file{}, err
		}
		// y = 0, so that a is the distance.
		c := curve{name: d.name, at: of(expr.Substitute(what(row), expr.Y, expr.Number(0)), expr.A), color: d.color}
		if slope {
			c.dashes = dashed
		}
		if slope && len(row.Kinks) > 0 {
			c.breaks = []float64{0}
		}
		curves = append(curves, c)
	}
	return drawn(name, f, curves...)
}

// costNamed is the row of a cost, parameters at their defaults.
func costNamed(name string) (expr.Cost, error) {
	for _, row := range expr.Costs() {
		if row.Name == name {
			return row, nil
		}
	}
	return expr.Cost{}, fmt.Errorf("there is no cost %s", name)
}
