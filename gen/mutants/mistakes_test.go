package mutants

import "slices"

// mistakes are all that are planted: no two of them alike, none of them a matter of taste.
func mistakes() []mutant {
	return slices.Concat(smoothMistakes, classesMistakes, loopsMistakes, poolsMistakes, preMistakes, doubleMistakes,
		formulaMistakes, largeMistakes, batchMistakes)
}

// smoothMistakes are made in straight code with activations of single units, and in what every network has.
var smoothMistakes = []mutant{
	one("Smooth", "Forward", "a bias is left out", `p\.B2\[1\] \+ `, ""),
	one("Smooth", "Forward", "the bias of another unit", `p\.B1\[0\]`, "p.B1[1]"),
	one("Smooth", "Forward", "a product is subtracted", `\+ p\.W1\[2\]\[1\]`, "- p.W1[2][1]"),
	one("Smooth", "Forward", "an index is transposed", `p\.W2\[0\]\[1\]`, "p.W2[1][0]"),
	one("Smooth", "Forward", "a product is left out", ` \+ p\.W1\[3\]\[2\]\*x_2`, ""),
	one("Smooth", "Forward", "a product is added twice", `p\.W1\[0\]\[0\]\*x_0`, "$0 + $0"),
	one("Smooth", "Forward", "sigmoid in place of tanh", `smoothTanh\(z1_3\)`, "smoothSigmoid(z1_3)"),
	one("Smooth", "Forward", "an activation is not kept for Backward", `ws\.A1\[2\] = a1_2\n`, ""),
	one("Smooth", "Forward", "the pre-activation is kept for the activation", `ws\.A2\[0\] = a2_0`, "ws.A2[0] = z2_0"),
	one("Smooth", "Forward", "x is written", `return &ws`, "x[0] /= 2\n$0"),
	one("Smooth", "Loss", "the mean is halved", `loss \*= 0\.5`, "loss *= 0.25"),
	one("Smooth", "Loss", "the last output is left out", `loss \+= u0_1 \* u0_1`, "_ = u0_1"),
	one("Smooth", "Loss", "the loss of the call before", `return loss`,
		"before := ws.D0[0]\nws.D0[0] = loss\nreturn before"),
	one("Smooth", "Backward", "tanh' is 1 - a for 1 - a²", `1 - a1_0\*a1_0`, "1 - a1_0"),
	one("Smooth", "Backward", "sigmoid' is a for a(1 - a)", `\(a2_1 \* \(1 - a2_1\)\)`, "a2_1"),
	one("Smooth", "Backward", "the input of another unit in ∇W", `d3_0 \* a2_0`, "d3_0 * a2_1"),
	one("Smooth", "Backward", "y is written", `return loss`, "y[1] = -y[1]\n$0"),
	one("Smooth", "Backward", "arctan' at a for z", `z3_0, z3_1 := ws\.Z3\[0\]`, "z3_0, z3_1 := ws.A3[0]"),
	one("Smooth", "Backward", "W for its transpose", `p\.W2\[1\]\[0\]\*d2_1`, "p.W2[0][1]*d2_1"),
	one("Smooth", "Backward", "the delta of another unit in ∇b", `g\.B2\[1\] = d2_1`, "g.B2[1] = d2_0"),
	one("Smooth", "Backward", "a gradient is not written", `g\.W1\[3\]\[2\] = .*\n`, ""),
	one("Smooth", "Backward", "a gradient is added to what g held", `g\.W2\[2\]\[3\] =`, "g.W2[2][3] +="),
	one("Smooth", "Backward", "the parameters are moved", `return loss`, "p.W1[0][0] *= 1 + 0x1p-23\n$0"),
	one("Smooth", "Step", "NaN in the workspace stays there", `ws\.D1\[0\] = d1_0`, "ws.D1[0] = d1_0 + 0*ws.D1[0]"),
	one("Smooth", "Step", "a part of the delta of the call before", `ws\.D1\[1\] = d1_1`,
		"if old := ws.D1[1]; old == old {\nd1_1 += old / 1024\n}\n$0"),
	one("Smooth", "Backward", "a gradient beyond the last", `return loss`,
		"*(*float32)(unsafe.Add(unsafe.Pointer(g), unsafe.Sizeof(*g))) = loss\n$0"),
	one("Smooth", "Forward", "a number before the workspace", `return &ws`,
		"(*[2]float32)(unsafe.Add(unsafe.Pointer(ws), -8))[1] = 0\n$0"),
	one("Smooth", "Loss", "y is read beyond its end", `return loss`,
		"return loss + 0*(*[2]float32)(unsafe.Add(unsafe.Pointer(y), 8))[0]"),
	one("Smooth", "Step", "the rate is squared", `rate \* d3_0`, "rate * rate * d3_0"),
	one("Smooth", "Step", "the rate is left out", `rate \* d3_1`, "d3_1"),
	one("Smooth", "Step", "a weight is read after it is written", `\+= w3_0_1 \* d3_0`,
		"+= (w3_0_1 - rd3_0*a2_1) * d3_0"),
	one("Smooth", "Step", "two weights swapped", `p\.W3\[1\]\[1\] = w3_1_1`, "p.W3[1][1] = w3_1_0"),
	one("Smooth", "Step", "the loss after the step", `return loss`, "return p.Loss(ws, x, y)"),
	one("Smooth", "Step", "the gradient of x is that of the call before", `ws\.D0\[2\] = v0_2`, "_ = v0_2"),
	one("Smooth", "Backward", "the gradient of another input", `ws\.D0\[1\] = v0_1`, "ws.D0[1] = v0_1 - v0_1 + v0_2"),
	one("Smooth", "InputGrad", "the gradient of x is a copy", `return &ws\.D0`, "copied := ws.D0\nreturn &copied"),
	one("Smooth", "Sigmoid", "a function of 1e-5 too large", `return ([^\n]*)\n\}\z`, "return 1.00001 * ($1)\n}"),
	{"Smooth", "the result is a copy", []edit{{"Forward", `return &ws\.A3`, "copied = ws.A3\nreturn &copied", false}},
		"var copied [2]float32"},
	{"Smooth", "memory is allocated", []edit{{"Forward", `return &ws`, "kept = append(kept[:0:0], x[0])\n$0", false}},
		"var kept []float32"},
	{"Smooth", "a call in sixteen rounds otherwise", []edit{{"Forward", `return &ws`,
		"if calls++; calls%16 == 0 {\nws.A3[0] *= 1 + 0x1p-23\n}\n$0", false}}, "var calls int"},
	{"Smooth", "workspaces share a cache", []edit{
		{"Forward", `ws\.A1\[1\] = a1_1`, "$0\nshared = a1_1", false}, {"Backward", `a1_1 := ws\.A1\[1\]`,
			"a1_1 := shared", false},
	}, "var shared float32"},
	one("Smooth", "Init", "another scale", `0\.\d+ \* norm`, "0.5 * norm"),
	one("Smooth", "Init", "biases stay", `p\.B1 = .*\n`, ""),
	{"Smooth", "one draw for a whole row", []edit{
		{"Init", `for i := range p\.W2 \{`, "$0\ndrawn := norm()", false}, {"Init", `(p\.W2\[i\]\[j\] = .*)norm\(\)`,
			"${1}drawn", false},
	}, ""},
	one("Smooth", "Init", "negative draws become positive", `norm\(\)`, "math.Abs(norm())"),
	one("Smooth", "Init", "draws are cut off at 2", `norm\(\)`, "min(norm(), 2)"),
}

// classesMistakes are made in relu, softmax with cross-entropy, and updates in place.
var classesMistakes = []mutant{
	every("Classes", "softmax without subtracting the maximum", `classesExp\(z2_(\d) - m2\)`, "classesExp(z2_$1)"),
	every("Classes", "relu hides NaN", `max\(z1_(\d), 0\)`, "classesWhere(z1_$1, z1_$1, 0)"),
	one("Classes", "Forward", "softmax divides by the number of units", `1 / s2`, "float32(1.0 / 3)"),
	one("Classes", "Forward", "the logit is kept without its bias", `ws\.Z2\[0\] = z2_0`, "ws.Z2[0] = z2_0 - p.B2[0]"),
	{"Classes", "the loss from the probabilities", []edit{{"Loss", `m2_0 - z2_(\d) \+ t_0`,
		"0*(m2_0-z2_$1) - classesLog(ws.A2[$1])", true}}, ""},
	one("Classes", "Loss", "a target is squared", `y_0 \*`, "y_0 * y_0 *"),
	one("Classes", "Loss", "the logarithm of the sum is left out", `m2_0 - z2_1 \+ t_0`, "m2_0 - z2_1"),
	one("Classes", "Backward", "relu' is 1 at 0", `(a1_0 := .*\n.*)classesWhere\(a1_0, 1, 0\)`,
		"z1_0 := p.B1[0] + p.W1[0][0]*x[0] + p.W1[0][1]*x[1] + p.W1[0][2]*x[2] + p.W1[0][3]*x[3]\n"+
			"${1}(1 - classesWhere(-z1_0, 1, 0))"),
	one("Classes", "Backward", "relu' is left out", `\* classesWhere\(a1_5, 1, 0\)`, ""),
	one("Classes", "Backward", "the delta has the wrong sign", `a2_1 - y_1`, "y_1 - a2_1"),
	one("Classes", "Backward", "the target of another class", `a2_2 - y_2`, "a2_2 - y_1"),
	one("Classes", "Step", "a weight goes uphill", `p\.W1\[1\]\[1\] -=`, "p.W1[1][1] +="),
	one("Classes", "Step", "a bias does not move", `p\.B1\[3\] -= rd1_3\n`, ""),
	one("Classes", "Step", "a weight is replaced by its step", `p\.W1\[0\]\[2\] -= `, "p.W1[0][2] = -"),
	one("Classes", "Step", "the step of another row", `p\.W1\[4\]\[0\] -= rd1_4`, "p.W1[4][0] -= rd1_3"),
	one("Classes", "Log", "a logarithm of another base", `return ([^\n]*)\n\}\z`, "return math.Log2E * ($1)\n}"),
	one("Classes", "Where", "a selection at ≥ for >", `c > 0`, "c >= 0"),
	one("Classes", "Flat", "a view of a copy", `return `, "copied := *p\np = &copied\nreturn "),
}

// loopsMistakes are made in loops over blocks of rows.
var loopsMistakes = []mutant{
	one("Loops", "Step", "a loop leaves its last block out", `i < 12; i \+= 4`, "i < 8; i += 4"),
	one("Loops", "Step", "a loop leaves its last row out", `i < 17`, "i < 16"),
	one("Loops", "Backward", "a loop leaves its first row out", `i := 0; i < 17`, "i := 1; i < 17"),
	one("Loops", "Step", "a row further", `&p\.W1\[i\]`, "&p.W1[(i+1)%17]"),
	one("Loops", "Step", "a unit of a block further", `\* loopsWhere\(a1_i2,`, "* loopsWhere(a1_i1,"),
	one("Loops", "Backward", "an input further", `w_i\[16\] = d1_i \* x\[16\]`, "w_i[16] = d1_i * x[17]"),
	one("Loops", "Forward", "an input less", `x_17 := x\[17\]`, "x_17 := x[16]"),
	one("Loops", "Forward", "another slope", `0\.01\*z1_5`, "0.02*z1_5"),
	one("Loops", "Backward", "another slope in the derivative", `1, 0\.01\)`, "1, 0.02)"),
	one("Loops", "Forward", "infinities in the workspace stay there", `ws\.A1\[3\] = a1_3`,
		"if old := ws.A1[3]; old-old == 0 || old != old {\n$0\n}"),
	one("Loops", "delta", "a delta is not kept", `ws\.D2\[8\] = d2_8`, "_ = d2_8"),
	one("Loops", "Backward", "a part of the loss is not computed", `ws\.scratch0\[0\] = t_0\n`, "_ = t_0\n"),
	one("Loops", "Step", "the deltas are those of the step before", `loss := p\.delta\(ws, y\)`,
		"loss := p.Loss(ws, x, y)"),
}

// poolsMistakes are made in pools and in an activation of a whole layer.
var poolsMistakes = []mutant{
	one("Pools", "Forward", "the unit of another window", `max\(z1_0, z1_1, z1_2\)`, "max(z1_0, z1_1, z1_3)"),
	one("Pools", "Forward", "a window is too short", `max\(z1_3, z1_4, z1_5\)`, "max(z1_3, z1_4)"),
	one("Pools", "Forward", "the sum for the mean", `0\.5 \* s3_1`, "s3_1"),
	one("Pools", "Forward", "a length of 0 is divided by", `poolsWhere\(p2, h2/p2, h2\)`, "h2 / p2"),
	one("Pools", "Forward", "a part of the Jacobian is not kept", `ws\.K2\[0\] = k2`, "_ = k2"),
	one("Pools", "delta3", "the gradient goes to every maximum", `o1_0 = poolsWhere\(u0_0, o1_0, 0\)`, "o1_0 = 1"),
	one("Pools", "delta3", "the gradient goes to no maximum but the first unit", `o1_1 = poolsWhere\(u0_3, o1_1, 0\)`,
		"o1_1 = 0"),
	one("Pools", "delta2", "the radial part of the Jacobian is left out", `kd2 := k2_0 \* dot2`,
		"kd2 := 0 * k2_0 * dot2"),
	one("Pools", "delta2", "the radial part has the wrong sign", `q2_0\*v2_1 \+ kd2\*a2_1`, "q2_0*v2_1 - kd2*a2_1"),
	one("Pools", "delta1", "the whole gradient to each unit of a mean", `0\.5 \* v3_1`, "v3_1"),
	one("Pools", "gradBlock", "the gradient of another window", `d3_3 := 0\.5 \* v3_1`, "d3_3 := 0.5 * v3_0"),
	one("Pools", "delta3", "a unit counts as the maximum", `a1_0 - z1_1`, "z1_1 - z1_1"),
}

// preMistakes are made where activations are formed again on the way back.
var preMistakes = []mutant{
	one("Pre", "Backward", "a term of gelu' is halved", `0\.39894\d*`, "0.19947114020071635"),
	one("Pre", "delta2", "formed again from another unit", `a1_0 := z1_0`, "a1_0 := z1_1"),
	one("Pre", "delta2", "a summand of log-softmax's Jacobian is left out", `sum2 := v2_0 \+`, "sum2 :="),
	one("Pre", "deltaPart2", "log-softmax's Jacobian from z for a", `preExp\(a2_2\)\*sum2`,
		"preExp(ws.Z2[2]+0*a2_2)*sum2"),
	one("Pre", "Loss", "the other class's target", `z3_1\*y_1`, "z3_1*(1-y_1)"),
	one("Pre", "Loss", "the logistic loss overflows",
		`max\(z3_0, 0\) - z3_0\*y_0 \+ preLog1p\(preExp\(-preAbs\(z3_0\)\)\)`, "preLog1p(preExp(z3_0)) - z3_0*y_0"),
	one("Pre", "Step", "the gradient of x from the moved weights", `v0_0 \+= w1_0_0 \* d1_0`,
		"v0_0 += (w1_0_0 - rd1_0*x_0) * d1_0"),
	every("Pre", "log-softmax without subtracting the maximum", `m2 := max\(.*\)`, "m2 := float32(0)"),
}

// doubleMistakes are those that only double precision shows, and of kinks.
var doubleMistakes = []mutant{
	one("Double", "Forward", "a sum is rounded to float32", `z1_0 := (.*)`, "z1_0 := float64(float32($1))"),
	one("Double", "Loss", "a constant is rounded to float32", `0\.3333333333333333`, "float64(float32(1.0/3))"),
	every("Double", "exp less 1 for expm1", `doubleExpm1\(min\(z1_(\d), 0\)\)`, "(math.Exp(min(z1_$1, 0)) - 1)"),
	one("Double", "Backward", "elu' is a for a + 1", `a1_0\+1`, "a1_0"),
	one("Double", "gradPart", "hard-tanh' is 1 beyond the kink", `doubleWhere\(1-doubleAbs\(a2_0\), 1, 0\)`, "1"),
	one("Double", "Forward", "hard-tanh is cut off at 2", `min\(max\(z2_0, -1\), 1\)`, "min(max(z2_0, -1), 2)"),
	one("Double", "Loss", "huber's square is halved", `0\.5\*u`, "0.25*u"),
	one("Double", "Step", "huber's gradient is not cut off", `min\(max\(u0_1, -1\), 1\)`, "u0_1"),
	one("Double", "Backward", "the sum's gradient for the mean's", `0\.3333333333333333 \* min`, "1 * min"),
}

// formulaMistakes are made in derivatives of formulas and in layers without biases.
var formulaMistakes = []mutant{
	one("Formula", "Backward", "the other slope of a maximum", `1, 0\.25\)`, "1, 0.5)"),
	one("Formula", "Backward", "sin' is sin", `formulaCos\(z2_0\)`, "formulaSin(z2_0)"),
	one("Formula", "Step", "a product's derivative at a for z", `z1_0\*\(u0_0\*\(1-u0_0\)\)`, "a1_0*(u0_0*(1-u0_0))"),
	one("Formula", "Backward", "a term of a product's derivative is left out", `u0_1 \+ z1_1\*\(u0_1\*\(1-u0_1\)\)`,
		"u0_1"),
	one("Formula", "Backward", "the derivative of abs at 0 is -1", `formulaWhere\(y_0-a2_0, -1, 0\)`, "-1"),
	one("Formula", "Loss", "abs is left out", `formulaAbs\(u0_1\)`, "u0_1"),
	one("Formula", "Forward", "a bias where there is none", `z2_0 := `, "z2_0 := 1e-3 + "),
	one("Formula", "Sin", "an argument is rounded", `b := math\.Float32bits\(x\)`, "b := math.Float32bits(x) &^ 0xff"),
}

// largeMistakes are made in one place of a hundred thousand.
var largeMistakes = []mutant{
	one("Large", "Backward", "one gradient of 100,654 is 1e-3 too large", `return loss`, "g.W1[211][17] *= 1.001\n$0"),
	one("Large", "Step", "one step of 100,654 is 1e-3 too large", `return loss`,
		"p.W1[17][211] -= 0.001 * rate * ws.D1[17] * x[211]\n$0"),
	one("Large", "Forward", "one weight of 100,654 is read 1e-3 too large", `z1_i := p\.B1\[i\]`,
		"$0\nif i == 72 {\nz1_i += 0.001 * p.W1[72][47] * x[47]\n}"),
	one("Large", "Forward", "a loop leaves its last block of rows out", `i < 320`, "i < 312"),
	one("Large", "Step", "a loop leaves its last block of columns out", `j < 288`, "j < 272"),
	one("Large", "Backward", "a loop leaves its last row out", `i < 330`, "i < 329"),
	one("Large", "Forward", "a column is left out", `\+= w_i3\[288\] \* x_288`, "+= 0 * x_288"),
	one("Large", "Backward", "a column further", `(w_i\[j\+15\] = d1_i \* x\[j\+)15\]`, "${1}14]"),
}

// batchMistakes are made in functions that take many samples.
var batchMistakes = []mutant{
	one("Classes", "ForwardBatch", "a sample between blocks is left out", `xs\[32:\], out\[32:\]`, "xs[33:], out[33:]"),
	one("Classes", "ForwardBatch", "fewer samples than results are taken", `len\(xs\) != len\(out\)`,
		"len(xs) > len(out)"),
	one("Classes", "ForwardBatch", "a result beyond the last", `p\.forwardBlock\(b, xs, out\)`,
		"$0\nif n := len(out); n < cap(out) {\nout[:n+1][n][0] = 0\n}"),
	one("Classes", "forwardBlock", "results in another order", `&out\[s\]`, "&out[len(xs)-1-s]"),
	one("Classes", "forwardBlock", "a sample is written", `for s := range xs \{`, "$0\nxs[s][0] /= 2"),
	one("Classes", "LossBatch", "the last block is left out", `loss \+= p\.lossBlock\(b, xs, ys\)`,
		"_ = p.lossBlock(b, xs, ys)"),
	one("Classes", "GradBatch", "the loss of the last block alone", `loss \+= (p\.gradBlock\(b, xs, ys, g\))`,
		"loss = $1"),
	one("Classes", "GradBatch", "the sum is added to what g held", `\*g = ClassesGrad\{\}\n`, ""),
	one("Classes", "gradBlock", "the first sample of a block is left out of a sum", `ws := &b\.samples\[s\]\n`,
		"if s == 0 {\ncontinue\n}\n$0"),
	one("Classes", "gradBlock", "the delta of another sample", `d2_i := ws\.D2\[i\]`, "d2_i := b.samples[0].D2[i]"),
	one("Classes", "StepBatch", "the sum of the call before is kept", `b\.sum = ClassesGrad\{\}\n`, ""),
	one("Classes", "StepBatch", "the last parameters do not move", `k < 48`, "k < 40"),
	one("Classes", "StepBatch", "a gradient of another place", `rate \* gs\[k\+3\]`, "rate * gs[k+2]"),
	{"Classes", "memory is allocated for every sample", []edit{{"GradBatch", `\*g = `,
		"kept = make([]float32, len(xs))\n$0", false}}, "var kept []float32"},
	{"Classes", "parameters move after every block", []edit{{"StepBatch", `xs, ys = xs\[32:\], ys\[32:\]`,
		"$0\np.W1[0][0] -= rate * b.sum.W1[0][0]\nb.sum.W1[0][0] = 0", false}}, ""},
}
