package assembly

import (
	"go/types"
	"strings"

	"github.com/backpropgen/backpropgen/gen/kernel"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/templates"
)

// What assembly functions are given.

// Param is a parameter of an assembly function: a pointer to a struct, to an array or to something else, an integer, or
// a number.
type Param struct {
	Name    string
	Typ     string     // of the struct
	Dim     int        // of the array
	To      types.Type // of something else
	Integer bool
}

// pauseParam is the last parameter of a function that pauses, none of others.
func (f *File) pauseParam(p *plan.Program, function string) []Param {
	if !f.Pausing[function] {
		return nil
	}
	name := p.Network.Name
	return []Param{{Name: PauseArgument, Typ: strings.ToLower(name[:1]) + name[1:] + PauseSuffix}}
}

// Params are the parameters of an assembly function, the network's parameters first.
func Params(f *File, p *plan.Program, function string) []Param {
	ps := []Param{{Name: "p", Typ: p.Network.Name}}
	for _, arg := range plan.SignatureOf(function).Args {
		ps = append(ps, argumentOf(p, function, arg))
	}
	return append(ps, f.pauseParam(p, function)...)
}

// argumentOf is an argument of the API as a parameter of assembly: slices are pointers to their first elements.
func argumentOf(p *plan.Program, function, name string) Param {
	types := map[string]string{plan.WorkspaceArg: "Workspace", plan.BatchArg: "Batch", plan.GradArg: plan.GradType,
		plan.VectorArg: plan.GradType, plan.HessianArg: plan.GradType}
	out := Param{Name: templates.AssemblerName(name), Dim: plan.ArgWidth(p.Network, name)}
	if name == plan.JacobianArg {
		out.Dim = derivatives(p, function)
	}
	if ending := types[name]; ending != "" {
		out.Typ = p.Network.Name + ending
	}
	return out
}

// derivatives is how many numbers a matrix of derivatives has.
func derivatives(p *plan.Program, function string) int {
	n := p.Network
	if function == plan.ParameterJacobian {
		return n.Width(n.Depth()) * n.Params()
	}
	return n.Width(n.Depth()) * n.Input
}

// tileParams are the parameters of the assembly of a function of a batch.
func tileParams(f *File, p *plan.Program, function string) []Param {
	ps := []Param{{Name: "p", Typ: p.Network.Name}}
	for _, arg := range plan.SignatureOf(function).Args {
		// Gradients are summed up by a function of their own, and weights are in the batch struct.
		if arg != plan.GradArg && arg != plan.WeightsArg {
			ps = append(ps, argumentOf(p, function, arg))
		}
	}
	ps = append(ps, Param{Name: "tiles", Integer: true})
	if p.Func(function).Writes(plan.Loss) {
		ps = append(ps, Param{Name: "samples", Integer: true})
	}
	return append(ps, f.pauseParam(p, function)...)
}

// sumsParams are the parameters of the function that sums gradients up.
func sumsParams(f *File, p *plan.Program, function string) []Param {
	name := p.Network.Name
	ps := []Param{
		{Name: "b", Typ: name + "Batch"}, {Name: "xs", Dim: p.Network.Input},
		{Name: templates.AssemblerName("g"), Typ: name + "Grad"}, {Name: "tiles", Integer: true},
		{Name: "samples", Integer: true},
	}
	return append(ps, f.pauseParam(p, function+SumsSuffix)...)
}

// oneParams are the parameters of the function that takes a sample alone: those of Grad, without the gradient where it
// is summed up apart.
func oneParams(f *File, p *plan.Program, function string, apart bool) []Param {
	ps := []Param{{Name: "p", Typ: p.Network.Name}}
	args := []string{plan.WorkspaceArg, plan.InputArg, plan.TargetArg, plan.GradArg}
	if apart {
		args = args[:3]
	}
	for _, arg := range args {
		ps = append(ps, argumentOf(p, function, arg))
	}
	return append(ps, f.pauseParam(p, function+OneSuffix)...)
}

// fewParams are the parameters of the function that sums up what that one leaves behind.
func fewParams(f *File, p *plan.Program, function string) []Param {
	name := p.Network.Name
	ps := []Param{
		{Name: plan.WorkspaceArg, Typ: name + "Workspace"}, {Name: "xs", Dim: p.Network.Input},
		{Name: templates.AssemblerName("g"), Typ: name + "Grad"}, {Name: kernel.FewSamplesArg, Integer: true},
		{Name: kernel.FewOntoArg, Integer: true}, {Name: plan.RateArg},
	}
	return append(ps, f.pauseParam(p, function+FewSuffix)...)
}

// descentParams are the parameters of the function that updates all parameters.
func descentParams(f *File, p *plan.Program, function string) []Param {
	name := p.Network.Name
	return append([]Param{{Name: "p", Typ: name}, {Name: "grad", Typ: name + "Grad"}, {Name: "rate"}},
		f.pauseParam(p, function)...)
}

// SweepParams are the parameters of a sweep: the arrays, how many elements they have, and pointers to the numbers and
// to what is folded.
func SweepParams(s plan.Sweep, size int) (list []Param) {
	number := types.Typ[types.Float32]
	if size == 8 {
		number = types.Typ[types.Float64]
	}
	computed := number
	if s.Wide {
		computed = types.Typ[types.Float64]
	}
	for _, v := range s.Arrays {
		list = append(list, Param{Name: plan.SweptArray(v), To: number})
	}
	list = append(list, Param{Name: kernel.SweptLength, Integer: true})
	if len(s.Numbers) > 0 {
		list = append(list, Param{Name: kernel.SweptNumbers, To: types.NewArray(computed, int64(len(s.Numbers)))})
	}
	if s.Fold != plan.NoFold {
		list = append(list, Param{Name: kernel.SweptFolds, To: types.NewArray(computed, plan.FoldLanes)})
	}
	return list
}
