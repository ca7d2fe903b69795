// Package portable makes a compiled plan a program on scalars, which is emitted as plain Go.
//
// The plan has decided what is fused and kept, and package schedule what is unrolled, held in scalars and split. This
// package walks the schedule in order and looks up, for every operation, the code that stands for it: straight-line
// statements where a segment is straight, counted loops where it is looped, with scalars in the notes' letters (z1_3 is
// unit 3 of layer 1; a1_i3 is unit i+3 inside a loop over i) and the equation above each group.
package portable

import (
	"maps"
	"slices"
	"unicode"

	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/gen/elementary"
	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/portable/schedule"
	"github.com/backpropgen/backpropgen/spec"
)

// Options are what a plan does not say.
type Options struct {
	Package string
	Header  []string // lines of the comment at the top of the file
	// Vector says which functions have assembly, which they call where the machine can run it.
	Vector func(function string) bool
	// Direct says which of these are one function of the assembly in every build, which is called as it is; others have
	// a method for what goes on before and between.
	Direct func(function string) bool
	// Some says which of these only some of the processors have that there is assembly for: a constant says whether a
	// build has it.
	Some func(function string) bool
	// Workspace and Batch are what backends need in these structs: after what the plan has there, and before it.
	Workspace, Batch Fields
}

// Fields are fields of an emitted struct and their size.
type Fields struct {
	List  []code.Field
	Bytes int
}

// Join adds fields after those that are there. What others ask for is the same field where it has the same name.
func (f *Fields) Join(more Fields) {
	if !slices.ContainsFunc(more.List, func(m code.Field) bool {
		return slices.ContainsFunc(f.List, func(known code.Field) bool { return known.Name == m.Name })
	}) {
		f.List, f.Bytes = append(f.List, more.List...), f.Bytes+more.Bytes
	}
}

// WorkspaceBytes is the size of the emitted workspace.
func (o Options) WorkspaceBytes(p *plan.Program) int { return p.WorkspaceBytes() + o.Workspace.Bytes }

// BatchBytes is the size of the emitted batch type.
func (o Options) BatchBytes(p *plan.Program) int {
	return p.BatchBytes() + p.Block*o.Workspace.Bytes + o.Batch.Bytes
}

// Build returns the program of a plan that has been scheduled.
func Build(s *schedule.Schedule, o Options) (*code.File, error) {
	pr := newBuilder(s.Program, o)
	pr.schedule = s
	pr.declarations()
	pr.methods()
	if err := pr.functions(); err != nil {
		return nil, err
	}
	if err := pr.batch(); err != nil {
		return nil, err
	}
	if pr.p.Network.Emits(spec.EmitGrad) {
		pr.gradient()
	}
	if err := pr.optimizers(); err != nil {
		return nil, err
	}
	dropDeadStores(pr.file, pr.p)
	if err := pr.elementary(); err != nil {
		return nil, err
	}
	return pr.file, nil
}

func newBuilder(p *plan.Program, o Options) *builder {
	return &builder{
		p: p, o: o,
		name: p.Network.Name, prefix: Prefix(p.Network.Name), kind: code.KindOf(string(p.Network.Precision)),
		file: &code.File{Package: o.Package, Header: o.Header}, used: map[expr.Op]bool{}, doubles: map[expr.Op]bool{},
		shared: map[*plan.Map]expr.Program{},
	}
}

// Prefix is the network's name as the beginning of an unexported name: Iris becomes iris.
func Prefix(name string) string {
	r := []rune(name)
	r[0] = unicode.ToLower(r[0])
	return string(r)
}

type builder struct {
	p *plan.Program
	// schedule is what functions are built by; what else is emitted needs none.
	schedule *schedule.Schedule

	o       Options
	name    string
	prefix  string
	kind    code.Kind // of numbers
	file    *code.File
	used    map[expr.Op]bool // elementary functions called
	doubles map[expr.Op]bool // those called in float64 by a network in float32
	shared  map[*plan.Map]expr.Program
}

// elementary declares the elementary functions that were used, in the order of their operations.
func (pr *builder) elementary() error {
	if err := elementary.Declare(pr.file, pr.prefix, slices.Sorted(maps.Keys(pr.used)), pr.kind); err != nil {
		return err
	}
	return elementary.Declare(pr.file, DoublePrefix(pr.prefix), slices.Sorted(maps.Keys(pr.doubles)), code.Float64)
}

// DoublePrefix is what begins the names of elementary functions in float64 of a network in float32.
func DoublePrefix(prefix string) string { return prefix + "Double" }

// use notes the elementary functions of an expression.
func use(used map[expr.Op]bool, e expr.Expr) {
	switch n := e.(type) {
	case expr.Unary:
		if elementary.Name("", n.Op) != "" {
			used[n.Op] = true
		}
		use(used, n.X)
	case expr.Binary:
		if elementary.Name("", n.Op) != "" {
			used[n.Op] = true
		}
		use(used, n.X)
		use(used, n.Y)
	case expr.Select:
		used[expr.OpWhere] = true
		use(used, n.C)
		use(used, n.X)
		use(used, n.Y)
	}
}

// field is the name of a workspace or parameter buffer: a1 becomes A1.
func field(b *plan.Buffer) string { return plan.FieldName(b) }

// base is a whole buffer.
func base(b *plan.Buffer) code.Expr {
	switch b.Kind {
	case plan.Viewed: // a row, to which there is a pointer
		return code.V(b.Name)
	case plan.Direction, plan.Derived:
		return code.V(b.Name)
	case plan.Input, plan.Target, plan.Rate, plan.Loss, plan.Result, plan.SampleWeight:
		return code.V(b.Name)
	case plan.Weight, plan.Bias:
		return code.FieldOf("p", field(b))
	case plan.WeightGrad, plan.BiasGrad:
		return code.FieldOf("g", field(b))
	case plan.WeightDirection, plan.BiasDirection:
		return code.FieldOf(plan.VectorArg, field(b))
	case plan.WeightCurvature, plan.BiasCurvature:
		return code.FieldOf(plan.HessianArg, field(b))
	}
	return code.FieldOf("ws", field(b))
}
