package spec

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestEmits: what a list of parts brings, and how it reads after WithDefaults.
func TestEmits(t *testing.T) {
	for _, c := range []struct{ emit, want []Part }{
		{nil, nil},
		{Parts(), nil},
		{[]Part{EmitTest, EmitTeam, EmitSave, EmitBatch, EmitStep, EmitGrad}, nil},
		{[]Part{EmitForward}, []Part{EmitForward}},
		{[]Part{EmitGrad}, []Part{EmitForward, EmitGrad}},
		{[]Part{EmitBatch, EmitStep}, []Part{EmitStep, EmitBatch}},
	} {
		n := iris
		n.Emit = c.emit
		d := n.WithDefaults()
		if !reflect.DeepEqual(d.Emit, c.want) {
			t.Errorf("%v: %v with defaults, want %v", c.emit, d.Emit, c.want)
		}
		for _, p := range Parts() {
			if want := c.want == nil || slices.Contains(c.want, p); n.Emits(p) != want || d.Emits(p) != want {
				t.Errorf("%v emits %s: %v, want %v", c.emit, p, n.Emits(p), want)
			}
		}
		back, err := Decode("x.json", n.JSON())
		if err != nil || !reflect.DeepEqual(back, d) {
			t.Errorf("%v: decoded %v from its JSON: %v", c.emit, back.Emit, err)
		}
	}
}

// TestEmitMistakes: lists that contradict themselves or another field are refused with what to write instead.
func TestEmitMistakes(t *testing.T) {
	for _, c := range []struct {
		edit func(n *Network)
		want string
	}{
		{func(n *Network) { n.Emit = []Part{} },
			"emit: no function is emitted by that; name forward, grad or step as well, or leave emit out to emit all"},
		{func(n *Network) { n.Emit = []Part{EmitSave, EmitTest, EmitBatch} },
			"emit: no function is emitted by that; name forward, grad or step as well, or leave emit out to emit all"},
		{func(n *Network) { n.Emit = []Part{EmitForward, EmitTeam} },
			"emit[1]: a team spreads batches over several cores; name batch as well, or leave team out"},
		{func(n *Network) { n.Emit = []Part{"foward", EmitTeam, "", EmitTeam} },
			"emit[0]: unknown part \"foward\"; did you mean \"forward\"?\n" +
				"emit[2]: missing; name a part, or leave emit out to emit all\nemit[3]: \"team\" is listed twice"},
		{func(n *Network) { n.Emit, n.Optimizers = []Part{EmitForward, EmitStep}, []Optimizer{Adam} },
			"optimizers: an optimizer moves the parameters by their gradient, which emit leaves out; name grad there, " +
				"or use [] here"},
		{func(n *Network) { n.Emit, n.InputGradient = []Part{EmitStep}, true },
			"input_gradient: the gradient of the input is left by Backward and Grad, which emit leaves out; name grad " +
				"there, or use false here"},
		{func(n *Network) { n.Emit, n.Derivatives = []Part{EmitStep}, []Derivative{DeriveTangent} },
			"derivatives[0]: tangent begins with the forward pass, which emit leaves out; name forward there, or leave " +
				"tangent out"},
		{func(n *Network) { n.Emit, n.SampleWeights = []Part{EmitForward, EmitBatch}, true },
			"sample_weights: weights are for batch functions that learn, which emit leaves out; name batch there, and " +
				"grad or step, or use false here"},
		{func(n *Network) { n.Emit, n.SampleWeights = []Part{EmitStep}, true },
			"sample_weights: weights are for batch functions that learn, which emit leaves out; name batch there, and " +
				"grad or step, or use false here"},
	} {
		n := iris
		c.edit(&n)
		if got := fmt.Sprint(n.Validate()); strings.TrimSpace(got) != c.want {
			t.Errorf("%v\ngot  %s\nwant %s", n.Emit, got, c.want)
		}
	}
}

// TestEmitWarning: a cache mode says nothing where nothing goes backward.
func TestEmitWarning(t *testing.T) {
	for _, c := range []struct {
		emit  []Part
		cache Cache
		want  bool
	}{
		{[]Part{EmitForward}, CachePre, true}, {[]Part{EmitForward, EmitBatch}, CacheBoth, true},
		{[]Part{EmitForward}, CacheAuto, false}, {[]Part{EmitForward}, "", false}, {[]Part{EmitStep}, CachePre, false},
		{[]Part{EmitGrad}, CachePre, false}, {nil, CachePre, false},
	} {
		n := iris
		n.Emit, n.Cache = c.emit, c.cache
		if got := len(n.Warnings()) > 0; got != c.want {
			t.Errorf("emit %v, cache %s: %v", c.emit, c.cache, n.Warnings())
		}
	}
}
