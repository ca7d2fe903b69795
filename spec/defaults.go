package spec

import "slices"

// DefaultBatch is the block size of batch kernels, in samples, when a spec does not say.
const DefaultBatch = 32

// WithDefaults returns a copy of n in which every optional field is explicit: activation identity,
// precision float32, cache auto, batch 32, rounding fast, unroll auto, targets [amd64]. Package stays
// as it is, because its default depends on where the files go. The copy shares no memory with n.
func (n Network) WithDefaults() Network {
	n.Precision = orDefault(n.Precision, Float32)
	n.Cache = orDefault(n.Cache, CacheAuto)
	n.Batch = orDefault(n.Batch, DefaultBatch)
	n.Rounding = orDefault(n.Rounding, RoundingFast)
	n.Unroll = orDefault(n.Unroll, UnrollAuto)
	if n.Targets == nil {
		n.Targets = []Target{AMD64}
	} else {
		n.Targets = append([]Target{}, n.Targets...)
	}
	n.Layers = slices.Clone(n.Layers)
	for i := range n.Layers {
		f := &n.Layers[i].Activation
		f.Name = orDefault(f.Name, "identity")
	}
	return n
}

func orDefault[T comparable](v, def T) T {
	var zero T
	if v == zero {
		return def
	}
	return v
}
