package gen

import (
	"fmt"
	"slices"
	"strings"

	"github.com/backpropgen/backpropgen/gen/amd64"
	"github.com/backpropgen/backpropgen/gen/amd64/cores"
	"github.com/backpropgen/backpropgen/gen/amd64/isa"
	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/portable"
	"github.com/backpropgen/backpropgen/spec"
)

// Trial is a network with every code of its assembly that was tried, not only with what is chosen of it, to be
// measured. It is a package of its own, without what saves, loads and tests it.
type Trial struct {
	Network spec.Network // as it is in the package
	Files   []File
	// Level is the variable which says what runs, 0 being the portable Go; empty where there is no assembly.
	Level string
	Codes []TrialCode
}

// TrialCode is one of the codes of a function.
type TrialCode struct {
	Function string
	Batch    bool
	// Optimizer is the type whose method it is, as its name ends: Adam. It is empty for a method of the parameters.
	Optimizer string
	// Args are its arguments by name, as package plan has them, those of an optimizer's update after the parameters.
	Args []string
	// Variant is what sets it apart from the others, in words.
	Variant string
	// Level is the value of the trial's variable at which it runs, and Needs the instruction set, empty for none.
	Level int
	Needs string
	// Cycles are what a call, or a sample of a batch, is predicted to take on each core of Cores(); nil: unknown.
	Cycles []float64
	// Runs says of each core of Cores() whether it runs this one; Unknown whether a core does that is none of these and
	// has AVX-512.
	Runs    []bool
	Unknown bool
	// Passes are what a function of one sample does with matrices, in its order.
	Passes []Pass
}

// Title is the name of the function, with the type whose method it is where that is an optimizer: Adam.Update.
func (code TrialCode) Title() string {
	if code.Optimizer == "" {
		return code.Function
	}
	return code.Optimizer + "." + code.Function
}

// Pass is that a function goes over a matrix, which is a field of the parameters or of the gradient, by its name.
type Pass struct {
	Field    string
	Gradient bool
	// Reads and Writes say what it does with the numbers there.
	Reads, Writes bool
}

// The instruction sets that a TrialCode may need.
const (
	NeedsAVX2   = "AVX2"
	NeedsAVX512 = "AVX512"
)

// PortableCode is what a TrialCode in portable Go is called.
const PortableCode = "portable Go"

// Core is a kind of processor that the cost model knows.
type Core struct {
	Title string
	Wide  bool // it has AVX-512
	is    func(maker string, family, model int) bool
}

// Is says whether a processor is such a core, by what CPUID says: the first four letters of its maker, its family and
// its model.
func (c Core) Is(maker string, family, model int) bool { return c.is(maker, family, model) }

// Cores are the kinds of processors whose times are predicted. The first without AVX-512 stands for all of these.
func Cores() (list []Core) {
	for _, c := range cores.All {
		list = append(list, Core{c.Title, c.Wide, func(maker string, family, model int) bool {
			return slices.ContainsFunc(c.Processors, func(p cores.Processor) bool {
				return p.Maker == maker && p.Family == family && p.First <= model && model <= p.Latest
			})
		}})
	}
	return list
}

// Trials are the packages in which a network is to be measured: one for each way to cut batches. The first has the
// functions of one sample and all that is portable. The error is that of Generate.
func Trials(n spec.Network, o Options) ([]Trial, error) {
	n = measured(n)
	backends := []Backend{amd64Assembly.backend()} // whose codes are told apart
	o = Options{Source: o.Source, NoMacros: true, Backends: backends}
	real, err := Compile(n, o) // which says what is chosen
	if err != nil {
		return nil, err
	}
	o.tried = true
	var trials []Trial
	for i, tiling := range amd64.Tilings(real.p) {
		n.Package = fmt.Sprintf("trial%d", i)
		o.tiling = tiling
		c, err := Compile(n, o)
		if err != nil {
			return nil, err
		}
		t := Trial{Network: c.n}
		if i == 0 {
			if t.Codes, err = c.portableCodes(); err != nil {
				return nil, err
			}
		}
		if t.Files, err = c.Files(); err != nil {
			return nil, err
		}
		for k, out := range c.outputs {
			a, ok := out.Output.(*native)
			if !ok || len(a.vector)+len(a.sweeps) == 0 {
				continue
			}
			t.Level = portable.Prefix(n.Name) + "Level"
			if i == 0 {
				t.Codes = append(t.Codes, a.sampleCodes(real.outputs[k].Output.(*native))...)
				updates, err := a.updateCodes(real.outputs[k].Output.(*native))
				if err != nil {
					return nil, err
				}
				t.Codes = append(t.Codes, updates...)
			}
			batches, err := a.batchCodes(real.outputs[k].Output.(*native))
			if err != nil {
				return nil, err
			}
			t.Codes = append(t.Codes, batches...)
		}
		trials = append(trials, t)
	}
	return trials, nil
}

// measured is a network without what is not measured.
func measured(n spec.Network) spec.Network {
	var parts []spec.Part
	for _, p := range []spec.Part{spec.EmitForward, spec.EmitGrad, spec.EmitStep, spec.EmitBatch} {
		if n.Emits(p) {
			parts = append(parts, p)
		}
	}
	n.Emit, n.Package, n.Weights = parts, "trial", ""
	return n
}

// trialCode is a code of a function that no core runs so far.
func trialCode(fn *plan.Func, variant string) TrialCode {
	return TrialCode{
		Function: fn.Name, Batch: fn.Batch, Args: plan.SignatureOf(fn.Name).Args, Variant: variant,
		Runs: make([]bool, len(cores.All)), Passes: passes(fn),
	}
}

// passes looks for what a function of one sample does with matrices. Those of derivatives go over some many times, and
// over others than parameters and gradients.
func passes(fn *plan.Func) (list []Pass) {
	if fn.Batch || plan.SignatureOf(fn.Name).Derivative != "" {
		return nil
	}
	for _, op := range fn.Ops {
		switch op := op.(type) {
		case *plan.Affine:
			list = append(list, Pass{Field: op.W.Name, Reads: true})
		case *plan.Outer:
			list = append(list, Pass{Field: strings.TrimPrefix(op.GW.Name, "g"), Gradient: true, Writes: true})
		case *plan.Update:
			list = append(list, Pass{Field: op.W.Name, Reads: true, Writes: true})
		case *plan.BackAffine:
			list = append(list, Pass{Field: op.W.Name, Reads: true, Writes: op.Update != nil})
		}
	}
	return list
}

// portableCodes are all functions in portable Go, which run where there is no assembly. A function of a batch that
// calls another one for every sample has no code of its own.
func (c *Compiled) portableCodes() (codes []TrialCode, err error) {
	add := func(code TrialCode, assembly string) {
		if !c.has(assembly) {
			code.Unknown = true
			for k := range code.Runs {
				code.Runs[k] = true
			}
		}
		codes = append(codes, code)
	}
	for _, fn := range c.p.Funcs {
		if fn.Each == "" {
			add(trialCode(fn, PortableCode), fn.Name)
		}
	}
	updates, err := updatesOf(c.n)
	for _, u := range updates {
		add(updateCode(u, PortableCode), u.Function())
	}
	return codes, err
}

// updatesOf are the updates of a network's optimizers, with the hyperparameters that their constructors give.
func updatesOf(n spec.Network) (updates []plan.Sweep, err error) {
	descents, err := plan.Descents(n)
	for _, d := range descents {
		for i, c := range d.Rule.Cases {
			if c.When == "" || slices.ContainsFunc(d.Params, func(p spec.Param) bool {
				return expr.HyperVar(p.Name) == c.When && p.Default != 0
			}) {
				updates = append(updates, d.Sweep(i))
				break
			}
		}
	}
	return updates, err
}

// updateCode is a code of the update of an optimizer that no core runs so far.
func updateCode(u plan.Sweep, variant string) TrialCode {
	return TrialCode{
		Function: plan.UpdateSweep, Optimizer: u.Type, Args: []string{plan.GradArg, plan.RateArg}, Variant: variant,
		Runs: make([]bool, len(cores.All)),
	}
}

// updateCodes are the codes of optimizers' updates.
func (c *native) updateCodes(real *native) (codes []TrialCode, err error) {
	a, chosen := assemblyAMD64(c), map[string]amd64.Choice{}
	for _, choice := range assemblyAMD64(real).SweepChoices() {
		chosen[choice.Function] = choice
	}
	updates, err := updatesOf(c.p.Network)
	for _, choice := range a.SweepChoices() {
		of := slices.IndexFunc(updates, func(u plan.Sweep) bool { return u.Function() == choice.Function })
		if of < 0 {
			continue
		}
		for i, v := range choice.Tried {
			code := updateCode(updates[of], v.String())
			code.judge(a, choice, i, chosen)
			codes = append(codes, code)
		}
	}
	return codes, err
}

// sampleCodes are the codes of functions of one sample. Those run that do in the real network.
func (c *native) sampleCodes(real *native) (codes []TrialCode) {
	a, chosen := assemblyAMD64(c), map[string]amd64.Choice{}
	for _, choice := range assemblyAMD64(real).Choices() {
		chosen[choice.Function] = choice
	}
	for _, choice := range a.Choices() {
		for i, v := range choice.Tried {
			code := trialCode(c.p.Func(choice.Function), v.String())
			code.judge(a, choice, i, chosen)
			codes = append(codes, code)
		}
	}
	return codes
}

// judge says of a code, the one at a place among those tried, how it is called, what is predicted, and what runs it:
// whatever does in the real network.
func (code *TrialCode) judge(a *amd64.Assembly, choice amd64.Choice, place int, chosen map[string]amd64.Choice) {
	v := choice.Tried[place]
	runs, ok := chosen[choice.Function]
	code.Level, code.Needs = a.TriedLevel(v), needs(v.Level)
	for _, cycles := range choice.Cycles[place] {
		code.Cycles = append(code.Cycles, float64(cycles))
	}
	for k := range code.Runs {
		code.Runs[k] = ok && runs.Emitted[runs.Runs[k]] == v
	}
	code.Unknown = ok && runs.Emitted[runs.Unknown] == v
}

// beforeStep are the functions whose assembly runs before that of another one, which only takes the step.
var beforeStep = map[string]string{plan.StepBatch: plan.GradBatch, plan.StepBatchWeighted: plan.GradBatchWeighted}

// addCycles adds cycles of each core to those that are predicted.
func (code *TrialCode) addCycles(cycles []float64) {
	if code.Cycles == nil {
		code.Cycles = make([]float64, len(cycles))
	}
	for k, n := range cycles {
		code.Cycles[k] += n
	}
}

// batchCodes are the codes of batch functions: with one tiling, that of every level.
func (c *native) batchCodes(real *native) (codes []TrialCode, err error) {
	samples := kernel.NewTileLayout(c.p, c.tiling).Samples
	for _, l := range isa.Levels {
		predicted, err := assemblyAMD64(c).PredictLevel(l, c.tiling)
		if err != nil {
			return nil, err
		}
		for _, fn := range c.p.Funcs {
			if !fn.Batch || !c.Has(fn.Name) {
				continue
			}
			code := trialCode(fn, fmt.Sprintf("%v, tiles of %d", l, samples))
			code.Level, code.Needs = int(l), needs(l)
			for _, p := range predicted {
				if p.Function == fn.Name || p.Function == beforeStep[fn.Name] {
					code.addCycles(p.Cycles)
				}
			}
			if real.Has(fn.Name) && real.tiling == c.tiling {
				for k, core := range cores.All {
					code.Runs[k] = core.Wide == (l == isa.AVX512)
				}
				code.Unknown = l == isa.AVX512
			}
			codes = append(codes, code)
		}
	}
	return codes, nil
}

func needs(l isa.Level) string {
	if l == isa.AVX512 {
		return NeedsAVX512
	}
	return NeedsAVX2
}
