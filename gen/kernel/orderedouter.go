package kernel

import (
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/vec"
)

// orderedOuter adds Σ δ·aᵀ to the gradient of a layer's weights and Σ δ to that of its biases, sample after sample: the
// sums go on from what is in memory, so that it is no matter how many samples a call has. Vectors of both δ and a lie
// sample after sample.
func (t *tile) orderedOuter(o *plan.OuterSum) {
	s := sampleSums{
		f: t.f, of: t.samplesOf,
		through: func(sample, after func()) {
			t.countdown("tiles", func() {
				t.countdown("samples", sample)
				after() // where more tiles follow, this one was full
			})
		},
		begin: func(each func(body func(sum *vec.Value, at vec.Place, n int))) {
			each(func(sum *vec.Value, at vec.Place, n int) { t.f.code.Set(sum, t.f.code.Load(at, n)) })
		},
		end: func(each func(body func(sum *vec.Value, at vec.Place, n int))) {
			each(t.f.code.Store)
		},
	}
	s.weights(o)
	s.biases(o)
}

// samplesOf is where the first sample's vector of a buffer lies, how many bytes there are from one sample to the next,
// and how many more from the last of a tile to the first of the next.
func (t *tile) samplesOf(b *plan.Buffer) (from vec.Place, step, gap int) {
	if at, ok := t.lay.copies[b]; ok {
		step = pitch(b, t.f.m.Size) * t.f.m.Size
		return vec.Place{Base: t.f.to.Base("b"), Disp: t.lay.Work + at}, step, t.lay.Stride - t.samples*step
	}
	return vec.Place{Base: t.f.to.Base("xs")}, b.Rows * t.f.m.Size, 0
}
