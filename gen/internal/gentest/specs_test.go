package gentest

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
)

// TestDrawSpecs checks that what is drawn is valid, reaches every corner it is meant to, and survives its file.
func TestDrawSpecs(t *testing.T) {
	seen := map[string]int{}
	for i, n := range DrawSpecs(*Seed, 2000, Ordinary) {
		if err := n.Validate(); err != nil {
			t.Fatalf("network %d is not valid: %v\n%s", i, err, YAML(n))
		}
		decoded, err := spec.Decode("n.yaml", []byte(YAML(n)))
		if err != nil || !reflect.DeepEqual(decoded.WithDefaults(), n.WithDefaults()) {
			t.Fatalf("network %d as YAML decodes to %+v, %v; want %+v:\n%s", i, decoded, err, n, YAML(n))
		}
		last := n.Layers[len(n.Layers)-1]
		seen[fmt.Sprintf("%s after %s", n.Cost.Name, last.Activation.Name)]++
		seen[fmt.Sprintf("cost %s, cache %s, %s", n.Cost.Name, n.Cache, n.Precision)]++
		seen[fmt.Sprintf("cache %s, unroll %s, %s", n.Cache, n.Unroll, n.Precision)]++
		for _, o := range n.Optimizers {
			seen[fmt.Sprintf("%s, %s", o, n.Precision)]++
		}
		if len(n.Optimizers) > 1 && n.Optimizers[0] == spec.AdamW {
			seen["optimizers in another order"]++
		}
		for j, l := range n.Layers {
			if j < len(n.Layers)-1 {
				seen[fmt.Sprintf("hidden %s, cache %s, %s", l.Activation.Name, n.Cache, n.Precision)]++
			}
			switch {
			case l.Activation.Name == "softmax" && l.Dense == 1:
				seen["softmax of one unit"]++
			case l.Activation.Name == "softmax" && j < len(n.Layers)-1:
				seen["hidden softmax"]++
			case l.Window() > 1 && l.Window() < l.Dense && j < len(n.Layers)-1:
				seen["hidden pooling"]++
			case l.Window() > 1 && j == len(n.Layers)-1:
				seen["pooling last"]++
			case l.Activation.Expr != "":
				seen["expression"]++
			case l.Dense >= 300:
				seen["wide layer"]++
			}
		}
		if len(n.Layers) == 20 {
			seen["20 layers"]++
		}
	}
	corners := []string{
		"optimizers in another order", "softmax of one unit", "hidden softmax", "wide layer", "20 layers",
		"hidden pooling", "pooling last", "expression",
	}
	for _, o := range spec.Optimizers() {
		corners = append(corners, fmt.Sprintf("%s, float32", o.Name), fmt.Sprintf("%s, float64", o.Name))
	}
	for _, a := range spec.Activations() {
		for _, c := range spec.Costs() {
			if a.Probabilities || !c.Probabilities {
				corners = append(corners, c.Name+" after "+a.Name)
			}
		}
	}
	for _, c := range []spec.Cache{spec.CacheAuto, spec.CachePre, spec.CachePost, spec.CacheBoth} {
		for _, u := range []spec.Unroll{spec.UnrollAuto, spec.UnrollFull, spec.UnrollLoop} {
			corners = append(corners, fmt.Sprintf("cache %s, unroll %s, float32", c, u),
				fmt.Sprintf("cache %s, unroll %s, float64", c, u))
		}
		for _, p := range []spec.Precision{spec.Float32, spec.Float64} {
			for _, a := range spec.Activations() {
				corners = append(corners, fmt.Sprintf("hidden %s, cache %s, %s", a.Name, c, p))
			}
			for _, f := range spec.Costs() {
				corners = append(corners, fmt.Sprintf("cost %s, cache %s, %s", f.Name, c, p))
			}
		}
	}
	for _, c := range corners {
		if seen[c] == 0 {
			t.Errorf("none of 2000 networks of seed %d has: %s", *Seed, c)
		}
	}
}
