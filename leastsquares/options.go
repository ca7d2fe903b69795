package leastsquares

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"

	"github.com/backpropgen/backpropgen/internal/absent"
	"github.com/backpropgen/backpropgen/internal/plural"
)

// maxParams is the most parameters that are fitted. Each of several matrices of that many rows and columns has 512 MB.
const maxParams = 1 << 13

// Method is how steps are made.
type Method int

const (
	LevenbergMarquardt Method = iota
	// GaussNewton takes steps without damping, halved until the loss falls.
	GaussNewton
)

// Solver is how a step is computed.
type Solver int

const (
	// Auto forms JᵀHJ. If that loses too many digits, it changes to QR, for the rest of the fit.
	Auto Solver = iota
	// Cholesky forms JᵀHJ: the fastest, with half the digits.
	Cholesky
	// QR factors J itself.
	QR
)

// Options say how to fit. The zero value means Levenberg–Marquardt on half the squared error.
type Options struct {
	// Cost is what is minimised; the zero value is HalfSquaredError.
	Cost   Cost
	Method Method
	Solver Solver
	// Straight leaves the second order of steps out: see the package's comment. On most networks a fit then needs two
	// to four times as many iterations. Each of them is cheaper.
	Straight bool
	// Iterations is the largest number of iterations, including those before Start; 0 means 100.
	Iterations int
	// Weights has a weight for each sample, at least 0; nil means 1 for all. Samples of weight 0 take no part.
	Weights []float64
	// StepLimit is the most by which a step may change any parameter; 0 means no limit. Longer steps are shortened.
	StepLimit float64
	// StepLimits has such a limit for each parameter, in the order of Flat; 0 means no limit.
	StepLimits []float64
	// Workers is the number of goroutines; 0 means one for each processor. The result has the same bits for any number.
	Workers int
	// Underdetermined allows more parameters than residuals. Then damping chooses among the solutions.
	Underdetermined bool

	// Fit ends when one of three numbers is small. LossTolerance: the part of the loss by which a step lowers it, or
	// can be expected to. StepTolerance: the part of the parameters by which a step changes them; each parameter is
	// measured by the length of its column of J. GradientTolerance: the largest cosine of an angle between a column of
	// J and the residuals.
	//
	// A step with more damping than at the start of a fit is short, and does not end the fit by what it lowers. A step
	// that a limit shortens does not end it by what it lowers, nor by its length.
	//
	// 0 means the default: 1e-12, 1e-10 and 1e-10 for networks of float64, and 1e-7, 1e-7 and 1e-6 for those of
	// float32.
	LossTolerance, StepTolerance, GradientTolerance float64

	// Start continues an earlier fit; Result and Iteration have the State to put here. If the parameters are as they
	// were then, and all else is equal, the result has the same bits as if the fit had not stopped.
	Start State

	// OnIteration is called after every iteration. The network is as the iteration left it. ErrStop ends the fit
	// without an error. Fit returns any other error.
	OnIteration func(Iteration) error
}

// ErrStop is what OnIteration returns to end the fit there.
var ErrStop = errors.New("stop fitting here")

// State is what a fit continues from. The zero value begins anew.
type State struct {
	// Iteration is the number of iterations made.
	Iteration int
	// Damping is μ. A step that fails multiplies it by Growth.
	Damping, Growth float64
	// Scale has the largest length so far of each column of J.
	Scale []float64
	// QR says that Auto has changed to QR.
	QR bool
}

// withDefaults fills in what is 0.
func (o Options) withDefaults(single bool) Options {
	or := func(v *float64, double, float float64) {
		if *v == 0 {
			*v = double
			if single {
				*v = float
			}
		}
	}
	or(&o.LossTolerance, 1e-12, 1e-7)
	or(&o.StepTolerance, 1e-10, 1e-7)
	or(&o.GradientTolerance, 1e-10, 1e-6)
	if o.Cost.term == nil && o.Cost.wrong == "" {
		o.Cost = HalfSquaredError
	}
	if o.Iterations == 0 {
		o.Iterations = 100
	}
	if o.Workers == 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	return o
}

// check finds all that cannot be fitted with, before anything is touched.
func (o Options) check(ctx context.Context, samples, targets, outputs, params int) error {
	var errs []error
	refuse := func(bad bool, format string, args ...any) {
		if bad {
			errs = append(errs, fmt.Errorf("leastsquares: "+format, args...))
		}
	}
	refuse(ctx == nil || absent.Pointer(ctx), "the context is nil; give context.Background()")
	refuse(params > maxParams, "%s are too many: a matrix of them would take %.1f GB; leastsquares takes at "+
		"most %d, train any number", plural.Of(params, "parameter"), 8e-9*float64(params)*float64(params), maxParams)
	refuse(o.Cost.wrong != "", "%s", o.Cost.wrong)
	refuse(samples != targets, "%s and %s; every sample needs one of each", plural.Of(samples, "input"),
		plural.Of(targets, "target"))
	refuse(samples == 0 && targets == 0, "there are no samples to fit")
	used := samples
	if o.Weights != nil {
		refuse(len(o.Weights) != samples, "%s for %s; give one for each", plural.Of(len(o.Weights), "weight"),
			plural.Of(samples, "sample"))
		for i, w := range o.Weights {
			if w == 0 {
				used--
			}
			if !(w >= 0) || math.IsInf(w, 0) {
				refuse(true, "Options.Weights[%d] is %v; a weight is a number of at least 0", i, w)
				break
			}
		}
		refuse(used <= 0 && samples > 0, "all weights are 0; there is nothing to fit")
	}
	refuse(samples > 0 && used > 0 && used*outputs < params && !o.Underdetermined,
		"%s and only %s, %s of %s; give more samples, or a smaller network, or set "+
			"Options.Underdetermined", plural.Of(params, "parameter"), plural.Of(used*outputs, "residual"),
		plural.Of(outputs, "output"), plural.Of(used, "sample"))
	refuse(o.Method != LevenbergMarquardt && o.Method != GaussNewton,
		"Options.Method is %d; use LevenbergMarquardt or GaussNewton", o.Method)
	refuse(o.Solver < Auto || o.Solver > QR, "Options.Solver is %d; use Auto, Cholesky or QR", o.Solver)
	refuse(o.Iterations < 1, "Options.Iterations is %d; give the most there may be, or 0 for 100", o.Iterations)
	refuse(o.Workers < 1, "Options.Workers is %d; give the number of goroutines, or 0 for all processors", o.Workers)
	refuse(!(o.StepLimit >= 0) || math.IsInf(o.StepLimit, 0),
		"Options.StepLimit is %v; give the most that a step may change, or 0 for no limit", o.StepLimit)
	refuse(o.StepLimits != nil && len(o.StepLimits) != params, "%s for %s; give one for each",
		plural.Of(len(o.StepLimits), "StepLimit"), plural.Of(params, "parameter"))
	for i, v := range o.StepLimits {
		if !(v >= 0) || math.IsInf(v, 0) {
			refuse(true, "Options.StepLimits[%d] is %v; give the most that a step may change, or 0 for no limit", i, v)
			break
		}
	}
	for name, v := range map[string]float64{
		"LossTolerance": o.LossTolerance, "StepTolerance": o.StepTolerance, "GradientTolerance": o.GradientTolerance,
	} {
		refuse(!(v > 0 && v < 1), "Options.%s is %v; give a part of 1, or 0 for the default", name, v)
	}
	refuse(!o.Start.goesOn(params),
		"Options.Start does not come from a fit of this network; copy the State of a Result or an Iteration whole, or "+
			"leave it out")
	return errors.Join(errs...)
}

// goesOn says whether a fit of so many parameters can go on with a state: one that a fit has left, none, or one that
// says with which damping to begin.
func (s State) goesOn(params int) bool {
	if s.Iteration == 0 && s.Damping == 0 && s.Growth == 0 && s.Scale == nil && !s.QR {
		return true
	}
	positive := func(v float64) bool { return v > 0 && v <= math.MaxFloat64 }
	return s.Iteration >= 0 && positive(s.Damping) && positive(s.Growth) &&
		(len(s.Scale) == params || s.Scale == nil && s.Iteration == 0) &&
		!slices.ContainsFunc(s.Scale, func(v float64) bool { return v != 0 && !positive(v) })
}
