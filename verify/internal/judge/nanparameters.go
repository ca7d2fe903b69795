package judge

import (
	"fmt"
	"math"
	"slices"

	"github.com/backpropgen/backpropgen/internal/plural"
	"github.com/backpropgen/backpropgen/verify/internal/fence"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/linear"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/reference"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
	"gonum.org/v1/gonum/mat"
)

// Limits of the judgement of NaN among the parameters: what one sample costs times the calls on it, and up to how many
// weights a layer has a NaN in each, not in one of every row and every column alone.
const (
	nanLimit     = 1 << 24
	nanBatch     = 1 << 25
	everyWeights = 512
)

// placesLimit is what a sample costs times the places of NaN that are judged. Of layers with thousands of units some
// have one, else the test would take hours: every so many, by an odd number, so that each lane of a vector is among
// them, and the last ones, which may not fill a vector.
const (
	placesLimit = 1 << 27
	lastPlaces  = 64
)

// sparse are the places among n that are judged where a sample costs so much.
func sparse(n, cost int) (list []int) {
	every := (1 + int(int64(n)*int64(cost)/placesLimit)) | 1
	for i := range n {
		if i%every == 0 || i >= n-lastPlaces {
			list = append(list, i)
		}
	}
	return list
}

// nanUnit is a NaN among the parameters of unit i of layer l, at one place of them.
type nanUnit struct{ layer, unit, at int }

// nanPlaces are the parameters in which a NaN is judged: all of small layers; of large ones each bias, and of the
// weights one or more in every row and column, as far as time allows. Where units is set it is one of each unit.
func (j *singleJudge[F]) nanPlaces(units bool) (list []nanUnit) {
	n, at := j.network, 0
	for l := 1; l <= n.Depth(); l++ {
		rows, cols := n.Layers[l-1].Dense, n.Width(l-1)
		for _, k := range sparse(j.nanWeights(rows, cols), n.Params()) {
			i, col := k%rows, k%cols
			if rows*cols <= everyWeights {
				i, col = k/cols, k%cols
			}
			if !units || col == i%cols {
				list = append(list, nanUnit{l, i, at + i*cols + col})
			}
		}
		at += rows * cols
		if n.Layers[l-1].NoBias {
			continue
		}
		for _, i := range sparse(rows, n.Params()) {
			if !units {
				list = append(list, nanUnit{l, i, at + i})
			}
		}
		at += rows
	}
	return list
}

// nanWeights is in how many weights of a layer there is a NaN.
func (j *singleJudge[F]) nanWeights(rows, cols int) int {
	if rows*cols <= everyWeights {
		return rows * cols
	}
	return max(rows, cols)
}

// nanTrace is what the reference makes of a sample when one unit is NaN: which outputs are, and whether the loss is.
type nanTrace struct {
	reference *reference.Network
	trace     *reference.Trace
	known     map[[2]int]nanOutcome
}

type nanOutcome struct {
	// z and a are of the unit's layer.
	z, a, outputs []bool
	loss          bool
}

func (j *singleJudge[F]) newNaNTrace(s trial.Sample) (*nanTrace, error) {
	network, err := reference.New(j.network, s.Params)
	if err != nil {
		return nil, err
	}
	return &nanTrace{network, network.Algorithm4(s.X, s.Y), map[[2]int]nanOutcome{}}, nil
}

// of is what comes of NaN in z of a unit: the layers from there on are computed anew.
func (t *nanTrace) of(u nanUnit) nanOutcome {
	key := [2]int{u.layer, u.unit}
	if o, ok := t.known[key]; ok {
		return o
	}
	z := linear.Vector(slices.Clone(linear.Elements(t.trace.Z[u.layer])))
	z.SetVec(u.unit, math.NaN())
	a, output, loss := t.reference.From(u.layer, z, t.trace.Target)
	o := nanOutcome{z: notNumbers(z), a: notNumbers(a), outputs: notNumbers(output), loss: loss != loss}
	t.known[key] = o
	return o
}

// notNumbers says which elements are NaN.
func notNumbers(v *mat.VecDense) (list []bool) {
	for _, x := range linear.Elements(v) {
		list = append(list, x != x)
	}
	return list
}

// nanParameters checks that a NaN in a parameter reaches every output that depends on it, and the loss, and no other
// output, and no other unit of its layer where the workspace shows them: on a sample without zeros, and on one of
// zeros, whose products with NaN are NaN as well. In large networks each place has one function and one of the two
// samples, in turn.
func (j *singleJudge[F]) nanParameters() {
	plain, err := trial.New(j.network, 0)
	if j.report.Failed(err) {
		return
	}
	zero := plain
	zero.X = make([]float64, len(plain.X))
	places := j.nanPlaces(false)
	thin := len(places)*(j.network.Params()+trial.SampleCost) > nanLimit
	for turn, s := range []trial.Sample{plain, zero} {
		t, err := j.newNaNTrace(s)
		if j.report.Failed(err) {
			return
		}
		all := calls(j.machine)
		for k, c := range all {
			clean := j.do(c, s)
			for i, u := range places {
				if thin && (i%2 != turn || i/2%len(all) != k && c.name != "Forward") {
					continue
				}
				j.nanParameter(c, s, u, t.of(u), clean)
			}
		}
	}
}

// nanParameter judges one call with a NaN in one place.
func (j *singleJudge[F]) nanParameter(c call[F], s trial.Sample, u nanUnit, want nanOutcome, clean outcome[F]) {
	m := j.machine
	LoadSample(m, s)
	m.Params[u.at] = F(math.NaN())
	loss, output := c.run(m, F(s.Rate))
	fence.Untouched(j.ruler(s.Kind), c.name, m.Guards)
	where := func() string { return fmt.Sprintf("%s NaN, %s, seed %s", j.parameter(u.at), s.Kind, j.report.Seed) }
	if c.loss && want.loss && loss == loss {
		j.report.Broken(c.name, "loss", where(), "%v; NaN must not hide", loss)
	}
	for _, f := range m.Fields {
		if f.Block.Layer != u.layer || f.gradient {
			continue
		}
		for i, hidden := range map[byte][]bool{'Z': want.z, 'A': want.a}[f.Letter] {
			switch v := f.View[i]; {
			case hidden && v == v:
				j.report.Broken(c.name, f.Block.Element(i), where(), "%v; NaN must not hide", v)
			case !hidden && v != v:
				j.report.Broken(c.name, f.Block.Element(i), where(), "NaN; it does not depend on it")
			}
		}
	}
	if !c.output || output == nil {
		return
	}
	b := singleShape(j.network).output
	for i, hidden := range want.outputs {
		switch v := output[i]; {
		case hidden && v == v:
			j.report.Broken(c.name, b.Element(i), where(), "%v; NaN must not hide", v)
		case !hidden && memory.FirstDifference(output[i:i+1], clean.output[i:i+1]) >= 0:
			j.report.Broken(c.name, b.Element(i), where(), "%v, without NaN %v; it does not depend on it", v,
				clean.output[i])
		}
	}
}

// parameter is the name of a parameter by its place.
func (j *singleJudge[F]) parameter(at int) string {
	return finding.ElementOf(finding.Blocks(j.network, ""), at)
}

// nanParameters is that of batches, of one sample that repeats so that tiles and a rest are full of it; one place of
// each unit.
func (j *batchJudge[F]) nanParameters(single *singleJudge[F]) {
	s, err := trial.New(j.network, 0)
	if j.report.Failed(err) {
		return
	}
	t, err := single.newNaNTrace(s)
	if j.report.Failed(err) {
		return
	}
	count := j.tileAndRest()
	b := trial.Repeat(s, count)
	places := single.nanPlaces(true)
	thin := len(places)*count*(j.network.Params()+trial.SampleCost) > nanBatch
	all := batchCalls(j.machine)
	shape := batchShape(j.network, count)
	for k, c := range all {
		for i, u := range places {
			if thin && i%len(all) != k {
				continue
			}
			want := t.of(u)
			loadBatch(j.machine, b)
			j.machine.Params[u.at] = F(math.NaN())
			loss := c.run(j.machine, memory.Evenly(count), F(b.Rate))
			fence.Untouched(j.ruler(b.Kind), c.name, j.machine.Guards)
			where := fmt.Sprintf("%s NaN, %s, seed %s", single.parameter(u.at), plural.Of(count, "sample"),
				j.report.Seed)
			if c.loss && want.loss && loss == loss {
				j.report.Broken(c.name, "loss", where, "%v; NaN must not hide", loss)
			}
			if !c.output {
				continue
			}
			for at, v := range j.machine.Out.First(count) {
				if want.outputs[at%len(want.outputs)] && v == v {
					j.report.Broken(c.name, shape.output.Element(at), where, "%v; NaN must not hide", v)
				}
			}
		}
	}
}

// nanUnits puts a NaN into one unit of the first layer for one sample of a batch alone, where nothing else can make the
// loss NaN: an infinite weight makes it of an input that is 0, and -Inf of z for the others. Every lane of a tile has
// its turn, as far as time allows.
func (j *batchJudge[F]) nanUnits() {
	s, err := trial.New(j.network, 0)
	if j.report.Failed(err) {
		return
	}
	count := j.tileAndRest()
	rows, cols := j.network.Layers[0].Dense, j.network.Width(0)
	all := batchCalls(j.machine)
	if !slices.ContainsFunc(all, func(c batchCall[F]) bool { return c.loss }) {
		return
	}
	lanes := min(max(nanBatch/(rows*count*len(all)*(j.network.Params()+trial.SampleCost)), 1), count)
	for _, i := range sparse(rows, j.network.Params()) {
		bad := s
		bad.Params, bad.X = slices.Clone(s.Params), slices.Clone(s.X)
		bad.Params[i*cols], bad.X[0] = math.Inf(1), 0
		network, err := reference.New(j.network, bad.Params)
		if j.report.Failed(err) {
			return
		}
		if loss := network.Loss(bad.X, bad.Y); loss == loss {
			continue
		}
		bad.X = slices.Clone(s.X)
		bad.X[0] = -1
		b := trial.Repeat(bad, count)
		for lane := range lanes {
			at := (i*lanes + lane*(count/lanes)) % count
			b.Xs[at*cols] = 0
			for k, c := range all {
				if !c.loss || lanes == 1 && i%len(all) != k {
					continue
				}
				loadBatch(j.machine, b)
				if loss := c.run(j.machine, memory.Evenly(count), F(b.Rate)); loss == loss {
					j.report.Broken(c.name, "loss",
						fmt.Sprintf("z1[%d] of sample %d of %d NaN, seed %s", i, at, count, j.report.Seed),
						"%v; NaN must not hide", loss)
				}
			}
			b.Xs[at*cols] = -1
		}
	}
}
