//go:build strict

package verify

import (
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/generated/strict"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
)

// stepFused is StepBatch of the network of exact.yaml with products that are fused with sums.
func stepFused(right exactKernel) func(*strict.Exact, *strict.ExactBatch, []exactX, []exactY, float32) float32 {
	return func(p *strict.Exact, b *strict.ExactBatch, xs []exactX, ys []exactY, rate float32) float32 {
		var g strict.ExactGrad
		loss := right.GradBatch(p, b, xs, ys, &g)
		for i, v := range g.Flat() {
			p.Flat()[i] = float32(float64(p.Flat()[i]) - float64(rate)*float64(v))
		}
		return loss
	}
}

// TestEmitOrder: the order of sums is judged of what is emitted: of functions that are right nothing is said, and a
// number that is another's neighbour is found in each of them that forms sums which can be known.
func TestEmitOrder(t *testing.T) {
	all, right := exactNetwork(t)
	type (
		P = strict.Exact
		G = strict.ExactGrad
		W = strict.ExactWorkspace
		B = strict.ExactBatch
	)
	wrong := right
	wrong.Forward = func(p *P, ws *W, x *exactX) *exactY {
		y := right.Forward(p, ws, x)
		for _, f := range fieldsOfExact(ws) {
			if f.Letter == 'Z' {
				bump(&f.View[2])
			}
		}
		return y
	}
	wrong.Step = func(p *P, ws *W, x *exactX, y *exactY, rate float32) float32 {
		loss := right.Step(p, ws, x, y, rate)
		for _, f := range fieldsOfExact(ws) {
			if f.Letter == 'Z' || f.Letter == 'D' {
				bump(&f.View[2])
			}
		}
		return loss
	}
	wrong.Grad = func(p *P, ws *W, x *exactX, y *exactY, g *G) float32 {
		loss := right.Grad(p, ws, x, y, g)
		bump(&g.W2[1][0])
		return loss
	}
	wrong.ForwardBatch = func(p *P, b *B, xs []exactX, out []exactY) {
		right.ForwardBatch(p, b, xs, out)
		bump(&out[1][1])
	}
	wrong.GradBatch = func(p *P, b *B, xs []exactX, ys []exactY, g *G) float32 {
		loss := right.GradBatch(p, b, xs, ys, g)
		if len(xs) > 1 {
			bump(&g.W1[0][0])
		}
		return loss
	}
	wrong.StepBatch = stepFused(right)
	for i, l := range emitLists {
		n := emitting(all, l.emit)
		if n.Emits(spec.EmitTeam) || testing.Short() && i%4 != 0 {
			continue // teams have no part in it, and -short has one list in four
		}
		functions := withInputs(n, l.functions)
		report := &finding.Report{}
		if order(n, report, only(right, functions)); report.Finish().Err() != nil {
			t.Errorf("%q: %v", l.emit, report.Err())
		}
		report = &finding.Report{}
		order(n, report, only(wrong, functions))
		namesAll(t, l.emit, reportOf(report), functions, "promises the order of sums",
			"Init Loss Backward Norm Clip Scale LossBatch InputGradBatch New Close"+fieldless(functions))
	}
}

// TestEmitHiddenOrder: a sum that nothing shows, as the first of a network that goes forward only and begins with tanh,
// is judged by what comes of it.
func TestEmitHiddenOrder(t *testing.T) {
	all, err := spec.DecodeFile("../generated/strict/iris.yaml")
	if err != nil {
		t.Fatal(err)
	}
	type (
		P = strict.Iris
		G = strict.IrisGrad
		W = struct{ strict.IrisWorkspace } // whose fields the judge does not see
		X = [strict.IrisInputs]float32
		Y = [strict.IrisOutputs]float32
	)
	// other gives the same but that one sum is in another order: it is the bias of its unit, whose weights are 0.
	other := func(p *P, x *X) *P {
		q := *p
		w := q.W1[3]
		q.W1[3] = [len(x)]float32{}
		q.B1[3] += float32(w[0]*x[0]) + float32(w[1]*x[1]) + (float32(w[2]*x[2]) + float32(w[3]*x[3])) // not 0 2, 1 3
		return &q
	}
	right := Kernel[P, G, W, struct{}, X, Y, float32]{
		Forward: func(p *P, ws *W, x *X) *Y { return p.Forward(&ws.IrisWorkspace, x) },
		Step: func(p *P, ws *W, x *X, y *Y, rate float32) float32 {
			return p.Step(&ws.IrisWorkspace, x, y, rate)
		},
	}
	wrong := right
	wrong.Forward = func(p *P, ws *W, x *X) *Y { return right.Forward(other(p, x), ws, x) }
	wrong.Step = func(p *P, ws *W, x *X, y *Y, rate float32) float32 { return right.Step(other(p, x), ws, x, y, rate) }
	for emit, name := range map[string]string{"forward": "Forward", "step": "Step"} {
		n := emitting(all, emit).WithDefaults()
		report := &finding.Report{}
		if order(n, report, only(right, name)); report.Finish().Err() != nil {
			t.Errorf("%s: %v", name, report.Err())
		}
		report = &finding.Report{}
		order(n, report, only(wrong, name))
		namesAll(t, emit, reportOf(report), name, "promises the order of sums.*layer 1.* weights 0", "")
	}
}

// fieldless are functions after which the workspace is not looked at, as others leave the same there.
func fieldless(functions string) string {
	switch {
	case has(functions, "Grad"):
		return " Forward Step"
	case has(functions, "Step"):
		return " Forward"
	}
	return ""
}

// TestEmitLevels: what is emitted is compared at all levels, and a last bit that differs is found in every function.
func TestEmitLevels(t *testing.T) {
	all, right := exactNetwork(t)
	level := ""
	levels := func(test func(level string)) {
		for _, level = range []string{"portable", "other"} {
			test(level)
		}
	}
	bumps := everywhere[float32]{after: func(v float32, _ int32) float32 {
		if level == "other" {
			bump(&v)
		}
		return v
	}}
	for _, l := range emitLists {
		n := emitting(all, l.emit)
		if n.Emits(spec.EmitTeam) {
			continue // teams have no part in it
		}
		functions := withInputs(n, l.functions)
		if err := CheckLevels(n, only(right, functions), levels).Err(); err != nil {
			t.Errorf("%q: %v", l.emit, err)
		}
		if testing.Short() && strings.Contains(l.emit, "grad") {
			continue
		}
		namesAll(t, l.emit, CheckLevels(n, only(spoilt(right, bumps), functions), levels), functions, "at level other",
			"Init New Close")
	}
}
