// Package newlayer sees an activation of a whole layer emitted. TestNewLayer of package plan lays plan/withlayer.go
// over that package, which adds it.
package newlayer

import (
	"math"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/amd64"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/portable"
	"github.com/backpropgen/backpropgen/gen/portable/schedule"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/templates"
)

// TestNewLayer adds an activation of a whole layer to the table of them, and nothing anywhere else. In every cache mode
// its gradient is that of the loss, as differences show; it is printed as Go, with what it keeps, and as assembly.
func TestNewLayer(t *testing.T) {
	plan.WithLayer(func() {
		for _, cache := range []spec.Cache{spec.CachePre, spec.CachePost, spec.CacheBoth, spec.CacheAuto} {
			n := spec.Network{
				Name: "Net", Input: 3, Precision: spec.Float64, Cache: cache, InputGradient: true,
				Cost: spec.Function{Name: "mse"},
				Layers: []spec.Layer{{Dense: 5, Activation: spec.Function{Name: "softmax"}},
					{Dense: 2, Activation: spec.Function{Name: "softmax"}}},
			}
			p, err := plan.Compile(n.WithDefaults())
			if err != nil {
				t.Fatal(err)
			}
			differences(t, p)
			made, err := schedule.New(p)
			if err != nil {
				t.Fatal(err)
			}
			file, err := portable.Build(made, portable.Options{Package: "net"})
			if err != nil {
				t.Fatal(err)
			}
			src, err := templates.Program(file).Render()
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{"mean of z1", "a1 = z1·mean(z1)"} {
				formedAgain := cache == spec.CachePre && want == "mean of z1"
				if !formedAgain && !strings.Contains(string(src), want) {
					t.Errorf("cache %s: there is no %q in the emitted Go", cache, want)
				}
			}
			a, err := amd64.New(p, amd64.Config{})
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{plan.Forward, plan.Grad, plan.GradBatch} {
				if why := a.Missing(name); why != "" {
					t.Errorf("cache %s: %s has no assembly: %s", cache, name, why)
				}
			}
		}
	})
}

// differences compares the gradient that a program computes with differences of its loss.
func differences(t *testing.T, p *plan.Program) {
	t.Helper()
	m := plan.NewMemory[float64](p)
	for _, name := range []string{"x", "y", "W1", "b1", "W2", "b2"} {
		for i := range m.Data(name) {
			m.Data(name)[i] = math.Sin(float64(3*i+len(name))) + 0.25
		}
	}
	run := func(name string) {
		if err := m.Run(name); err != nil {
			t.Fatal(err)
		}
	}
	loss := func() float64 { run(plan.LossOnly); return m.Data("loss")[0] }
	run(plan.Grad)
	for of, gradient := range map[string]string{"x": "d0", "W1": "gW1", "b1": "gb1", "W2": "gW2", "b2": "gb2"} {
		got := append([]float64(nil), m.Data(gradient)...)
		for i := range got {
			const h = 0x1p-14
			at := &m.Data(of)[i]
			was := *at
			*at = was + h
			up := loss()
			*at = was - h
			want := (up - loss()) / (2 * h)
			*at = was
			if math.Abs(got[i]-want) > 1e-6*(1+math.Abs(want)) {
				t.Errorf("cache %s: ∂L/∂%s[%d] is %g, by differences %g", p.Network.Cache, of, i, got[i], want)
			}
		}
	}
}
