package train

import (
	"errors"
	"fmt"
	"math"

	"github.com/backpropgen/backpropgen/internal/plural"
)

// Metric measures the outputs of a network against the targets of the same samples. Accuracy, R2, MAE and RMSE are
// metrics.
type Metric[Y any] func(outputs, targets []Y) (float64, error)

// Measure is the value of a metric.
type Measure struct {
	Name  string
	Value float64
}

// named is a metric by the name it is reported under.
type named[Y any] struct {
	name   string
	metric Metric[Y]
}

// Report makes Fit measure the outputs after every epoch: on the validation part, or on the training data if there is
// none. Metrics are not weighted, but samples of weight 0 are left out. [Epoch.Metrics] has the results in the order of
// the calls:
//
//	t.Report("accuracy", train.Accuracy)
//
// An error of the metric ends the training.
func (t *Trainer[P, G, X, Y, F]) Report(name string, metric Metric[Y]) {
	if t == nil {
		panic("train: Report was called with a nil Trainer; make one with New")
	}
	t.metrics = append(t.metrics, named[Y]{name, metric})
}

// Accuracy is the fraction of the samples whose predicted class is right, from 0 to 1. [Confuse] says what the class
// is. An output with a NaN counts as wrong. A target with a NaN is an error.
func Accuracy[Y any](outputs, targets []Y) (float64, error) {
	c, err := Confuse(outputs, targets)
	if err != nil {
		return 0, err
	}
	return c.Accuracy(), nil
}

// R2 is the coefficient of determination, 1 - Σ(y-a)²/Σ(y-ȳ)² of outputs a and targets y with mean ȳ. It is computed
// for each output by itself; the result is the mean of these. It is 1 if every prediction is exact, 0 if the outputs
// are as good as the mean, and negative if they are worse. It is NaN if an output is, or if all targets of an output
// are equal. A target that is not finite is an error.
func R2[Y any](outputs, targets []Y) (float64, error) {
	p, err := finitePair(outputs, targets)
	if err != nil {
		return 0, err
	}
	sum := 0.0
	for i := range p.width {
		sum += p.r2(i)
	}
	return sum / float64(p.width), nil
}

// r2 is R2 of one output.
func (p paired) r2(i int) float64 {
	n := float64(len(p.targets))
	mean, rest := 0.0, 0.0
	for _, t := range p.targets {
		mean += t.at(i) / n
	}
	for _, t := range p.targets { // what rounding took from the mean
		rest += (t.at(i) - mean) / n
	}
	mean += rest
	largest, varies := 0.0, false
	for _, t := range p.targets {
		largest = max(largest, math.Abs(t.at(i)-mean))
		varies = varies || t.at(i) != p.targets[0].at(i) // rounding is no variance
	}
	if !varies {
		return math.NaN()
	}
	unexplained, all := 0.0, 0.0 // in units of largest², so that no square overflows or vanishes
	for k, t := range p.targets {
		d, m := (t.at(i)-p.outputs[k].at(i))/largest, (t.at(i)-mean)/largest
		unexplained, all = unexplained+d*d, all+m*m
	}
	return 1 - unexplained/all
}

// MAE is the mean of |a - y| over all outputs of all samples. It is NaN where an output is. A target that is not finite
// is an error.
func MAE[Y any](outputs, targets []Y) (float64, error) {
	p, err := finitePair(outputs, targets)
	if err != nil {
		return 0, err
	}
	mean, n := 0.0, float64(len(p.targets)*p.width)
	for k, t := range p.targets {
		for i := range p.width {
			mean += math.Abs(p.outputs[k].at(i)-t.at(i)) / n
		}
	}
	return mean, nil
}

// RMSE is the square root of the mean of (a - y)² over all outputs of all samples. It is NaN where an output is. A
// target that is not finite is an error.
func RMSE[Y any](outputs, targets []Y) (float64, error) {
	p, err := finitePair(outputs, targets)
	if err != nil {
		return 0, err
	}
	largest := 0.0
	for k, t := range p.targets {
		for i := range p.width {
			d := math.Abs(p.outputs[k].at(i) - t.at(i))
			if d != d {
				return d, nil
			}
			largest = max(largest, d)
		}
	}
	if largest == 0 || math.IsInf(largest, 0) {
		return largest, nil
	}
	sum := 0.0 // in units of largest², so that no square overflows or vanishes
	for k, t := range p.targets {
		for i := range p.width {
			d := (p.outputs[k].at(i) - t.at(i)) / largest
			sum += d * d
		}
	}
	return largest * math.Sqrt(sum/float64(len(p.targets)*p.width)), nil
}

// paired are outputs and targets as numbers.
type paired struct {
	outputs, targets []row
	width            int
}

// pair views outputs and targets, of which there must be as many, and at least one.
func pair[Y any](outputs, targets []Y) (paired, error) {
	if len(outputs) != len(targets) {
		return paired{}, fmt.Errorf("train: %s and %s; every sample has one of each", plural.Of(len(outputs), "output"),
			plural.Of(len(targets), "target"))
	}
	if len(targets) == 0 {
		return paired{}, errors.New("train: there are no samples to measure")
	}
	o, width, err := rowsOf(outputs)
	if err != nil {
		return paired{}, err
	}
	t, _, err := rowsOf(targets)
	return paired{o, t, width}, err
}

// finitePair is pair, and refuses targets that are not finite.
func finitePair[Y any](outputs, targets []Y) (paired, error) {
	p, err := pair(outputs, targets)
	if err != nil {
		return p, err
	}
	for k, t := range p.targets {
		for i := range p.width {
			if v := t.at(i); !finite(v) {
				return p, fmt.Errorf("train: target %d of sample %d is %v; it must be finite", i, k, v)
			}
		}
	}
	return p, nil
}

// forwarding is a team that computes outputs, as emitted ones do.
type forwarding[P, X, Y any] interface {
	ForwardBatch(p *P, xs []X, out []Y)
}

// ForwardBatch computes outputs, where the network has ForwardBatch.
func (s solo[N, P, G, B, A, X, Y, F]) ForwardBatch(p *P, xs []X, out []Y) {
	any(N(p)).(forwardingNetwork[B, X, Y]).ForwardBatch(s.b, xs, out)
}

// forwards says whether the network has ForwardBatch.
func (s solo[N, P, G, B, A, X, Y, F]) forwards() bool {
	_, ok := any(N(nil)).(forwardingNetwork[B, X, Y])
	return ok
}

type forwardingNetwork[B, X, Y any] interface {
	ForwardBatch(b *B, xs []X, out []Y)
}

// checkMetrics finds metrics that cannot be measured, before anything is touched.
func (t *Trainer[P, G, X, Y, F]) checkMetrics() error {
	if len(t.metrics) == 0 {
		return nil
	}
	var errs []error
	said := map[string]bool{}
	for _, m := range t.metrics {
		switch {
		case m.name == "":
			errs = append(errs, errors.New("train: Report was called without a name"))
		case m.metric == nil:
			errs = append(errs, fmt.Errorf("train: Report was called with a nil metric %q", m.name))
		case said[m.name]:
			errs = append(errs, fmt.Errorf("train: Report was called twice for %q", m.name))
		}
		said[m.name] = true
	}
	team := t.team()
	_, ok := team.(forwarding[P, X, Y])
	if s, alone := team.(interface{ forwards() bool }); alone {
		ok = s.forwards()
	}
	if !ok {
		errs = append(errs, errors.New("train: metrics need ForwardBatch, which the network or the team does not have"))
	}
	return errors.Join(errs...)
}

// measure completes e with the metrics.
func (r *run[P, G, X, Y, F]) measure(e *Epoch) error {
	if len(r.t.metrics) == 0 {
		return nil
	}
	if r.measured.xs == nil {
		r.measured = r.held
		if len(r.held.xs) == 0 {
			r.measured.xs, r.measured.ys = r.xs, r.ys
		}
		if len(r.held.xs) == 0 && len(r.part) < len(r.xs) {
			r.measured.xs, r.measured.ys = make([]X, len(r.part)), make([]Y, len(r.part))
			gather(r.measured.xs, r.xs, r.part)
			gather(r.measured.ys, r.ys, r.part)
		}
		r.outputs = make([]Y, len(r.measured.xs))
	}
	xs, ys := r.measured.xs, r.measured.ys
	r.team.(forwarding[P, X, Y]).ForwardBatch(r.t.net, xs, r.outputs)
	for _, m := range r.t.metrics {
		v, err := m.metric(r.outputs, ys)
		if err != nil {
			return fmt.Errorf("train: the metric %s after epoch %d: %w", m.name, e.Number, err)
		}
		e.Metrics = append(e.Metrics, Measure{m.name, v})
	}
	return nil
}
