//go:build strict

package verify

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/backpropgen/backpropgen/generated/digits"
	"github.com/backpropgen/backpropgen/generated/strict"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/judge"
)

type (
	exactX      = [strict.ExactInputs]float32
	exactY      = [strict.ExactOutputs]float32
	exactKernel = Kernel[strict.Exact, strict.ExactGrad, strict.ExactWorkspace, strict.ExactBatch, exactX, exactY,
		float32]
)

// exactNetwork is the network of generated/strict/exact.yaml and its functions, which keep the order of sums.
func exactNetwork(t *testing.T) (spec.Network, exactKernel) {
	t.Helper()
	n, err := spec.DecodeFile("../generated/strict/exact.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return n.WithDefaults(), exactKernel{
		Init: (*strict.Exact).Init, Forward: (*strict.Exact).Forward, Loss: (*strict.Exact).Loss,
		Backward: (*strict.Exact).Backward,
		Grad:     (*strict.Exact).Grad, Step: (*strict.Exact).Step, InputGrad: (*strict.ExactWorkspace).InputGrad,
		ForwardBatch: (*strict.Exact).ForwardBatch, LossBatch: (*strict.Exact).LossBatch,
		GradBatch: (*strict.Exact).GradBatch,
		StepBatch: (*strict.Exact).StepBatch, InputGradBatch: (*strict.Exact).InputGradBatch,
		Norm: (*strict.ExactGrad).Norm, Clip: (*strict.ExactGrad).Clip, Scale: (*strict.ExactGrad).Scale,
	}
}

// bump moves a number to its neighbour.
func bump(v *float32) { *v = math.Nextafter32(*v, 4) }

// order judges the order of a kernel's sums. What else a kernel must have it need not.
func order[P, G, W, B, X, Y any, F Float](n spec.Network, report *finding.Report, k Kernel[P, G, W, B, X, Y, F]) {
	m, err := machineOf(n, k)
	if report.Failed(err) {
		return
	}
	judge.CheckOrder(&judge.Kernel[F]{
		Network: n, Report: report, Machine: m,
		Batch: func(largest int) *judge.BatchMachine[F] { return newKernelBatches(k, largest) },
	})
}

// TestOrder: functions that keep the order are accepted, others are found, whichever sum it is.
func TestOrder(t *testing.T) {
	n, right := exactNetwork(t)
	report := &finding.Report{}
	if order(n, report, right); report.Finish().Err() != nil {
		t.Fatal(report.Err())
	}
	type (
		P = strict.Exact
		G = strict.ExactGrad
		W = strict.ExactWorkspace
		B = strict.ExactBatch
	)
	for i, m := range []struct {
		mutant
		spoil func(k *exactKernel)
	}{
		{mutant{flaw: "an output is its neighbour", call: "ForwardBatch", quantity: "ŷ["}, func(k *exactKernel) {
			k.ForwardBatch = func(p *P, b *B, xs []exactX, out []exactY) {
				right.ForwardBatch(p, b, xs, out)
				bump(&out[1][1])
			}
		}},
		{mutant{flaw: "z is its neighbour", call: "Grad", quantity: "Z2["}, func(k *exactKernel) {
			k.Grad = func(p *P, ws *W, x *exactX, y *exactY, g *G) float32 {
				loss := right.Grad(p, ws, x, y, g)
				for _, f := range fieldsOfExact(ws) {
					if f.Letter == 'Z' || f.Letter == 'A' && f.Block.Layer == 1 {
						bump(&f.View[2])
					}
				}
				return loss
			}
		}},
		{mutant{flaw: "an element of the gradient is its neighbour", call: "Grad", quantity: "∂L/∂W2["},
			func(k *exactKernel) {
				k.Grad = func(p *P, ws *W, x *exactX, y *exactY, g *G) float32 {
					loss := right.Grad(p, ws, x, y, g)
					bump(&g.W2[1][0])
					return loss
				}
			}},
		{mutant{flaw: "gradients are summed backwards", call: "GradBatch", quantity: "∂L/∂W1["}, func(k *exactKernel) {
			k.GradBatch = func(p *P, b *B, xs []exactX, ys []exactY, g *G) float32 {
				xs, ys = slices.Clone(xs), slices.Clone(ys)
				slices.Reverse(xs)
				slices.Reverse(ys)
				return right.GradBatch(p, b, xs, ys, g)
			}
		}},
		{mutant{flaw: "a step is fused", call: "StepBatch", quantity: "W1["}, func(k *exactKernel) {
			k.StepBatch = func(p *P, b *B, xs []exactX, ys []exactY, rate float32) float32 {
				var g G
				loss := right.GradBatch(p, b, xs, ys, &g)
				for i, v := range g.Flat() {
					p.Flat()[i] = float32(float64(p.Flat()[i]) - float64(rate)*float64(v))
				}
				return loss
			}
		}},
		{mutant{flaw: "the input's gradient is its neighbour", call: "InputGradBatch", quantity: "∂L/∂x["},
			func(k *exactKernel) {
				k.InputGradBatch = func(p *P, b *B, xs []exactX, ys []exactY, gxs []exactX) float32 {
					loss := right.InputGradBatch(p, b, xs, ys, gxs)
					bump(&gxs[2][0])
					return loss
				}
			}},
		{mutant{flaw: "the input's gradient is its neighbour", call: "Grad", quantity: "∂L/∂x["}, func(k *exactKernel) {
			k.InputGrad = func(ws *W) *exactX { v := right.InputGrad(ws); bump(&v[1]); return v }
		}},
	} {
		if testing.Short() && i%6 != 0 {
			continue // -short has one in six
		}
		k := right
		m.spoil(&k)
		m.says = "promises the order of sums"
		report := &finding.Report{}
		order(n, report, k)
		m.judged(t, reportOf(report))
	}

	// Functions of rounding: fast have another order.
	fast, err := spec.DecodeFile("../generated/digits/digits.yaml")
	if err != nil {
		t.Fatal(err)
	}
	fast.Rounding = spec.RoundingStrict
	report = &finding.Report{}
	order(fast.WithDefaults(), report, Kernel[
		digits.Digits, digits.DigitsGrad, digits.DigitsWorkspace, digits.DigitsBatch, [digits.DigitsInputs]float32,
		[digits.DigitsOutputs]float32, float32,
	]{
		Forward: (*digits.Digits).Forward, Grad: (*digits.Digits).Grad, ForwardBatch: (*digits.Digits).ForwardBatch,
		GradBatch: (*digits.Digits).GradBatch, StepBatch: (*digits.Digits).StepBatch,
	})
	if err := report.Finish().Err(); err == nil || !strings.Contains(err.Error(), "promises the order of sums") {
		t.Errorf("rounding: fast passes for strict: %v", err)
	}
}

// fieldsOfExact are the documented fields of a workspace.
func fieldsOfExact(ws *strict.ExactWorkspace) []judge.Field[float32] {
	n, err := spec.DecodeFile("../generated/strict/exact.yaml")
	if err != nil {
		return nil
	}
	fields, _ := judge.FieldsOf[float32](n.WithDefaults(), reflect.TypeFor[strict.ExactWorkspace](), unsafe.Pointer(ws))
	return fields
}

// TestLevelsAgree: the same functions at every level are accepted; at one level a single last bit, or the sign of a
// zero, is found in every function.
func TestLevelsAgree(t *testing.T) {
	n, right := exactNetwork(t)
	level := ""
	levels := func(test func(level string)) {
		for _, level = range []string{"portable", "one", "two"} {
			test(level)
		}
	}
	if err := CheckLevels(n, right, levels).Err(); err != nil {
		t.Fatal(err)
	}
	type (
		P = strict.Exact
		G = strict.ExactGrad
		W = strict.ExactWorkspace
		B = strict.ExactBatch
	)
	k := right
	spoilt := ""
	loss := func(call string, v float32) float32 {
		if spoilt == call+" loss" && level == "two" {
			bump(&v)
		}
		return v
	}
	last := func(call string, v []float32) {
		if spoilt == call && level == "one" {
			bump(&v[len(v)-1])
		}
	}
	k.Forward = func(p *P, ws *W, x *exactX) *exactY { v := right.Forward(p, ws, x); last("Forward", v[:]); return v }
	k.Loss = func(p *P, ws *W, x *exactX, y *exactY) float32 { return loss("Loss", right.Loss(p, ws, x, y)) }
	k.Backward = func(p *P, ws *W, x *exactX, y *exactY, g *G) float32 {
		defer func() { last("Backward", g.Flat()[:]) }()
		return loss("Backward", right.Backward(p, ws, x, y, g))
	}
	k.Grad = func(p *P, ws *W, x *exactX, y *exactY, g *G) float32 {
		defer func() { last("Grad", g.Flat()[:]) }()
		return loss("Grad", right.Grad(p, ws, x, y, g))
	}
	k.Step = func(p *P, ws *W, x *exactX, y *exactY, rate float32) float32 {
		defer func() { last("Step", p.Flat()[:]) }()
		return loss("Step", right.Step(p, ws, x, y, rate))
	}
	k.InputGrad = func(ws *W) *exactX { v := right.InputGrad(ws); last("InputGrad", v[:]); return v }
	k.ForwardBatch = func(p *P, b *B, xs []exactX, out []exactY) {
		right.ForwardBatch(p, b, xs, out)
		last("ForwardBatch", out[len(out)-1][:])
	}
	k.LossBatch = func(p *P, b *B, xs []exactX, ys []exactY) float32 {
		return loss("LossBatch", right.LossBatch(p, b, xs, ys))
	}
	k.GradBatch = func(p *P, b *B, xs []exactX, ys []exactY, g *G) float32 {
		defer func() { last("GradBatch", g.Flat()[:]) }()
		return loss("GradBatch", right.GradBatch(p, b, xs, ys, g))
	}
	k.StepBatch = func(p *P, b *B, xs []exactX, ys []exactY, rate float32) float32 {
		defer func() { last("StepBatch", p.Flat()[:]) }()
		return loss("StepBatch", right.StepBatch(p, b, xs, ys, rate))
	}
	k.InputGradBatch = func(p *P, b *B, xs []exactX, ys []exactY, gxs []exactX) float32 {
		defer func() { last("InputGradBatch", gxs[len(gxs)-1][:]) }()
		return loss("InputGradBatch", right.InputGradBatch(p, b, xs, ys, gxs))
	}
	for spoilt = range map[string]bool{
		"Forward": true, "Loss loss": true, "Backward": true, "Backward loss": true, "Grad": true, "Grad loss": true,
		"Step": true, "Step loss": true,
		"ForwardBatch": true, "LossBatch loss": true, "GradBatch": true, "GradBatch loss": true, "StepBatch": true,
		"StepBatch loss": true,
		"InputGradBatch": true, "InputGradBatch loss": true, "InputGrad": true,
	} {
		if testing.Short() && !strings.HasPrefix(spoilt, "Grad") {
			continue // -short has those of four calls
		}
		call, _, isLoss := strings.Cut(spoilt, " ")
		if spoilt == "InputGrad" {
			call = "Grad"
		}
		m := mutant{flaw: flaw(spoilt), call: call, quantity: "", says: "at level one"}
		if isLoss {
			m.says = "at level two"
		}
		m.judged(t, CheckLevels(n, k, levels))
	}
}
