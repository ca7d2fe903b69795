package train

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/backpropgen/backpropgen/internal/plural"
)

// weighing is a team that takes weights of samples, as that of a network with sample_weights does. What it computes is
// of losses that are multiplied by them.
type weighing[P, G, X, Y any, F Float] interface {
	LossBatchWeighted(p *P, xs []X, ys []Y, weights []F) F
	GradBatchWeighted(p *P, xs []X, ys []Y, weights []F, g *G) F
	StepBatchWeighted(p *P, xs []X, ys []Y, weights []F, rate F) F
}

type weighingNetwork[G, B, X, Y any, F Float] interface {
	LossBatchWeighted(b *B, xs []X, ys []Y, weights []F) F
	GradBatchWeighted(b *B, xs []X, ys []Y, weights []F, g *G) F
	StepBatchWeighted(b *B, xs []X, ys []Y, weights []F, rate F) F
}

func (s solo[N, P, G, B, A, X, Y, F]) weighing(p *P) weighingNetwork[G, B, X, Y, F] {
	n, _ := any(N(p)).(weighingNetwork[G, B, X, Y, F])
	return n
}

// weighs says whether the network takes weights.
func (s solo[N, P, G, B, A, X, Y, F]) weighs() bool { return s.weighing(nil) != nil }

func (s solo[N, P, G, B, A, X, Y, F]) LossBatchWeighted(p *P, xs []X, ys []Y, weights []F) F {
	return s.weighing(p).LossBatchWeighted(s.b, xs, ys, weights)
}

func (s solo[N, P, G, B, A, X, Y, F]) GradBatchWeighted(p *P, xs []X, ys []Y, weights []F, g *G) F {
	return s.weighing(p).GradBatchWeighted(s.b, xs, ys, weights, g)
}

func (s solo[N, P, G, B, A, X, Y, F]) StepBatchWeighted(p *P, xs []X, ys []Y, weights []F, rate F) F {
	return s.weighing(p).StepBatchWeighted(s.b, xs, ys, weights, rate)
}

// weighted says whether samples are weighted.
func (o Options) weighted() bool { return o.Weights != nil || o.ClassWeights != nil }

// weights are those of all samples and of those of ValidateOn, nil without any; or what is wrong with them.
func (t *Trainer[P, G, X, Y, F]) weights(o Options, ys []Y) (of, valid []float64, err error) {
	if !o.weighted() {
		return nil, nil, nil
	}
	var errs []error
	refuse := func(format string, args ...any) { errs = append(errs, fmt.Errorf("train: "+format, args...)) }
	team := t.team()
	_, ok := team.(weighing[P, G, X, Y, F])
	if s, alone := team.(interface{ weighs() bool }); alone {
		ok = s.weighs()
	}
	if !ok {
		refuse("Options.Weights and ClassWeights need LossBatchWeighted, GradBatchWeighted and StepBatchWeighted, which " +
			"the network or the team does not have; write sample_weights: true into the spec, and generate it again")
	}
	if o.Weights != nil && len(o.Weights) != len(ys) {
		refuse("Options.Weights has %s for %s; give one for each", plural.Of(len(o.Weights), "weight"),
			plural.Of(len(ys), "sample"))
	}
	refuseWeights(refuse, "Weights", "sample", o.Weights)
	refuseWeights(refuse, "ClassWeights", "class", o.ClassWeights)
	classes := max(rowOf(new(Y)).len(), 2)
	if o.ClassWeights != nil && len(o.ClassWeights) != classes {
		refuse("Options.ClassWeights has %s; the network has %s", plural.Of(len(o.ClassWeights), "weight"),
			plural.Of(classes, "class"))
	}
	if len(errs) > 0 {
		return nil, nil, errors.Join(errs...)
	}
	if of, err = o.classWeights(o.Weights, len(ys), func(i int) row { return rowOf(&ys[i]) }, "sample"); err != nil {
		return nil, nil, err
	}
	valid, err = o.classWeights(nil, len(t.validYs), func(i int) row {
		return rowOf(&t.validYs[i])
	}, "validation sample")
	return of, valid, err
}

// refuseWeights refuses weights that are negative or not finite: the first of each list.
func refuseWeights(refuse func(format string, args ...any), field, of string, weights []float64) {
	if i := slices.IndexFunc(weights, func(w float64) bool { return !(w >= 0) || math.IsInf(w, 1) }); i >= 0 {
		refuse("Options.%s is %v for %s %d; a weight must be finite and not negative", field, weights[i], of, i)
	}
}

// classWeights are the weights of n samples, each times that of its class. given is nil where all are 1.
func (o Options) classWeights(given []float64, n int, target func(i int) row, part string) ([]float64, error) {
	weights := slices.Clone(given)
	if given == nil {
		weights = slices.Repeat([]float64{1}, n)
	}
	if o.ClassWeights == nil {
		return weights, nil
	}
	for i := range weights {
		if weights[i] == 0 {
			continue
		}
		class := target(i).class()
		if class < 0 {
			return nil, fmt.Errorf("train: the target of %s %d has a NaN, and so no class to weight it by", part, i)
		}
		weights[i] *= o.ClassWeights[class]
	}
	return weights, nil
}

// normal returns the weights of some samples, those that are 0 left out, divided by their mean; index has the numbers
// of the samples. So a mean over a whole epoch is the sum divided by the number of samples, and a sample counts the
// same in whatever batch it comes.
func normal[F Float](weights []float64, index []int) (kept []int, of []F, err error) {
	largest, sum := 0.0, 0.0
	for _, i := range index {
		if weights[i] > 0 {
			kept, largest = append(kept, i), max(largest, weights[i])
		}
	}
	if len(kept) == 0 {
		return nil, nil, errors.New("every weight is 0, so that there is nothing to learn from; give some samples another weight")
	}
	for _, i := range kept {
		sum += weights[i] / largest / float64(len(kept)) // no sum overflows
	}
	for _, i := range kept {
		w := F(weights[i] / largest / sum)
		if !finite(w) {
			return nil, nil, fmt.Errorf("the weight of sample %d, %v, is too large beside the others", i, weights[i])
		}
		of = append(of, w)
	}
	return kept, of, nil
}

// weigh sets the weights of a run, and leaves out of it the samples whose weight is 0.
func (r *run[P, G, X, Y, F]) weigh(weights, valid []float64, held []int) ([]int, error) {
	if weights == nil {
		return held, nil
	}
	part, of, err := normal[F](weights, r.part)
	if err != nil {
		return nil, fmt.Errorf("train: the training part: %w", err)
	}
	r.part, r.weights = part, make([]F, len(weights))
	for k, i := range part {
		r.weights[i] = of[k]
	}
	if len(held) > 0 {
		if held, r.held.weights, err = normal[F](weights, held); err != nil {
			return nil, fmt.Errorf("train: the validation part: %w", err)
		}
	}
	if len(valid) > 0 {
		all := make([]int, len(valid))
		for i := range all {
			all[i] = i
		}
		kept, of, err := normal[F](valid, all)
		if err != nil {
			return nil, fmt.Errorf("train: the samples of ValidateOn: %w", err)
		}
		xs, ys := make([]X, len(kept)), make([]Y, len(kept))
		gather(xs, r.held.xs, kept)
		gather(ys, r.held.ys, kept)
		r.held = samples[X, Y, F]{xs: xs, ys: ys, weights: of, index: kept}
	}
	return held, nil
}

// lossBatch, gradBatch and stepBatch are the team's functions, with the weights of the samples where there are any.

func (r *run[P, G, X, Y, F]) lossBatch(xs []X, ys []Y, weights []F) F {
	if weights == nil {
		return r.team.LossBatch(r.t.net, xs, ys)
	}
	return r.team.(weighing[P, G, X, Y, F]).LossBatchWeighted(r.t.net, xs, ys, weights)
}

func (r *run[P, G, X, Y, F]) gradBatch(xs []X, ys []Y, weights []F) F {
	if weights == nil {
		return r.team.GradBatch(r.t.net, xs, ys, r.t.g)
	}
	return r.team.(weighing[P, G, X, Y, F]).GradBatchWeighted(r.t.net, xs, ys, weights, r.t.g)
}

func (r *run[P, G, X, Y, F]) stepBatch(xs []X, ys []Y, weights []F, rate F) F {
	if weights == nil {
		return r.team.StepBatch(r.t.net, xs, ys, rate)
	}
	return r.team.(weighing[P, G, X, Y, F]).StepBatchWeighted(r.t.net, xs, ys, weights, rate)
}

// slice are the weights from one sample to before another, nil where there are none.
func slice[F Float](weights []F, from, to int) []F {
	if weights == nil {
		return nil
	}
	return weights[from:to]
}
