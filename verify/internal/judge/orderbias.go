package judge

import (
	"fmt"
	"slices"

	"github.com/backpropgen/backpropgen/verify/internal/finding"
)

// hiddenSum is z of a layer that neither the workspace nor an activation which rounds nothing shows.
type hiddenSum[F any] struct {
	layer int
	z     []F
}

// byBias judges such sums of sample i by what comes of them: with weights 0 and z for its bias, the layer and all that
// follow give the same bits as with its own. A sum in another order shows as far as the layers that follow let a last
// bit through.
func (j orderJudge[F]) byBias(d *strictData[F], i int, h hiddenSum[F], where string) {
	for _, v := range h.z {
		if v-v != 0 || v == 0 {
			return // NaN, infinite, or a zero, whose sign may be another
		}
	}
	c := calls(j.machine)[0]
	if j.machine.Forward == nil {
		all := calls(j.machine)
		c = all[len(all)-1]
	}
	run := func(params []F) []F {
		d.single(j.machine, i)
		copy(j.machine.Params, params)
		loss, output := c.run(j.machine, d.rate)
		return append(slices.Clone(output), loss)
	}
	got := run(d.params)
	params := slices.Clone(d.params)
	put := j.layers(params, nil)[h.layer]
	clear(put.w)
	copy(put.b, h.z)
	want := run(params)
	where = fmt.Sprintf("beside what layer %d gives with weights 0 and z for the bias, %s", h.layer, where)
	last := len(got) - 1
	j.same(c.name, finding.Block{Name: "ŷ", N: last}, where, got[:last], want[:last])
	if c.loss {
		j.same(c.name, finding.Block{Name: "loss"}, where, got[last:], want[last:])
	}
}
