// Package plan is the generator's intermediate form: a network as a short program over fixed-size
// buffers.
//
// Build writes down forward propagation, the cost and backpropagation exactly as the equations stand, one operation an
// equation. Compile then takes that program through a list of passes, each from a plan to a plan: fuse joins every
// diagonal Jacobian with the loop that produces its operand, cache decides what the forward pass keeps, share lets dead
// scratch space be used again, order fixes the order of sums where it is promised. A plan prints (String), can be
// checked (Check) and can be run (Run), so that a mistake in a pass and a mistake in a printer are told apart without
// compiling anything.
//
// A plan is true of the network whatever it is emitted as: how its operations become loops, functions, scalars or
// vectors is decided by the packages that print code.
package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/spec"
)

// Kind says what a buffer is for, which decides where it lives and who may write to it.
type Kind int

// The kinds of buffers.
const (
	Input           Kind = iota // x, read only
	Target                      // y, read only
	Rate                        // the learning rate, a scalar, read only
	Weight                      // W of a layer; written by Step alone
	Bias                        // b of a layer; written by Step alone
	WeightGrad                  // gradient of a weight matrix
	BiasGrad                    // gradient of a bias vector
	Cache                       // kept in the workspace from Forward to Backward
	Delta                       // gradient with respect to a layer's z, or to x; in the workspace
	Scratch                     // in the workspace, dead once the function returns
	Loss                        // the loss, a scalar result
	Result                      // what a batch function hands back for every sample, in an argument
	Direction                   // a direction, read only
	Derived                     // a derivative, an argument that is written
	WeightDirection             // a direction of a weight matrix, read only
	BiasDirection               // of a bias vector
	WeightCurvature             // what the Hessian makes of a direction, of a weight matrix
	BiasCurvature               // of a bias vector
	Viewed                      // a part of another buffer, see View
	SampleWeight                // the weight of a sample, a scalar, read only
)

var kindNames = [...]string{"input", "target", "rate", "weight", "bias", "weight gradient", "bias gradient", "cache",
	"delta", "scratch", "loss", "result", "direction", "derivative", "weight direction",
	"bias direction", "weight curvature", "bias curvature", "view", "sample weight"}

func (k Kind) String() string { return kindNames[k] }

// Buffer is a fixed-size array of numbers: a vector of Rows elements, or a matrix of Rows×Cols,
// row-major.
type Buffer struct {
	Name  string // in the notes' letters: W1, b1, z1, a1, d1, x, y
	Kind  Kind
	Layer int // ℓ; 0 for the input
	Rows  int // length of a vector
	Cols  int // 1 for a vector
	Doc   string
	Means *Meaning // of z, a and the like; nil for what its Kind says all about
	View  *View    // of which buffer it is a part, for Viewed
	Slot  int      // for Scratch: which shared slot holds it; -1 before the share pass
}

// Len is the number of elements.
func (b *Buffer) Len() int { return b.Rows * b.Cols }

// Matrix says whether the buffer is a weight matrix, the gradient of one, or a Jacobian.
func (b *Buffer) Matrix() bool {
	switch b.Kind {
	case Weight, WeightGrad, WeightDirection, WeightCurvature:
		return true
	}
	return b.Means == OutputJacobian
}

func (b *Buffer) String() string {
	if b.Matrix() {
		return fmt.Sprintf("%s[%d×%d]", b.Name, b.Rows, b.Cols)
	}
	return fmt.Sprintf("%s[%d]", b.Name, b.Rows)
}

// Program is one network's emitted functions.
type Program struct {
	Network spec.Network // with defaults
	// Cache is the mode in force: the network's, unless that is auto and a fixed one was found to be better.
	Cache spec.Cache
	// Activations are the formulas of the layers' activations, layer 1 first, and Cost the cost's.
	Activations []expr.Activation
	Cost        expr.Cost
	Buffers     []*Buffer
	Funcs       []*Func
	Slots       []int // length of each shared scratch slot, in elements
	// Block is how many samples a batch function takes at a time: the network's batch, or what MaxBlockBytes has room
	// for.
	Block   int
	Choices []string // what the passes decided, a line each, for explain
}

// The functions of a program, by the names of the emitted methods.
const (
	Forward  = "Forward"
	LossOnly = "Loss"
	Backward = "Backward"
	Grad     = "Grad"
	Step     = "Step"

	ForwardBatch   = "ForwardBatch"
	LossBatch      = "LossBatch"
	GradBatch      = "GradBatch"
	StepBatch      = "StepBatch"
	InputGradBatch = "InputGradBatch"

	Tangent       = "Tangent"
	Jacobian      = "Jacobian"
	JacobianBatch = "JacobianBatch"
	HessianVector = "HessianVector"

	ParameterJacobian      = "ParameterJacobian"
	ParameterJacobianBatch = "ParameterJacobianBatch"

	LossBatchWeighted = "LossBatchWeighted"
	GradBatchWeighted = "GradBatchWeighted"
	StepBatchWeighted = "StepBatchWeighted"
)

// Func is one function of the API: operations in order. The same operation may stand in several functions.
//
// A function of a batch takes any number of samples, a block at a time: the operations that Scope says to be of the
// samples are carried out for every sample of a block, each in its own workspace, those of the block once for all of
// them, and those of the call once, before the first block or after the last.
type Func struct {
	Name  string
	Batch bool
	Ops   []Op
	// Rows, if not nil, are repeated after them.
	Rows *Rows
	// Each, of a batch function, is the function of one sample that it calls for every sample; then it has nothing
	// else.
	Each string
}

// BlockOps are the operations of a batch function that are carried out for every block.
func (f *Func) BlockOps() []Op {
	return slices.DeleteFunc(slices.Clone(f.Ops), func(op Op) bool { return ScopeOf(op) == PerCall })
}

// Longest is the function that performs the most for one sample: Grad, else Step, else Forward.
func (p *Program) Longest() *Func {
	for _, name := range []string{Grad, Step} {
		if f := p.Func(name); f != nil {
			return f
		}
	}
	return p.Func(Forward)
}

// HasGradient says whether any function forms or sums a gradient of the parameters, so that there is a type for it.
func (p *Program) HasGradient() bool {
	return slices.ContainsFunc(p.Funcs, func(f *Func) bool { return f.Writes(WeightGrad) })
}

// Func returns the function of that name, nil if there is none.
func (p *Program) Func(name string) *Func {
	for _, f := range p.Funcs {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// Buffer returns the buffer of that name, nil if there is none.
func (p *Program) Buffer(name string) *Buffer {
	for _, b := range p.Buffers {
		if b.Name == name {
			return b
		}
	}
	return nil
}

// Find returns the buffer of a kind that belongs to layer l, nil if there is none.
func (p *Program) Find(k Kind, l int) *Buffer {
	for _, b := range p.Buffers {
		if b.Kind == k && b.Layer == l {
			return b
		}
	}
	return nil
}

// Ops returns every operation of the program once, in the order of first appearance.
func (p *Program) Ops() []Op {
	seen := map[Op]bool{}
	var ops []Op
	for _, f := range p.Funcs {
		for _, op := range f.All() {
			if !seen[op] {
				seen[op] = true
				ops = append(ops, op)
			}
		}
	}
	return ops
}

// FieldName is the exported name of a buffer as a field of an emitted struct: a1 is A1, and the gradient gW1 is W1.
func FieldName(b *Buffer) string {
	name := b.Name
	switch b.Kind {
	case WeightGrad, BiasGrad, WeightDirection, BiasDirection, WeightCurvature, BiasCurvature:
		name = name[1:]
	case Scratch:
		return fmt.Sprintf("scratch%d", b.Slot)
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

// Expressions lists the expressions that an operation evaluates.
func Expressions(op Op) []expr.Expr {
	if o, ok := op.(*Vector); ok {
		return o.expressions()
	}
	var es []expr.Expr
	if m := Elementwise(op); m != nil {
		for _, s := range m.Sets {
			es = append(es, s.Expr)
		}
		if m.Sum != nil {
			es = append(es, m.Sum.Expr)
		}
	}
	return es
}

// Elementwise is what an operation does with every element it forms, nil for operations that have nothing of the kind.
func Elementwise(op Op) *Map {
	switch o := op.(type) {
	case *Affine:
		return &o.Each
	case *BackAffine:
		return &o.Each
	case *Map:
		return o
	}
	return nil
}
