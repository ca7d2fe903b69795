package templates

import (
	"fmt"
	"go/format"
	"strconv"
	"strings"
)

// Team is what the file that spreads batches over several cores needs to know.
type Team struct {
	Package, Name, Prefix, Precision string
	Header                           []string
	Inputs, Outputs                  int
	// Forward, Grad and Step say which of the batch functions there are: ForwardBatch, LossBatch, StepBatch; and
	// GradBatch, with Grad or Step.
	Forward, Grad, Step, InputGrad bool
	// Weighted says that there are forms of these with weights of samples.
	Weighted bool
	// Optimizers are the types of the network's optimizers, and Spread says that their updates are shared out.
	Optimizers []string
	Spread     bool
	SpreadFrom int  // parameters for every worker that takes part in an update
	Block      int  // samples that batch functions take at a time
	Slots      int  // runs of samples that are summed up apart from one another, at most
	Descends   bool // whether ranges of the parameters go a step in assembly
}

// teamText is the text of the emitted file behind its package clause, for the network Xnet.
const teamText = `
import "github.com/backpropgen/backpropgen/team"

// XnetTeam computes batches on several goroutines, its workers. It cuts the samples into runs, at most xnetRuns, each of
// whole blocks. Every run has a sum of its own, and these are added in pairs. The number of samples alone decides on the
// runs, so the result has the same bits for any number of workers. Xnet's own functions may round differently.
//
// Functions panic before they write anything if slices differ in length. No argument may overlap p, and no result xs or
// ys. NewXnetTeam makes a team. It holds an XnetBatch for each worker and, if it forms gradients, one for each run. It
// takes one call at a time and allocates nothing. A panic in a worker comes out of the call, and the team stays usable.
// Close ends the goroutines. See package team.
type XnetTeam xnetWorkers

type xnetWorkers = team.Team[xnetTypes]

// xnetTeam is what a team shares out.
var xnetTeam = team.Network[xnetTypes]{
	Name: "Xnet", Params: XnetParams, Block: xnetBlock, Runs: xnetRuns,
	// forward {
	Forward: (*Xnet).ForwardBatch,
	// forward }
	// grad {
	Loss: (*Xnet).LossBatch,
	// grad }
	// gradient {
	Grad: (*Xnet).GradBatch,
	// gradient }
	// input_gradient {
	InputGrad: (*Xnet).InputGradBatch,
	// input_gradient }
	// weighted_loss {
	LossWeighted: (*Xnet).LossBatchWeighted,
	// weighted_loss }
	// weighted_gradient {
	GradWeighted: (*Xnet).GradBatchWeighted,
	// weighted_gradient }
	// gradient {
	Parameters: func(p *Xnet) []xnetFloat { return p.Flat()[:] },
	Gradient: func(g *XnetGrad) []xnetFloat { return g.Flat()[:] },
	// gradient }
	// descends {
	Descend: func(ps, gs []xnetFloat, rate xnetFloat, lo, hi int) bool {
		if xnetLevel > 0 {
			var g *XnetGrad // of which the method reads nothing
			g.vectorDescend((*[XnetParams]xnetFloat)(ps), (*[XnetParams]xnetFloat)(gs), &[1]xnetFloat{rate}, lo, hi)
		}
		return xnetLevel > 0
	},
	// descends }
	// spread {
	SpreadFrom: xnetSpreadFrom,
	Shares: func(o xnetOptimizer) bool {
		switch o.(type) { // no type that one is embedded in, whose Update may do more
		case *XnetSGD:
			return true
		}
		return false
	},
	Count: func(o xnetOptimizer) { o.(xnetSpread).count() },
	Part: func(o xnetOptimizer, p *Xnet, g *XnetGrad, rate xnetFloat, lo, hi int) {
		o.(xnetSpread).update(p, g, rate, lo, hi)
	},
	// spread }
}

// NewXnetTeam starts a team of at least one worker, the caller's goroutine being the first. More than xnetRuns have no
// work and are not started.
func NewXnetTeam(workers int) *XnetTeam { return (*XnetTeam)(xnetTeam.New(workers)) }

// Close ends the goroutines. Calls after it panic; closing again does nothing, nor does closing nil.
func (t *XnetTeam) Close() { xnetTeam.Close((*xnetWorkers)(t)) }

// forward {

// ForwardBatch computes ŷ of every sample: out[i] from xs[i].
func (t *XnetTeam) ForwardBatch(p *Xnet, xs []xnetX, out []xnetY) {
	xnetTeam.ForwardBatch((*xnetWorkers)(t), p, xs, out)
}

// forward }

// grad {

// LossBatch returns the sum of the losses of all samples.
func (t *XnetTeam) LossBatch(p *Xnet, xs []xnetX, ys []xnetY) xnetFloat {
	return xnetTeam.LossBatch((*xnetWorkers)(t), p, xs, ys)
}

// grad }

// gradient {

// GradBatch overwrites g with the gradient of the sum of the losses of all samples and returns that sum.
func (t *XnetTeam) GradBatch(p *Xnet, xs []xnetX, ys []xnetY, g *XnetGrad) xnetFloat {
	return xnetTeam.GradBatch((*xnetWorkers)(t), p, xs, ys, g)
}

// gradient }

// step {

// StepBatch takes one step of gradient descent on the sum of the losses of all samples, p -= rate*∇ΣL, and returns the
// sum before it.
func (t *XnetTeam) StepBatch(p *Xnet, xs []xnetX, ys []xnetY, rate xnetFloat) xnetFloat {
	return xnetTeam.StepBatch((*xnetWorkers)(t), p, xs, ys, rate)
}

// step }

// input_gradient {

// InputGradBatch computes the gradient of every sample's loss with respect to x, gxs[i] at xs[i], and returns the sum
// of the losses.
func (t *XnetTeam) InputGradBatch(p *Xnet, xs []xnetX, ys []xnetY, gxs []xnetX) xnetFloat {
	return xnetTeam.InputGradBatch((*xnetWorkers)(t), p, xs, ys, gxs)
}

// input_gradient }

// weighted_loss {

// LossBatchWeighted returns the sum of the losses of all samples, each times its weight.
func (t *XnetTeam) LossBatchWeighted(p *Xnet, xs []xnetX, ys []xnetY, weights []xnetFloat) xnetFloat {
	return xnetTeam.LossBatchWeighted((*xnetWorkers)(t), p, xs, ys, weights)
}

// weighted_loss }

// weighted_gradient {

// GradBatchWeighted overwrites g with the gradient of the sum of the losses of all samples, each times its weight, and
// returns that sum.
func (t *XnetTeam) GradBatchWeighted(p *Xnet, xs []xnetX, ys []xnetY, weights []xnetFloat, g *XnetGrad) xnetFloat {
	return xnetTeam.GradBatchWeighted((*xnetWorkers)(t), p, xs, ys, weights, g)
}

// weighted_gradient }

// weighted_step {

// StepBatchWeighted takes one step of gradient descent on the sum of the losses of all samples, each times its weight,
// p -= rate*∇ΣwL, and returns the sum before it.
func (t *XnetTeam) StepBatchWeighted(p *Xnet, xs []xnetX, ys []xnetY, weights []xnetFloat, rate xnetFloat) xnetFloat {
	return xnetTeam.StepBatchWeighted((*xnetWorkers)(t), p, xs, ys, weights, rate)
}

// weighted_step }

// optimizers {

// Update is o.Update(p, g, rate), with the same bits. Where parameters are many, the workers share them out, if o is
// one of the optimizers of this package.
func (t *XnetTeam) Update(o xnetUpdater, p *Xnet, g *XnetGrad, rate xnetFloat) {
	xnetTeam.Update((*xnetWorkers)(t), o, p, g, rate)
}

// UpdateBatch is GradBatch and Update in one call, with the same bits: it moves p by o against the sum of the gradients
// of all samples, and returns the sum of their losses before it. A worker that adds up the gradients of its parameters
// moves these at once.
func (t *XnetTeam) UpdateBatch(o xnetUpdater, p *Xnet, xs []xnetX, ys []xnetY, rate xnetFloat) xnetFloat {
	return xnetTeam.UpdateBatch((*xnetWorkers)(t), o, p, xs, ys, rate)
}

// weighted_optimizers {

// UpdateBatchWeighted is GradBatchWeighted and Update in one call, as UpdateBatch is GradBatch and Update.
func (t *XnetTeam) UpdateBatchWeighted(
	o xnetUpdater, p *Xnet, xs []xnetX, ys []xnetY, weights []xnetFloat, rate xnetFloat,
) xnetFloat {
	return xnetTeam.UpdateBatchWeighted((*xnetWorkers)(t), o, p, xs, ys, weights, rate)
}

// weighted_optimizers }

// xnetUpdater is any optimizer of Xnet.
type xnetUpdater = interface {
	Update(p *Xnet, g *XnetGrad, rate xnetFloat)
}

// spread {

type xnetOptimizer = team.Updater[Xnet, XnetGrad, xnetFloat]

// xnetSpread is what the optimizers have whose updates can be done in parts.
type xnetSpread interface {
	count()
	update(p *Xnet, g *XnetGrad, rate xnetFloat, lo, hi int)
}

// spread }

// optimizers }
`

// TeamFile returns the formatted file of a network's team.
func TeamFile(t Team) ([]byte, error) {
	gradient := t.Grad || t.Step
	text, err := keepParts(teamText, map[string]bool{
		"forward": t.Forward, "grad": t.Grad, "step": t.Step, "gradient": gradient,
		"weighted_loss": t.Weighted && t.Grad, "weighted_gradient": t.Weighted && gradient,
		"weighted_step": t.Weighted && t.Step, "weighted_optimizers": t.Weighted && len(t.Optimizers) > 0,
		"input_gradient": t.InputGrad, "optimizers": len(t.Optimizers) > 0, "spread": t.Spread,
		"descends": t.Descends,
	})
	if err != nil {
		return nil, err
	}
	// The networks that go forward alone have no type of a gradient.
	g := "struct{}"
	if gradient {
		g = t.Name + "Grad"
	}
	x, y := fmt.Sprintf("[%d]%s", t.Inputs, t.Precision), fmt.Sprintf("[%d]%s", t.Outputs, t.Precision)
	text = strings.NewReplacer(
		"*XnetSGD", "*"+strings.Join(t.Optimizers, ", *"),
		"xnetTypes", strings.Join([]string{t.Name, g, t.Name + "Batch", x, y, t.Precision}, ", "),
		"xnetFloat", t.Precision,
		"xnetX", x,
		"xnetY", y,
		"xnetRuns", strconv.Itoa(t.Slots),
		"xnetSpreadFrom", strconv.Itoa(t.SpreadFrom),
		"xnetBlock", strconv.Itoa(t.Block),
		"xnet", t.Prefix,
		"Xnet", t.Name,
	).Replace(text)
	var file strings.Builder
	for _, line := range t.Header {
		file.WriteString(strings.TrimRight(remark(line), " ") + "\n")
	}
	fmt.Fprintf(&file, "\npackage %s\n%s", t.Package, text)
	src, err := format.Source([]byte(file.String()))
	if err != nil {
		return nil, fmt.Errorf("formatting: %w", err)
	}
	return src, nil
}
