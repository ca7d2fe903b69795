package spec

import (
	"maps"
	"slices"

	"github.com/backpropgen/backpropgen/spec/formula"
)

// DefaultBatch is the block size of batch kernels, in samples, when a spec does not say.
const DefaultBatch = 32

// WithDefaults returns a copy of n in which every optional field is explicit: activation identity, precision float32,
// cache auto, batch 32, rounding fast, unroll auto, optimizers [], targets those of Targets, and every parameter of a
// function of the catalogue. Formulas become their canonical text. Emit has its parts in their order, and is nil where
// it is all of them; Derivatives have their order too, and are nil where there are none. Package stays as it is,
// because its default depends on where the files go. The copy shares no memory with n.
func (n Network) WithDefaults() Network {
	n.Precision = orDefault(n.Precision, Float32)
	n.Cache = orDefault(n.Cache, CacheAuto)
	n.Batch = orDefault(n.Batch, DefaultBatch)
	n.Rounding = orDefault(n.Rounding, RoundingFast)
	n.Unroll = orDefault(n.Unroll, UnrollAuto)
	n.Optimizers = append([]Optimizer{}, n.Optimizers...)
	n.Emit = n.emitted()
	n.Derivatives = n.derived()
	if n.Targets == nil {
		n.Targets = Targets()
	} else {
		n.Targets = append([]Target{}, n.Targets...)
	}
	n.Layers = slices.Clone(n.Layers)
	for i, layer := range n.Layers {
		n.Layers[i].Activation = orIdentity(layer.Activation).withDefaults(ActivationRole, layer.Dense)
	}
	n.Cost = n.Cost.withDefaults(CostRole, 0)
	return n
}

// Targets lists the architectures that there is assembly for, which is the default.
func Targets() []Target { return []Target{AMD64, ARM64} }

// orIdentity returns the activation that f stands for: the zero value is the identity.
func orIdentity(f Function) Function {
	if f.Expr == "" {
		f.Name = orDefault(f.Name, "identity")
	}
	return f
}

// withDefaults returns a copy of f with every parameter; width is the layer's width before its activation, which is
// the window of a pool that gives none.
func (f Function) withDefaults(role Role, width int) Function {
	if node, err := formula.Parse(f.Expr, role.Variables()...); err == nil {
		f.Expr = formula.Format(node)
	}
	params := map[string]float64{}
	entry, _ := Lookup(role, f.Name)
	for _, p := range entry.Params {
		params[p.Name] = p.Default
		if p.Name == Window {
			params[p.Name] = float64(width)
		}
	}
	maps.Copy(params, f.Params)
	for name, v := range params {
		params[name] = v + 0 // -0 and 0 are the same parameter
	}
	f.Params = params
	if len(params) == 0 {
		f.Params = nil
	}
	return f
}

func orDefault[T comparable](v, def T) T {
	var zero T
	if v == zero {
		return def
	}
	return v
}
