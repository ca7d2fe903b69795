package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/spec/formula"
)

// specTopic is what help takes besides the commands.
const specTopic = "spec"

// specExample has every field of a spec and shows every way to write an activation.
const specExample = `name: Iris                 # exported Go identifier, prefix of every emitted name
input: 4                   # number of inputs
layers:                    # from the input to the output: z = W*a + b of the a before it, then a = activation(z)
  - dense: 8               # rows of W
    activation: tanh
  - dense: 8
    activation: {name: leaky-relu, slope: 0.1}          # with a parameter
  - dense: 8
    activation: {expr: "z / (1 + exp(-z))"}             # a formula
    bias: false                                         # default: true
  - dense: 8
    activation: {name: max-pool, window: 2}             # 4 outputs: the next layer's W has 4 columns
  - dense: 3
    activation: softmax
cost: cross-entropy        # or {name: huber, delta: 0.5}, or {expr: "(a - y)^2"}: one term, summed over the outputs

# Optional, with their defaults:
package: iris              # Go package; without it $GOPACKAGE, that of the folder's Go files, or the folder's name
precision: float32         # or float64
cache: auto                # what Forward keeps for Backward: pre (z), post (a, and z where it is needed) or both
unroll: auto               # straight-line code while that is fast; full, or loop
input_gradient: false      # true: emit InputGrad and InputGradBatch, the gradient with respect to the input
sample_weights: false      # true: emit LossBatchWeighted, GradBatchWeighted, StepBatchWeighted: a weight a sample
optimizers: []             # types to emit, each with an Update: sgd, momentum, nesterov, rmsprop, adam, adamw
batch: 32                  # samples that the batch functions take at a time; each needs a workspace
rounding: fast             # or strict: every rounding fixed, the same bits on every platform and by assembly too
emit: [forward, grad, step, batch, save, team, test]    # or some of these, as below
derivatives: []            # jacobian, tangent, parameter-jacobian, hessian-vector, as below
targets: [amd64, arm64]    # assembly beside the portable Go: for AVX2 and AVX-512, and for NEON; [] for none

# Optional, without a default:
weights: iris.safetensors  # a file of trained weights beside the spec, or an .npz: emit them as IrisTrained
`

// helpSpec is what a spec may hold.
func helpSpec() string {
	var b strings.Builder
	b.WriteString("A spec is a YAML or JSON file that says what one network is.\n\n")
	for line := range strings.Lines(specExample) {
		if line != "\n" {
			line = "  " + line
		}
		b.WriteString(line)
	}
	b.WriteString(`
What emit lists; the default is all of it:

  forward  the parameters, a workspace and Forward; alone it is all that inference needs
  grad     Loss, Backward, Grad, Init and the gradient's Norm, Clip and Scale; brings forward
  step     Step and Init
  batch    the batch forms of the functions above that are emitted; StepBatch brings GradBatch
  save     a file that saves and loads the network and its optimizers; imports package store of this module
  team     a file that spreads batches over several cores; needs batch; imports package team of this module
  test     a test against the reference, with benchmarks; imports package verify of this module

Kernels import nothing of this module: without save, team and test a go.mod need not require it.
Optimizers and input_gradient need grad; sample_weights needs batch, and grad or step.
Files that are no longer emitted are removed.
`)
	b.WriteString("\nDerivatives, each emitted only when it is named, the Jacobians for batches too:\n\n")
	for _, d := range spec.Derivatives() {
		fmt.Fprintf(&b, "  %-20s  %s; needs %s in emit\n", d.Name, d.Formula, d.Needs)
	}
	b.WriteString("\nActivations, for any layer. A formula with an index applies to the whole layer, others to each unit:\n\n")
	entries(&b, spec.Activations())
	b.WriteString("\nCosts, of outputs a and targets y:\n\n")
	entries(&b, spec.Costs())
	b.WriteString("\nOptimizers, one update of a parameter p with gradient g; " +
		"what PyTorch computes, with its defaults:\n\n")
	optimizers(&b)
	var one, two []string
	for _, f := range formula.Functions() {
		if f.Args == 1 {
			one = append(one, f.Name)
		} else {
			two = append(two, f.Name+"(x, y)")
		}
	}
	fmt.Fprintf(&b, `
Formulas, in quotes, are made of z (an activation), or a and y (a cost); numbers and pi; + - * / and ^,
which is right-associative and binds tighter than a sign before it; parentheses; and the functions
%s
and %s. At most %d characters, nested %d deep.
The derivative is found by differentiation. That of abs(x) is 0 at x = 0. Where x = y, max(x, y) and
min(x, y) have the derivative of y; a constant always counts as y. A side of max or min that is not
selected contributes exactly 0, even times infinity. The derivative of x^y by x is 0 where y = 0; that by y
is 0 where x = 0 and y >= 0. A formula is computed as it is written. Three are recognised when they are
written out, and never overflow: 1/(1 + exp(-x)), log(1 + exp(x)) and tanh. Others may overflow: in float32
log(exp(z) + exp(-z)) is infinite from z = 89 on. Prefer a name to a formula where there is one.
`, strings.Join(one, " "), strings.Join(two, " "), formula.MaxLength, formula.MaxDepth)
	return b.String()
}

// entries lists functions with their definitions and parameters.
func entries(b *strings.Builder, list []spec.Entry) {
	for _, e := range list {
		fmt.Fprintf(b, "  %-20s  %s\n", e.Name, e.Formula)
		for _, p := range e.Params {
			name := p.Name
			if p.Name != spec.Window { // whose default depends on the layer
				name += " (default " + strconv.FormatFloat(p.Default, 'g', -1, 64) + ")"
			}
			fmt.Fprintf(b, "  %-20s  %s: %s\n", "", name, p.Doc)
		}
	}
}

// optimizers lists the optimizers with their formulas, a line for each assignment, and hyperparameters.
func optimizers(b *strings.Builder) {
	for _, o := range spec.Optimizers() {
		name := string(o.Name)
		for line := range strings.SplitSeq(o.Formula, "; ") {
			fmt.Fprintf(b, "  %-20s  %s\n", name, line)
			name = ""
		}
		for _, p := range o.Params {
			fmt.Fprintf(b, "  %-20s  %s (default %s): %s\n", "", p.Name, strconv.FormatFloat(p.Default, 'g', -1, 64),
				p.Doc)
		}
	}
}
