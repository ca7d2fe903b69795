package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/spec"
)

// start is what init writes: a first network that learns exclusive or.
type start struct {
	name string // of the network
	pkg  string
	stem string // what the files are called
}

// generateFile holds the go:generate lines. When it exists already init leaves it as it is.
const generateFile = "generate.go"

// newStart names the files as generate names those that it emits.
func newStart(name, pkg string) start { return start{name, pkg, gen.Stem(name)} }

func (s start) spec() string         { return s.stem + ".yaml" }
func (s start) testFunction() string { return "Test" + s.name + "LearnsXOR" }

// test is the name of the test's file. Behind an underscore the stem may end like the name of a system or a processor,
// and x_linux_test.go would be a file for Linux only.
func (s start) test() string {
	if strings.Contains(s.stem, "_") {
		return s.stem + "_xor_test.go"
	}
	return s.stem + "_test.go"
}

// generateLine is the line by which go generate makes the network's files.
func (s start) generateLine() string {
	return "//go:generate go tool backpropgen generate " + s.spec()
}

// textFile is a file to be written.
type textFile struct{ name, text string }

func (s start) files() []textFile {
	fill := strings.NewReplacer("NAME", s.name, "PACKAGE", s.pkg, "TEST", s.testFunction(), "GENERATE",
		s.generateLine(), "STEM", s.stem).Replace
	return []textFile{
		{s.spec(), alignComments(fill(startSpec))},
		{generateFile, fill(startGenerate)},
		{s.test(), fill(startTest)},
	}
}

// nextSteps tells what was done and what to do after init.
func (s start) nextSteps(changes []change, inModule bool) string {
	var b strings.Builder
	var written, appended []string
	for _, c := range changes {
		if c.exists {
			appended = append(appended, c.name)
		} else {
			written = append(written, c.name)
		}
	}
	fmt.Fprintf(&b, "wrote %s", strings.Join(written, ", "))
	if len(appended) > 0 {
		fmt.Fprintf(&b, "; appended lines to %s", strings.Join(appended, ", "))
	}
	b.WriteString("\n\n")
	if !slices.Contains(written, generateFile) {
		fmt.Fprintf(&b, "%s exists and was left as it is; add this line to it if it is not there:\n\n    %s\n\n",
			generateFile, s.generateLine())
	}
	b.WriteString("next:\n\n")
	if !inModule {
		b.WriteString("    go mod init example.com/" + s.pkg + "\n")
	}
	b.WriteString("    go get -tool github.com/backpropgen/backpropgen/gen/cmd/backpropgen\n" +
		"    go generate\n" +
		"    go mod tidy\n" +
		"    go test\n")
	return b.String()
}

// alignComments puts the comments behind the fields of a spec into one column. In the text they stand
// behind two spaces.
func alignComments(text string) string {
	const column = 28
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if field, comment, ok := strings.Cut(line, "  # "); ok {
			lines[i] = fmt.Sprintf("%-*s  # %s", column-2, field, comment)
		}
	}
	return strings.Join(lines, "\n")
}

// modeline tells editors where the schema of specs is.
const modeline = "# yaml-language-server: $schema=" + spec.SchemaID

const startSpec = modeline + `
# A small network that learns exclusive or. Change it and its test into yours, then run: go generate
# All fields, names and parameters: go tool backpropgen help spec
name: NAME  # exported Go identifier, prefix of every emitted name
precision: float32  # float32 or float64
input: 2  # number of inputs
layers:  # from the input to the output
  - dense: 8  # outputs of the layer
    activation: tanh  # a name, {name: leaky-relu, slope: 0.1} or {expr: "z / (1 + exp(-z))"}
    bias: true  # false: no biases
  - dense: 1
    activation: sigmoid
cost: binary-cross-entropy  # a name, {name: huber, delta: 1} or {expr: "(a - y)^2"}

# Optional, with their defaults:
# package: PACKAGE  # Go package; default: as in the folder
# cache: auto  # what Forward keeps for Backward: auto, pre, post or both
# unroll: auto  # auto, full or loop
# input_gradient: false  # also emit the gradient with respect to the input
# sample_weights: false  # also emit batch functions that take a weight for each sample
# derivatives: []  # any of: jacobian, tangent, parameter-jacobian, hessian-vector
# optimizers: []  # any of: sgd, momentum, nesterov, rmsprop, adam, adamw
# batch: 32  # samples that the batch functions take at a time
# rounding: fast  # strict: the same bits on every platform
# emit: [forward, grad, step, batch, save, team, test]  # [forward] for inference alone
# targets: [amd64, arm64]  # [] for portable Go without assembly, as beside import "C"

# Optional, without a default:
# weights: STEM.safetensors  # trained weights to emit as NAMETrained
`

const startGenerate = `package PACKAGE

GENERATE
`

const startTest = `package PACKAGE

import (
	"math/rand/v2"
	"testing"
)

func TEST(t *testing.T) {
	xs := [4][2]float32{{0, 0}, {0, 1}, {1, 0}, {1, 1}}
	ys := [4][1]float32{{0}, {1}, {1}, {0}}

	var net NAME
	var ws NAMEWorkspace // one per goroutine; nothing else is ever allocated
	net.Init(rand.New(rand.NewPCG(1, 2)).NormFloat64)

	for range 5000 {
		for i := range xs {
			net.Step(&ws, &xs[i], &ys[i], 0.1)
		}
	}
	for i := range xs {
		if got := net.Forward(&ws, &xs[i])[0]; (got > 0.5) != (ys[i][0] > 0.5) {
			t.Errorf("%v gives %.3f, want about %v", xs[i], got, ys[i][0])
		}
	}
}
`
