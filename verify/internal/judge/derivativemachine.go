package judge

import (
	"math"
	"slices"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/fence"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// Derivatives are those of one network as the judge sees them.
type Derivatives[F memory.Float] struct {
	Network spec.Network
	Format  rounding.Format
	Report  *finding.Report
	Options Options
	Cuts    Cuts
	// Single makes what the functions of one sample work on, and Batch what those of batches do, with room for up to so
	// many samples.
	Single func() *DerivativeMachine[F]
	Batch  func(largest int) *DerivativeBatch[F]
	// Fenced puts everything between fences, with room for so many samples.
	Fenced func(most int) *FencedDerivatives[F]
	// Users are two goroutines that share parameters, for batches of so many samples.
	Users func(count int) [2]DerivativeUser[F]
}

// DerivativeMachine is the derivatives on one sample with one set of everything they work on, seen as flat slices.
// Functions that the network does not emit are nil.
type DerivativeMachine[F memory.Float] struct {
	// J and K are the matrices of ∂ŷ/∂x and ∂ŷ/∂θ, row by row.
	Params, X, DX, Y, DY, J, K, V, HV []F

	// Those that return ŷ return it where the kernel put it. AlongX is Tangent with x for the direction.
	Jacobian, Tangent, AlongX, ParameterJacobian func() []F
	// HessianVector returns the loss.
	HessianVector func() F
	// Poison fills every float of the workspace with NaN, and Owns says whether memory lies in it.
	Poison func()
	Owns   func(v []F) bool
	Guards []fence.Guard
}

// DerivativeBatch is the derivatives of batches likewise.
type DerivativeBatch[F memory.Float] struct {
	Params []F
	// Js and Ks have a matrix for each sample.
	Xs, Js, Ks memory.Samples[F]

	Jacobian, ParameterJacobian func(n memory.Lengths)
	Poison                      func()
	Guards                      []fence.Guard
}

// FencedDerivatives are derivatives with every argument between fences, as Fenced.
type FencedDerivatives[F memory.Float] struct {
	Fences fence.Set
	Single func(at fence.Placement) *DerivativeMachine[F]
	Batch  func(at fence.Placement, count int) *DerivativeBatch[F]
}

// DerivativeUser is the derivatives of one of two goroutines.
type DerivativeUser[F memory.Float] struct {
	Single *DerivativeMachine[F]
	Batch  *DerivativeBatch[F]
}

// derived says which functions there are.
func (m *DerivativeMachine[F]) derived() trial.Derived {
	return trial.Derived{
		Jacobian: m.Jacobian != nil, Tangent: m.Tangent != nil,
		ParameterJacobian: m.ParameterJacobian != nil, HessianVector: m.HessianVector != nil,
	}
}

// derivativeCall is one function and what is to be judged after it.
type derivativeCall[F memory.Float] struct {
	name  string
	there bool
	// run makes the call and returns ŷ, nil if it returns none, and the loss.
	run func() (output []F, loss F)
	// result is what the call writes, output and loss say what it returns.
	result       []F
	output, loss bool
	// want is what the result must be.
	want func(e *trial.Derivatives) (value, bound []float64)
	// blocks name the result, as often as it takes.
	blocks func(n spec.Network) []finding.Block
}

// calls are those of functions that the machine has.
func (m *DerivativeMachine[F]) calls() []derivativeCall[F] {
	list := []derivativeCall[F]{
		{
			name: "Jacobian", there: m.Jacobian != nil, output: true, result: m.J,
			run:  func() ([]F, F) { return m.Jacobian(), 0 },
			want: func(e *trial.Derivatives) ([]float64, []float64) { return e.Jacobian, e.JacobianBound },
			blocks: func(n spec.Network) []finding.Block {
				in, out := n.Width(0), n.Width(n.Depth())
				return []finding.Block{{Name: "∂ŷ/∂x", N: in * out, Cols: in}}
			},
		},
		{
			name: "Tangent", there: m.Tangent != nil, output: true, result: m.DY,
			run:  func() ([]F, F) { return m.Tangent(), 0 },
			want: func(e *trial.Derivatives) ([]float64, []float64) { return e.Tangent, e.TangentBound },
			blocks: func(n spec.Network) []finding.Block {
				return []finding.Block{{Name: "dy", N: n.Width(n.Depth())}}
			},
		},
		{
			name: "ParameterJacobian", there: m.ParameterJacobian != nil, output: true, result: m.K,
			run: func() ([]F, F) { return m.ParameterJacobian(), 0 },
			want: func(e *trial.Derivatives) ([]float64, []float64) {
				return e.ParameterJacobian, e.ParameterJacobianBound
			},
			blocks: func(n spec.Network) []finding.Block { return finding.Blocks(n, "∂ŷ/∂") },
		},
		{
			name: "HessianVector", there: m.HessianVector != nil, loss: true, result: m.HV,
			run: func() ([]F, F) { return nil, m.HessianVector() },
			want: func(e *trial.Derivatives) ([]float64, []float64) {
				return e.HessianVector, e.HessianVectorBound
			},
			blocks: func(n spec.Network) []finding.Block { return finding.Blocks(n, "hv.") },
		},
	}
	return slices.DeleteFunc(list, func(c derivativeCall[F]) bool { return !c.there })
}

// load sets what the functions read, and fills with NaN what they write.
func (m *DerivativeMachine[F]) load(s trial.Sample, d trial.Direction) {
	memory.Narrow(m.Params, s.Params)
	memory.Narrow(m.X, s.X)
	memory.Narrow(m.Y, s.Y)
	memory.Narrow(m.DX, d.X)
	memory.Narrow(m.V, d.V)
	for _, result := range [][]F{m.DY, m.J, m.K, m.HV} {
		memory.Fill(result, math.NaN())
	}
}

// derivativeBatchCall is one function of batches.
type derivativeBatchCall[F memory.Float] struct {
	name   string
	there  bool
	run    func(n memory.Lengths)
	result memory.Samples[F]
	want   func(e *trial.Derivatives) (value, bound []float64)
	blocks func(n spec.Network) []finding.Block
}

// calls are those of functions that there are, with what they have of the functions of one sample.
func (b *DerivativeBatch[F]) calls(m *DerivativeMachine[F]) (list []derivativeBatchCall[F]) {
	all := []derivativeBatchCall[F]{
		{name: "JacobianBatch", there: b.Jacobian != nil, run: b.Jacobian, result: b.Js},
		{name: "ParameterJacobianBatch", there: b.ParameterJacobian != nil, run: b.ParameterJacobian, result: b.Ks},
	}
	for _, c := range all {
		for _, single := range m.calls() {
			if c.there && c.name == single.name+"Batch" {
				c.want, c.blocks = single.want, single.blocks
				list = append(list, c)
			}
		}
	}
	return list
}

// load sets the samples of a batch, and fills with NaN what a call must overwrite.
func (b *DerivativeBatch[F]) load(batch trial.Batch) {
	memory.Narrow(b.Params, batch.Params)
	b.Xs.Load(batch.Xs, memory.Beyond)
	for _, results := range []memory.Samples[F]{b.Js, b.Ks} {
		if len(results.Memory) > 0 {
			results.Load(nil, memory.Untouchable)
			memory.Fill(results.First(batch.Count), math.NaN())
		}
	}
}
