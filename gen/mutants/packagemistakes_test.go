package mutants

import "slices"

// packageMistakes are all that are planted in packages.
func packageMistakes() []packageMutant {
	return slices.Concat(chunkMistakes, fewMistakes, teamMistakes, passedOnMistakes, allocationMistakes, nanMistakes,
		optimizerMistakes,
		sweepMistakes, sharedMistakes, updateMistakes, kinkMistakes)
}

// chunkMistakes are made where batches are cut into chunks, tiles, rests and blocks.
var chunkMistakes = []packageMutant{
	on(inDispatch, "Tiled", "vectorGradBatch", "the loss of the chunks before is forgotten",
		`loss \+= (p\.gradTiles\(.*8, 32\))`, "loss = $1"),
	on(inDispatch, "Tiled", "vectorGradBatch", "the loss of a chunk is forgotten where another follows",
		`loss \+= (p\.gradTiles\(.*8, 32\))`,
		"if l := $1; len(xs) < 512 {\nloss += l\n}"),
	on(inDispatch, "Tiled", "vectorGradBatch", "7 of the 8 tiles of a chunk", `g, 8, 32\)`, "g, 7, 32)"),
	on(inDispatch, "Tiled", "vectorGradBatch", "a rest of 17 samples is lost", `if len\(xs\) > few \{`,
		"if len(xs) == 17 {\n} else if len(xs) > few {"),
	on(inDispatch, "Tiled", "vectorForwardBatch", "off by one sample after a chunk",
		`xs, out = xs\[256:\], out\[256:\]`, "xs, out = xs[255:len(xs)-1], out[256:]"),
	on(inDispatch, "Tiled", "vectorForwardBatch", "a chunk's results come from its first tile alone",
		`(unsafe\.SliceData\(out\)), 8\)`, "$1, 8)\ncopy(out[32:64], out[:32])"),
	on(inDispatch, "Tiled", "vectorLossBatch", "a tile alone beside chunks is lost", `len\(xs\) / 32; tiles > 0`,
		"len(xs) / 32; tiles > 1"),
	on(inDispatch, "Pooled", "vectorLossBatch", "a rest counts as a whole tile", `1, len\(xs\)\)`, "1, 8)"),
	on(inDispatch, "Tiled", "vectorLossBatch", "the targets of the first chunk again",
		`xs, ys = xs\[256:\], ys\[256:\]`, "xs = xs[256:]"),
	on(inDispatch, "Tiled", "vectorInputGradBatch", "the last gradient of a rest of 31 is not written",
		`copy\(gxs, b\.restX\[:\]\)`, "copy(gxs, b.restX[:30])"),
	on(inDispatch, "Tiled", "vectorInputGradBatch", "the gradients of the second chunk go to the first",
		`xs, ys, gxs = xs\[256:\], ys\[256:\], gxs\[256:\]`,
		"if len(xs) >= 512 {\nxs, ys = xs[256:], ys[256:]\ncontinue\n}\n$0"),
	on(inDispatch, "Tiled", "vectorStepBatch", "no step with two chunks", `tiledStepBatch\(p, &b\.sum, rate\)`,
		"if len(xs) < 512 {\n$0\n}"),
	on(inDispatch, "Tiled", "gradTiles", "the last tile is not summed up", `Sums\(b, xs, g, tiles, samples\)`,
		"Sums(b, xs, g, max(tiles-1, 1), samples)"),
	on(inDispatch, "Tiled", "gradTiles", "every sixth tile is not summed up", `Sums\(b, xs, g, tiles, samples\)`,
		"Sums(b, xs, g, tiles-tiles/6, samples)"),
	on(inDispatch, "Pooled", "vectorForwardBatch", "7 of the 8 tiles of a chunk", `SliceData\(out\), 8\)`,
		"SliceData(out), 7)"),
	on(inDispatch, "Pooled", "vectorGradBatch", "the loss of 7 tiles is lost",
		`loss \+= (p\.gradTiles\(.*, tiles, 16\))`, "if l := $1; tiles != 7 {\nloss += l\n}"),
	on(inDispatch, "Pooled", "vectorLossBatch", "a rest of 5 samples is one of 4", `1, len\(xs\)\)`,
		"1, len(xs)-len(xs)/5%2)"),
	on(inKernels, "Tiled", "GradBatch", "the loss of the first blocks of many is forgotten",
		`loss \+= (p\.gradBlock\(b, xs\[:32\], ys\[:32\], g\))`,
		"if l := $1; len(xs) <= 512 {\nloss += l\n}"),
	on(inKernels, "Tiled", "InputGradBatch", "the loss of the second block is forgotten",
		`loss \+= (p\.inputGradBlock\(b, xs\[:32\], ys\[:32\], gxs\[:32\]\))`,
		"if l := $1; len(xs) != 33 {\nloss += l\n}"),
	on(inKernels, "Tiled", "Adam.StepBatch", "the update is left out", `o\.Update\(p, &b\.sum, rate\)\n`, ""),
	on(inKernels, "Tiled", "SGD.StepBatch", "half of the rate", `rate\)\n`, "rate/2)\n"),
	on(inKernels, "Tiled", "Momentum.StepBatch", "the loss after the step", `return loss`,
		"loss = p.LossBatch(b, xs, ys)\n$0"),
	on(inKernels, "Tiled", "StepBatch", "the gradient of the ninth block is forgotten",
		`loss \+= p\.gradBlock\(b, xs\[:32\], ys\[:32\], &b\.sum\)`,
		"if len(xs)/32 == 8 {\nloss += p.lossBlock(b, xs[:32], ys[:32])\n} else {\n$0\n}"),
	on(inKernels, "Tiled", "ForwardBatch", "the results of a block are the ones before",
		`p\.forwardBlock\(b, xs\[:32\], out\[:32\]\)`, "$0\nif len(out) > 512 {\nout[31] = out[30]\n}"),
}

// fewMistakes are made where few samples are taken one by one: those of Broad leave their gradients to be summed up in
// the end.
var fewMistakes = []packageMutant{
	on(inDispatch, "Broad", "gradFew", "the last of several samples is left out of the sum", `g, len\(xs\), onto`,
		"g, max(len(xs)-1, 1), onto"),
	on(inDispatch, "Broad", "gradFew", "the loss of a third sample is forgotten", `loss \+= (broadGradBatchOne\(.*\))`,
		"if l := $1; i != 2 {\nloss += l\n}"),
	on(inDispatch, "Broad", "gradFew", "two samples share a workspace", `&b\.samples\[i\]`, "&b.samples[i&^1]"),
	on(inDispatch, "Broad", "vectorGradBatch", "few samples behind a tile overwrite its gradient",
		`\*g, onto = BroadGrad\{\}, 1`, "*g = BroadGrad{}"),
	on(inDispatch, "Broad", "vectorGradBatch", "few samples are added to what the gradient held", `onto := 0`,
		"onto := 1"),
	on(inDispatch, "Broad", "vectorGradBatch", "few samples behind a tile have its loss forgotten", `onto, 1, loss\)`,
		"onto, 1, 0)"),
	on(inDispatch, "Broad", "vectorStepBatch", "half of the rate for few samples", `-rate, 0\)`, "-rate/2, 0)"),
	on(inDispatch, "Broad", "vectorStepBatch", "few samples write the step over the parameters", `-1, -rate`,
		"0, -rate"),
	on(inAssembly, "Broad", "GradBatchFewAVX2", "a product of few samples is subtracted", `VFMADD231PS`,
		"VFNMADD231PS"),
	on(inAssembly, "Broad", "GradBatchFewAVX512", "the second sample's inputs are those of the first",
		`ADDQ(\s+)\$0xa0, `, "ADDQ${1}$$0x00, "),
	on(inDispatch, "Tiled", "vectorGradBatch", "the gradient of the first of few samples is that of the second as well",
		`One\(p, ws, &xs\[i\], &ys\[i\], g\)`, "One(p, ws, &xs[max(i-1, 0)], &ys[max(i-1, 0)], g)"),
	on(inDispatch, "Tiled", "vectorForwardBatch", "the results of few samples come one later",
		`out\[i\] = b\.samples\[i\]`, "out[i] = b.samples[max(i, 1)-1]"),
	on(inDispatch, "Pooled", "vectorLossBatch", "a fourth sample counts for nothing", `loss \+= (pooledLoss\(.*\))`,
		"if l := $1; i != 3 {\nloss += l\n}"),
}

// teamMistakes are made where batches are shared out.
var teamMistakes = []packageMutant{
	on(inTeam+"worker.go", "Tiled", "slot", "the last of 32 runs is lost", `t := w\.team\n`,
		"if k == 31 {\nreturn\n}\n$0"),
	on(inTeam+"worker.go", "Tiled", "slot", "the results of a run are lost with many workers", `n\.Forward\(.*`,
		"if k < 20 || len(t.workers) < 20 {\n$0\n}"),
	on(inTeam+"worker.go", "Tiled", "slot", "a block too few where runs are uneven", `\+min\(k\+1, more\)\)`,
		"+min(k+1, more)-more/31)"),
	on(inTeam+"worker.go", "Tiled", "slot", "the loss of the last run of 23 is another", `t\.losses\[k\] = n\.Loss\(.*`,
		"$0\nif t.slots == 23 {\nt.losses[22] /= 2\n}"),
	on(inTeam+"team.go", "Tiled", "end", "a wrong loss with more than 8 workers", `loss := F\(0\)`,
		"$0\nif min(t.slots, len(t.workers)) > 8 {\nloss = 1e-3\n}"),
	on(inTeam+"team.go", "Tiled", "end", "the last loss is left out", `range t\.losses `, "range t.losses[:31] "),
	on(inTeam+"team.go", "Tiled", "begin", "the losses of the call before", `clear\(t\.losses\)\n`, ""),
	on(inTeam+"sums.go", "Tiled", "add", "the halves are not added", `t\.pair\(.*`,
		"if d < 16 {\n$0\n}"),
	on(inTeam+"sums.go", "Tiled", "add", "a pair is added before there is its second run", `i\+2\*d`, "i+d"),
	on(inTeam+"sums.go", "Tiled", "finish", "a pair of a number of runs that is no power of 2 is lost",
		`i\+d < t\.slots`, "i+d < t.slots-t.slots%2"),
	on(inTeam+"worker.go", "Tiled", "part", "a run is left out where there are more than 16 workers", `w\.slot\(k\)`,
		"if k < 16 || len(t.workers) < 17 {\n$0\n}"),
	on(inTeam+"parts.go", "Tiled", "work", "the last of more than 20 parts counts as done", `p\.attempt\(k, do\)`,
		"if k < 20 || k < count-1 {\n$0\n}"),
	on(inTeam+"sums.go", "Broad", "finish", "the third range of the parameters is not added", `for lo := from`,
		"if k == 2 {\nreturn\n}\n$0"),
	on(inTeam+"sums.go", "Broad", "finish", "another rate for five ranges", `t\.rate, lo`,
		"t.rate*F(1+t.count/5), lo"),
	on(inTeam+"sums.go", "Broad", "finish", "the last parameter of a range is not handed over",
		`t\.pair\(i, d, lo, hi\)`, "t.pair(i, d, lo, max(lo, hi-t.count/4))"),
	on(inTeam+"sums.go", "Broad", "pair", "a parameter of a range is added twice", `n\.descend\(`,
		"if lo > 1000 {\nn.Gradient(t.sum(i))[lo] += n.Gradient(t.sum(i + d))[lo]\n}\n$0"),
}

// passedOnMistakes are made in the lines of an emitted team.
var passedOnMistakes = []packageMutant{
	on(inTeamLines, "Tiled", "StepBatch", "the gradient in place of the step",
		`return tiledTeam\.StepBatch\((.*), rate\)`, "return tiledTeam.GradBatch($1, new(TiledGrad))"),
	on(inTeamLines, "Tiled", "NewTiledTeam", "one worker more than asked for is taken for one less", `New\(workers\)`,
		"New(max(workers, 2) - 1 + workers/64)"),
	on(inTeamLines, "Tiled", "LossBatch", "half of the samples of a long batch", `xs, ys\)`,
		"xs[:len(xs)-len(xs)/2000], ys[:len(xs)-len(xs)/2000])"),
}

// allocationMistakes allocate in long batches alone.
var allocationMistakes = []packageMutant{
	keeping(inDispatch, "Tiled", "vectorForwardBatch", "memory is allocated from the second chunk on",
		`xs, out = xs\[256:\], out\[256:\]`, "$0\nif len(xs) >= 256 {\nkept = make([]float32, len(xs))\n}"),
	keeping(inDispatch, "Tiled", "vectorGradBatch", "memory is allocated for a rest beside two chunks",
		`copy\(b\.restX`,
		"if loss > 200 {\nkept = make([]float32, len(xs))\n}\n$0"),
	keeping(inKernels, "Tiled", "LossBatch", "memory is allocated for 9 blocks and more", `loss := float32\(0\)`,
		"$0\nif len(xs) > 256 {\nkept = make([]float32, len(xs))\n}"),
	keeping(inTeam+"worker.go", "Tiled", "slot", "memory is allocated for the last of 32 runs", `each, more := `,
		"if k == 31 {\nkept = make([]float32, len(t.xs))\n}\n$0"),
	keeping(inTeam+"calls.go", "Tiled", "StepBatch", "memory is allocated for 64 blocks and more", `t\.run\("step"`,
		"if t.blocks >= 64 {\nkept = make([]float32, t.blocks)\n}\n$0"),
}

// keeping is a mistake that keeps memory it allocates.
func keeping(file, victim, in, mistake, find, put string) packageMutant {
	m := on(file, victim, in, mistake, find, put)
	m.also = "var kept []float32"
	return m
}

// nanMistakes hide NaN, each in one unit of one function.
var nanMistakes = []packageMutant{
	on(inKernels, "Tiled", "Forward", "relu hides NaN in the last unit", `max\(z1_6, 0\)`, "tiledWhere(z1_6, z1_6, 0)"),
	on(inKernels, "Tiled", "Forward", "relu hides NaN in the third unit", `max\(z1_2, 0\)`,
		"tiledWhere(z1_2, z1_2, 0)"),
	on(inKernels, "Tiled", "Forward", "relu hides NaN in a unit", `max\(z1_3, 0\)`, "tiledWhere(z1_3, z1_3, 0)"),
	on(inKernels, "Tiled", "Forward", "a product with an input of 0 is left out", `\+ p\.W1\[2\]\[3\]\*x_3`,
		"+ tiledWhere(x_3*x_3, p.W1[2][3]*x_3, 0)"),
	on(inKernels, "Pooled", "Forward", "max hides NaN in a second unit", `m1_2 := max\(z1_4, z1_5\)`,
		"m1_2 := z1_4\nif z1_5 > m1_2 {\nm1_2 = z1_5\n}"),
	on(inKernels, "Pooled", "Forward", "max hides NaN in a first unit", `m1_1 := max\(z1_2, z1_3\)`,
		"m1_1 := z1_3\nif z1_2 > m1_1 {\nm1_1 = z1_2\n}"),
	on(inKernels, "Pooled", "Forward", "hard-tanh makes 1 of NaN", `min\(max\(z3_1, -1\), 1\)`,
		"pooledWhere(1-z3_1, max(z3_1, -1), 1)"),
	on(inKernels, "Kinked", "Forward", "hard-sigmoid makes 0 of NaN", `min\(max\(z2_1/6\+0\.5, 0\), 1\)`,
		"kinkedWhere(z2_1/6+0.5, min(z2_1/6+0.5, 1), 0)"),
	on(inAssembly, "Tiled", "ForwardAVX2", "relu hides NaN", `VCMPPS(\s+)\$0x16`, "VCMPPS$1$$0x1e"),
	on(inAssembly, "Tiled", "ForwardBatchAVX2", "relu hides NaN in some rows", `VCMPPS(\s+)\$0x16`, "VCMPPS$1$$0x1e"),
	on(inAssembly, "Tiled", "LossBatchAVX2", "relu hides NaN in some rows", `VCMPPS(\s+)\$0x16`, "VCMPPS$1$$0x1e"),
	on(inAssembly, "Tiled", "GradAVX2", "relu hides NaN", `VCMPPS(\s+)\$0x16`, "VCMPPS$1$$0x1e"),
	on(inAssembly, "Pooled", "ForwardAVX2", "max hides NaN in a first unit",
		`VMAXPD(\s+)(X1), (X0), (X1)\n\s*VBLENDVPD X2, X0, X1, X0`, "VMAXPD${1}X1, X0, X0"),
	on(inAssembly, "Pooled", "ForwardAVX2", "max hides NaN in a second unit", `VMAXPD(\s+)X1, X0, X1`,
		"VMAXPD${1}X0, X1, X1"),
	on(inAssembly, "Pooled", "ForwardAVX2", "hard-tanh hides NaN", `VMAXPD(\s+)Y0, Y1, Y0`, "VMAXPD${1}Y1, Y0, Y0"),
}

// optimizerMistakes are made in optimizers.
var optimizerMistakes = []packageMutant{
	on(inKernels, "Tiled", "Momentum.Reset", "the count stays", `o\.T = 0\n`, ""),
	on(inKernels, "Tiled", "Momentum.Reset", "the velocity stays", `o\.V = .*\n`, ""),
	on(inKernels, "Tiled", "Nesterov.Reset", "a hyperparameter is reset, too", `o\.T = 0\n`,
		"o.T = 0\no.Momentum = 0.9\n"),
	on(inKernels, "Tiled", "RMSprop.Reset", "the mean of squares stays", `o\.S = .*\n`, ""),
	on(inKernels, "Tiled", "RMSprop.Reset", "the velocity stays", `o\.V = .*\n`, ""),
	on(inKernels, "Tiled", "Adam.Reset", "the mean stays", `o\.M = .*\n`, ""),
	on(inKernels, "Tiled", "Adam.Reset", "the last element of a mean stays", `o\.V = .*\n`,
		"last := o.V.B2[2]\n${0}o.V.B2[2] = last\n"),
	on(inKernels, "Tiled", "AdamW.Reset", "the count becomes 1", `o\.T = 0`, "o.T = 1"),
	on(inKernels, "Tiled", "Momentum.begin", "defaults although there is weight decay", ` && o\.WeightDecay == 0`, ""),
	on(inKernels, "Tiled", "RMSprop.begin", "defaults although there is an ε", `o\.Eps == 0 && `, ""),
	on(inKernels, "Tiled", "Adam.begin", "defaults at any update", `o\.T == 0 && `, ""),
	on(inKernels, "Tiled", "Nesterov.begin", "defaults at any update", `o\.T == 0 && `, ""),
	on(inKernels, "Tiled", "AdamW.Update", "the default weight decay whatever is set", `float64\(o\.WeightDecay\)`,
		"0.01"),
	on(inKernels, "Tiled", "Adam.Update", "the default ε whatever is set", `o\.Beta2, o\.Eps, o\.WeightDecay`,
		"o.Beta2, float32(1e-8), o.WeightDecay"),
	on(inKernels, "Tiled", "Momentum.Update", "the second update is not dampened either", `o\.T == 1`, "o.T <= 2"),
	on(inKernels, "Tiled", "SGD.Update", "the last parameter does not decay", `ps\[65\] = .*`,
		"ps[65] = p_65 - rate*gs[65]"),
	{mutant{"Tiled", "all optimizers share one state", []edit{{"NewTiledAdam", `o := new\(TiledAdam\)`,
		"o := &sharedAdam", false}}, "var sharedAdam TiledAdam"}, inKernels},
	{mutant{"Tiled", "a hyperparameter is taken at the first update alone", []edit{
		{"RMSprop.Update", `alpha, eps, weightdecay, momentum := o\.Alpha`,
			"if o.T == 1 {\nfirst = o.Alpha\n}\nalpha, eps, weightdecay, momentum := first", false},
	}, "var first float32"}, inKernels},
}

// sharedMistakes show when two goroutines use one network at once.
var sharedMistakes = []packageMutant{
	{mutant{"Broad", "activations lie at package level", []edit{
		{"forward1", `\n\}\z`, "\nshared = ws.A1\n}", false}, {"forward2", `ws\.A1`, "shared", true},
	}, "var shared [48]float32"}, inKernels},
	{mutant{"Tiled", "the samples of a block lie at package level", []edit{
		{"", `&b\.samples\[s\]`, "&shared[s%32]", true},
	}, "var shared [32]TiledWorkspace"}, inKernels},
	{mutant{"Tiled", "a rest lies at package level", []edit{{"vectorLossBatch", `b\.restX`, "shared", true}},
		"var shared [32][5]float32"}, inDispatch},
	{mutant{"Tiled", "the results of a rest lie at package level",
		[]edit{{"vectorForwardBatch", `b\.restY`, "shared", true}}, "var shared [32][3]float32"}, inDispatch},
	on(inKernels, "Tiled", "Forward", "a weight is moved and moved back", `z1_0 := `,
		"kept := p.W1[3][1]\np.W1[3][1] = 0\ndefer func() { p.W1[3][1] = kept }()\n$0"),
	{mutant{"Pooled", "a delta lies at package level", []edit{
		{"Backward", `ws\.scratch0\[3\] = v1_3\n`, "shared = v1_3\n", false},
		{"delta", `v1_3 := ws\.scratch0\[3\]`, "v1_3 := shared", false},
	}, "var shared float64"}, inKernels},
}

// kinkMistakes show close to kinks alone.
var kinkMistakes = []packageMutant{
	on(inKernels, "Tiled", "Forward", "relu is 0 up to 1e-4", `max\(z1_2, 0\)`,
		"max(z1_2, 0) * (1 - tiledWhere(1e-4-z1_2, 1, 0)*tiledWhere(z1_2, 1, 0))"),
	on(inKernels, "Tiled", "Backward", "relu' is 0 up to 1e-5", `tiledWhere\(a1_4, 1, 0\)`,
		"tiledWhere(a1_4-1e-5, 1, 0)"),
	on(inKernels, "Tiled", "Step", "relu' is 1 from -1e-5 on", `tiledWhere\(a1_1, 1, 0\)`,
		"tiledWhere(p.B1[1]+p.W1[1][0]*x[0]+p.W1[1][1]*x[1]+p.W1[1][2]*x[2]+p.W1[1][3]*x[3]+p.W1[1][4]*x[4]+1e-5, 1, 0)"),
	on(inKernels, "Pooled", "Backward", "hard-tanh' is 0 from 0.9999 on", `1-pooledAbs\(a3_0\)`,
		"0.9999-pooledAbs(a3_0)"),
	on(inKernels, "Pooled", "delta", "the first of two units that almost tie", `u0_2 := a1_1 - z1_2`,
		"u0_2 := a1_1 - z1_2 - 1e-5"),
	on(inKernels, "Pooled", "Loss", "abs is smooth at 0", `pooledAbs\((a3_1-y_1|a3_1 - y_1)\)`,
		"math.Sqrt(($1)*($1)+1e-10)"),
	on(inKernels, "Pooled", "Backward", "the sign of an error of 1e-5 is 0", `pooledWhere\(u0_0, 1,`,
		"pooledWhere(u0_0-1e-5, 1,"),
	on(inKernels, "Kinked", "Backward", "leaky-relu' is 0.01 up to 1e-5", `kinkedWhere\(a1_2, 1, 0\.01\)`,
		"kinkedWhere(a1_2-1e-5, 1, 0.01)"),
	on(inKernels, "Kinked", "Forward", "the branches of leaky-relu are swapped within 1e-4",
		`kinkedWhere\(z1_1, z1_1, 0\.01\*z1_1\)`,
		"kinkedWhere(z1_1*kinkedWhere(1e-4-kinkedAbs(z1_1), -1, 1), z1_1, 0.01*z1_1)"),
	on(inKernels, "Kinked", "Backward", "hard-sigmoid' goes on to 3.0001", `3-kinkedAbs\(z2_1\)`,
		"3.0001-kinkedAbs(z2_1)"),
	on(inKernels, "Kinked", "Backward", "hard-sigmoid' ends at 2.9999", `3-kinkedAbs\(z2_0\)`,
		"2.9999-kinkedAbs(z2_0)"),
	on(inKernels, "Kinked", "Backward", "a formula's kink at 0.3701", `z3_0-0\.37,`, "z3_0-0.3701,"),
	on(inKernels, "Kinked", "Backward", "a formula's abs turns at 0.9999", `z3_1-1, 1,`, "z3_1-0.9999, 1,"),
	on(inKernels, "Kinked", "Loss", "huber has a step at its edge", `u1_1 := min\(u0_1, 1\)`,
		"u1_1 := kinkedWhere(1e-4-kinkedAbs(u0_1-1), 0.9, min(u0_1, 1))"),
	on(inKernels, "Kinked", "gradBlock", "leaky-relu' is 1 from -1e-5 on", `kinkedWhere\(a1_0, 1, 0\.01\)`,
		"kinkedWhere(a1_0+1e-7, 1, 0.01)"),
}

// updateMistakes are made where the workers of a team share an update.
var updateMistakes = []packageMutant{
	on(inKernels, "Shared", "Momentum.Update", "the update is not counted", `o\.count\(\)\n`, ""),
	on(inDispatch, "Shared", "Momentum.vectorUpdate", "the last parameter of the second range stays",
		`min\(hi-i, (\d+)\)`, "min(hi-i, $1)-lo/8000"),
	on(inTeam+"calls.go", "Shared", "Update", "every worker counts the update",
		`t\.run\("count", 1\)`, `t.run("count", len(t.workers))`),
	on(inTeam+"calls.go", "Shared", "Update", "one worker moves its part alone", `t\.run\("update".*`,
		"t.task, t.count = \"update\", 2\nt.workers[0].part(0)"),
	on(inTeam+"sums.go", "Shared", "finish", "ranges begin with the first parameter", `t\.rate, from, to\)`,
		"t.rate, 0, to)"),
	on(inTeam+"calls.go", "Shared", "UpdateBatch", "half of the rate", `t\.ys, t\.rate = ys, rate`,
		"t.ys, t.rate = ys, rate/2"),
	on(inTeam+"calls.go", "Shared", "updateBatch", "the sum of the second run", `&t\.sums\[0\]`, "&t.sums[1]"),
}
