// Package judge checks that kernels and teams keep their contract. It sees them as functions on slices of numbers,
// whatever the network's types are: a Machine calls them on one sample, a BatchMachine on many.
//
// Every function is tried on every kind of trial, and its numbers are compared with the reference. Then the judge looks
// for what a function must not do: hide a NaN, see another sample, depend on what the workspace held, write beside its
// results, allocate, or share memory with another goroutine. Under rounding: strict it must also not sum in another
// order, and all levels of the assembly must give the same bits.
package judge

import (
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/fence"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
)

// Kernel is a kernel as the judges see it.
type Kernel[F memory.Float] struct {
	Network        spec.Network
	Format         rounding.Format
	Report         *finding.Report
	Options        Options
	Cuts           Cuts
	Machine, Other *Machine[F]
	Gradient       GradientFunctions[F]
	// Batch makes a machine for batches of up to so many samples.
	Batch func(largest int) *BatchMachine[F]
	// Fenced puts everything between fences, with room for so many samples.
	Fenced func(most int) *Fenced[F]
	// Users are two goroutines that share parameters, for batches of so many samples.
	Users func(count int) [2]User[F]
}

// Fenced is a kernel with every argument between fences.
type Fenced[F memory.Float] struct {
	Fences fence.Set
	// Single puts the arguments for one sample at such a place, and Batch those for so many. They share memory: what
	// either delivers is gone after the next call of the other.
	Single func(at fence.Placement) (*Machine[F], GradientFunctions[F])
	Batch  func(at fence.Placement, count int) *BatchMachine[F]
}

// User is the functions of one of two goroutines, on everything that it works on.
type User[F memory.Float] struct {
	// Reads has the parameters that both share, and Moves a copy of its own, for calls that move them.
	Reads, Moves           *Machine[F]
	ReadsBatch, MovesBatch *BatchMachine[F]
}
