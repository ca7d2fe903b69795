package strict

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/portable/schedule"
	"github.com/backpropgen/backpropgen/spec"
)

// TestExactBits runs the plan of exact.yaml in the interpreter, which adds in the order that the plan states and calls
// no function there, and wants the same bits of the emitted code.
func TestExactBits(t *testing.T) {
	n, err := spec.DecodeFile("exact.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Compile(n)
	if err != nil {
		t.Fatal(err)
	}
	const samples = 9 // two blocks and one sample
	r := rand.New(rand.NewPCG(3, 4))
	draw := func(to []float32) {
		for i := range to {
			to[i] = float32(r.NormFloat64() / 3)
		}
	}
	var net Exact
	draw(net.Flat()[:])
	start := net
	xs, ys := make([][ExactInputs]float32, samples), make([][ExactOutputs]float32, samples)
	for i := range xs {
		draw(xs[i][:])
		draw(ys[i][:])
	}
	var ws ExactWorkspace
	var b ExactBatch
	var g ExactGrad

	const rate = 0.0625
	m := plan.NewBatchMemory[float32](p, samples)
	m.Network.Data("rate")[0] = rate
	load := func() {
		net = start
		for _, part := range parts(p, plan.Weight, plan.Bias, (*[ExactParams]float32)(start.Flat())) {
			copy(m.Network.Data(part.name), part.values)
		}
		for i, s := range m.Samples {
			copy(s.Data("x"), xs[i][:])
			copy(s.Data("y"), ys[i][:])
			s.Data("rate")[0] = rate
		}
	}
	same := func(what string, got, want []float32) {
		t.Helper()
		if len(got) != len(want) || len(got) == 0 {
			t.Fatalf("%s: %d numbers, the plan has %d", what, len(got), len(want))
		}
		for k, v := range got {
			if math.Float32bits(v) != math.Float32bits(want[k]) {
				t.Fatalf("%s[%d] is %v, %#08x; the plan gives %v, %#08x", what, k, v, math.Float32bits(v), want[k],
					math.Float32bits(want[k]))
			}
		}
	}
	gradient := func(what string, g *ExactGrad) {
		t.Helper()
		for _, part := range parts(p, plan.WeightGrad, plan.BiasGrad, g.Flat()) {
			same(what+" "+part.name, part.values, m.Network.Data(part.name))
		}
	}
	parameters := func(what string) {
		t.Helper()
		for _, part := range parts(p, plan.Weight, plan.Bias, net.Flat()) {
			same(what+" "+part.name, part.values, m.Network.Data(part.name))
		}
	}
	run := func(s *plan.Memory[float32], function string) {
		t.Helper()
		if err := s.Run(function); err != nil {
			t.Fatal(err)
		}
	}

	load()
	for i, s := range m.Samples {
		run(s, plan.Forward)
		same("Forward", net.Forward(&ws, &xs[i])[:], s.Data(fmt.Sprintf("a%d", n.Depth())))
		run(s, plan.Grad)
		same("loss of Grad", []float32{net.Grad(&ws, &xs[i], &ys[i], &g)}, s.Data("loss"))
		gradient("Grad", &g)
		same("InputGrad", ws.InputGrad()[:], s.Data("d0"))
		run(s, plan.Step)
		same("loss of Step", []float32{net.Step(&ws, &xs[i], &ys[i], rate)}, s.Data("loss"))
		parameters("Step")
	}
	load()
	if err := m.RunBatch(plan.GradBatch); err != nil {
		t.Fatal(err)
	}
	same("loss of GradBatch", []float32{net.GradBatch(&b, xs, ys, &g)}, []float32{m.Loss})
	gradient("GradBatch", &g)
	load()
	if err := m.RunBatch(plan.StepBatch); err != nil {
		t.Fatal(err)
	}
	same("loss of StepBatch", []float32{net.StepBatch(&b, xs, ys, rate)}, []float32{m.Loss})
	parameters("StepBatch")
}

// values are those of a buffer.
type values struct {
	name   string
	values []float32
}

// parts cuts an array laid out like the parameters into the buffers of two kinds.
func parts(p *plan.Program, matrix, vector plan.Kind, flat *[ExactParams]float32) (all []values) {
	rest := flat[:]
	for l := 1; l <= p.Network.Depth(); l++ {
		for _, k := range []plan.Kind{matrix, vector} {
			if b := p.Find(k, l); b != nil {
				all = append(all, values{b.Name, rest[:b.Len()]})
				rest = rest[b.Len():]
			}
		}
	}
	return all
}

// TestExactCoversOrders holds exact.yaml to having sums of every kind: along rows and across them, short, straight and
// in loops.
func TestExactCoversOrders(t *testing.T) {
	n, err := spec.DecodeFile("exact.yaml")
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Compile(n)
	if err != nil {
		t.Fatal(err)
	}
	s, err := schedule.New(p)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, op := range p.Ops() {
		if o, sums := op.(interface{ Ordered() bool }); !sums || !o.Ordered() {
			continue
		}
		l := s.Loops(op)
		along := l.Inner
		if _, elementwise := op.(*plan.Map); elementwise {
			along = l.Outer
		}
		kind := "straight"
		if l.Short {
			kind = "short"
		} else if along[0].Looped() {
			kind = "looped"
		}
		seen[strings.TrimPrefix(fmt.Sprintf("%T ", op), "*plan.")+kind] = true
	}
	for _, want := range []string{
		"Affine short", "Affine straight", "Affine looped", "BackAffine short", "BackAffine straight",
		"BackAffine looped",
		"Map looped", "Vector straight",
	} {
		if !seen[want] {
			t.Errorf("exact.yaml has no sum of the kind %s; it has %v", want, seen)
		}
	}
}
