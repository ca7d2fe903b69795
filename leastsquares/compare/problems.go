package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os/exec"
	"strconv"
	"strings"

	"github.com/backpropgen/backpropgen/spec"
)

// problem is one network with samples.
type problem struct {
	name, says string
	// hidden are the widths of the layers between, of tanh; the last layer is linear.
	hidden []int
	// data returns the samples, inputs and targets, each of one length.
	data func(python string) (xs, ys [][]float64, err error)
}

// problems are fits that people have: a curve, a border between classes, a robot's kinematics, a forecast, and data of
// patients.
var problems = []problem{
	{"curve", "three bumps with noise, the function of NIST's Gauss1", []int{8}, curve},
	{"spirals", "two spirals, targets ±1", []int{12, 8}, spirals},
	{"arm", "where the hand of an arm of three links is", []int{12, 10}, arm},
	{"chaos", "the Mackey–Glass series, six steps ahead of four values", []int{12, 8}, chaos},
	{"diabetes", "442 patients, ten measurements, progress of the disease", []int{8}, diabetes},
}

// network is the spec of the problem's network.
func (p problem) network(inputs, outputs int) spec.Network {
	n := spec.Network{Name: strings.ToUpper(p.name[:1]) + p.name[1:], Precision: "float64", Input: inputs}
	for _, width := range p.hidden {
		n.Layers = append(n.Layers, spec.Layer{Dense: width, Activation: spec.Function{Name: "tanh"}})
	}
	n.Layers = append(n.Layers, spec.Layer{Dense: outputs})
	n.Cost = spec.Function{Name: "half-squared-error"}
	n.Optimizers = []spec.Optimizer{spec.Adam}
	n.Derivatives = []spec.Derivative{spec.DeriveParameterJacobian}
	n.Emit = []spec.Part{spec.EmitForward, spec.EmitGrad, spec.EmitStep, spec.EmitBatch}
	return n
}

// curve has the range that networks like: inputs from -1 to 1, targets about 1.
func curve(string) (xs, ys [][]float64, _ error) {
	random := rand.New(rand.NewPCG(1, 1))
	bump := func(height, at, width, x float64) float64 { return height * math.Exp(-(x-at)*(x-at)/(width*width)) }
	for i := range 250 {
		x := float64(i + 1)
		y := 98.8*math.Exp(-0.0105*x) + bump(100.5, 67.5, 23.1, x) + bump(72, 179, 18.4, x) + 2.5*random.NormFloat64()
		xs, ys = append(xs, []float64{(x - 125.5) / 125}), append(ys, []float64{y / 50})
	}
	return xs, ys, nil
}

func spirals(string) (xs, ys [][]float64, _ error) {
	for i := range 97 {
		angle, radius := float64(i)*math.Pi/16, (104-float64(i))/104
		x, y := radius*math.Sin(angle), radius*math.Cos(angle)
		xs, ys = append(xs, []float64{x, y}, []float64{-x, -y}), append(ys, []float64{1}, []float64{-1})
	}
	return xs, ys, nil
}

func arm(string) (xs, ys [][]float64, _ error) {
	random := rand.New(rand.NewPCG(2, 1))
	links := []float64{1, 0.7, 0.4}
	for range 600 {
		var angles []float64
		var hand [2]float64
		sum := 0.0
		for _, length := range links {
			turn := 2*random.Float64() - 1
			angles = append(angles, turn)
			sum += turn * math.Pi / 2
			hand[0] += length * math.Cos(sum)
			hand[1] += length * math.Sin(sum)
		}
		xs, ys = append(xs, angles), append(ys, hand[:])
	}
	return xs, ys, nil
}

// chaos is Mackey and Glass's equation with a lag of 17, by steps of Euler of a tenth.
func chaos(string) (xs, ys [][]float64, _ error) {
	const perStep, lag, warm, samples = 10, 17, 200, 1000
	var series []float64
	past := make([]float64, lag*perStep+1)
	for i := range past {
		past[i] = 1.2
	}
	for i := range (warm + samples + 24) * perStep {
		last, late := past[len(past)-1], past[0]
		past = append(past[1:], last+(0.2*late/(1+math.Pow(late, 10))-0.1*last)/perStep)
		if i%perStep == 0 {
			series = append(series, past[len(past)-1]-0.9)
		}
	}
	series = series[warm:]
	for i := range samples {
		xs = append(xs, []float64{series[i], series[i+6], series[i+12], series[i+18]})
		ys = append(ys, []float64{series[i+24]})
	}
	return xs, ys, nil
}

// diabetes is the data of Efron, Hastie, Johnstone and Tibshirani, Least Angle Regression (2004), as scikit-learn has
// it. It is not part of this repository.
func diabetes(python string) (xs, ys [][]float64, err error) {
	const script = `
import sys
from sklearn.datasets import load_diabetes
d = load_diabetes()
for x, y in zip(d.data, d.target):
    print(",".join(repr(float(v)) for v in [*(x * 21), (y - d.target.mean()) / d.target.std()]))`
	if python == "" {
		return nil, nil, &missingError{"the data comes with scikit-learn, and there is no Python"}
	}
	cmd := exec.Command(python, "-c", script)
	cmd.Stderr = io.Discard
	out, err := cmd.Output()
	if err != nil {
		return nil, nil, &missingError{"the data comes with scikit-learn, which " + python + " does not have"}
	}
	rows, err := csv.NewReader(strings.NewReader(string(out))).ReadAll()
	if err != nil {
		return nil, nil, err
	}
	for _, row := range rows {
		v := make([]float64, len(row))
		for i, text := range row {
			if v[i], err = strconv.ParseFloat(text, 64); err != nil {
				return nil, nil, fmt.Errorf("diabetes: %w", err)
			}
		}
		xs, ys = append(xs, v[:len(v)-1]), append(ys, v[len(v)-1:])
	}
	return xs, ys, nil
}

// missingError says what a problem lacks here.
type missingError struct{ what string }

func (e *missingError) Error() string { return e.what }
