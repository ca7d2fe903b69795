package measure

import (
	"fmt"
	"go/format"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/gen/measure/harness"
	"github.com/backpropgen/backpropgen/gen/plan"
)

// The text of the program that measures.

// samples are how many samples functions are given in turn, and batchSamples how many a batch has.
const samples, batchSamples = 16, 256

func packageName(trial int) string { return fmt.Sprintf("trial%d", trial) }

// mainText is the main package: it measures the cases of all packages together, so that all take turns.
func mainText(trials []gen.Trial, long time.Duration) string {
	var b strings.Builder
	fmt.Fprintf(&b, "package main\n\nimport (\n\t\"fmt\"\n\t\"os\"\n\n\t\"%s/harness\"\n", modulePath)
	for i := range trials {
		fmt.Fprintf(&b, "\t\"%s/%s\"\n", modulePath, packageName(i))
	}
	b.WriteString(")\n\nfunc main() {\n\tvar cases []harness.Case\n")
	for i := range trials {
		fmt.Fprintf(&b, "\tcases = append(cases, %s.Cases()...)\n", packageName(i))
	}
	fmt.Fprintf(&b, "\tif err := harness.Main(os.Stdout, cases, %d); err != nil {\n\t\tfmt.Fprintln(os.Stderr, err)\n"+
		"\t\tos.Exit(1)\n\t}\n}\n", long)
	return formatted(b.String())
}

// data is what the functions work on, the same for all variants. Inputs are drawn, targets are 1 for one output and 0
// for the others, as in emitted benchmarks.
const data = `package %[1]s

import (
	"math/rand"
	"unsafe"

	"measured/harness"
)

// sink keeps what is not used.
var sink unsafe.Pointer

// Cases are the codes of this package that are measured.
func Cases() []harness.Case {
	const (
		samples, batch = %[3]d, %[4]d
		rate           = 0 // so that weights stay as they are
	)
	p, ws := new(%[2]s), new(%[2]sWorkspace)
	xs, ys := make([][%[5]d]%[7]s, batch), make([][%[6]d]%[7]s, batch)
	out := make([][%[6]d]%[7]s, batch)
	gxs := make([][%[5]d]%[7]s, batch)
	random := rand.New(rand.NewSource(1))
	for i, weights := 0, p.Flat(); i < len(weights); i++ {
		weights[i] = %[7]s(random.NormFloat64() / 16)
	}
	for i := range xs {
		for k := range xs[i] {
			xs[i][k] = %[7]s(random.NormFloat64())
		}
		ys[i][random.Intn(len(ys[i]))] = 1
	}
	sink = unsafe.Pointer(&struct{ a, b, c, d, e, f any }{p, ws, xs, ys, out, gxs})
`

// casesText is the file beside an emitted network that makes cases of its codes.
func casesText(trial int, t gen.Trial, tasks []task) string {
	n := t.Network
	var b strings.Builder
	fmt.Fprintf(&b, data, n.Package, n.Name, samples, batchSamples, n.Input, n.Width(n.Depth()), n.Precision)
	var cases strings.Builder
	uses, optimizers := map[string]bool{}, map[string]bool{}
	for id, of := range tasks {
		if of.trial != trial {
			continue
		}
		if of.plain {
			fmt.Fprintf(&cases, "{ID: %d, Per: 1, Run: harness.Memory{Alternate: %v, Passes: []harness.Pass{\n", id,
				of.alternate)
			for _, p := range of.Passes {
				in := "p"
				if p.Gradient {
					in, uses[plan.GradArg] = "g", true
				}
				at := in + "." + p.Field
				fmt.Fprintf(&cases, "{At: unsafe.Pointer(&%s), Bytes: unsafe.Sizeof(%s), Reads: %v, Writes: %v},\n", at,
					at,
					p.Reads, p.Writes)
			}
			cases.WriteString("}}.Run},\n")
			continue
		}
		per, set := 1, ""
		if of.Batch {
			per = batchSamples
		}
		if t.Level != "" && harness.Assembly { // elsewhere it is a constant
			set = fmt.Sprintf("%s = %d\n", t.Level, of.Level)
		}
		method, args := "p."+of.Function, arguments(of.TrialCode)
		if of.Optimizer != "" {
			method, args[0] = strings.ToLower(of.Optimizer)+"."+of.Function, "drawn"
			args = append([]string{"p"}, args...)
			optimizers[of.Optimizer] = true
		}
		for _, arg := range args {
			uses[arg] = true
		}
		fmt.Fprintf(&cases, "{ID: %d, Per: %d, Run: func(calls int) {\n%sfor i := range calls {\n_ = i\n%s(%s)\n"+
			"}\n}},\n", id, per, set, method, strings.Join(args, ", "))
	}
	for _, v := range variables {
		if uses[v.name] {
			fmt.Fprintf(&b, "%[1]s := "+v.value+"\n", v.name, n.Name, n.Precision, n.Input, n.Width(n.Depth()), batchSamples)
			if v.drawn {
				fmt.Fprintf(&b, "for i, e := 0, %s.Flat(); i < len(e); i++ {\ne[i] = %s(random.NormFloat64())\n}\n", v.name,
					n.Precision)
			}
		}
	}
	for _, o := range slices.Sorted(maps.Keys(optimizers)) {
		fmt.Fprintf(&b, "%s := New%s%s()\n", strings.ToLower(o), n.Name, o)
	}
	fmt.Fprintf(&b, "return []harness.Case{\n%s}\n}\n", &cases)
	return formatted(b.String())
}

// variables are those that not every network has, with a value of the network's name, its precision, the numbers of
// inputs and outputs, and that of a batch's samples. Optimizers are given a gradient that stays as it is, so that what
// they keep does not come near 0, where arithmetic takes longer.
var variables = []struct {
	name, value string
	drawn       bool
}{
	{name: plan.BatchArg, value: "new(%[2]sBatch)"},
	{name: plan.GradArg, value: "new(%[2]sGrad)"},
	{name: "drawn", value: "new(%[2]sGrad)", drawn: true},
	{name: plan.WeightsArg, value: "make([]%[3]s, %[6]d)"},
	{name: plan.DirectionArg, value: "&xs[0]"},
	{name: plan.ProductArg, value: "new([%[5]d]%[3]s)"},
	{name: inputJacobian, value: "new([%[5]d][%[4]d]%[3]s)"},
	{name: parameterJacobian, value: "new([%[5]d]%[2]sGrad)"},
	{name: plan.VectorArg, value: "new(%[2]sGrad)", drawn: true},
	{name: plan.HessianArg, value: "new(%[2]sGrad)"},
}

// The Jacobians by the inputs and by the parameters, which are arguments of the same name.
const inputJacobian, parameterJacobian = "jx", "jp"

// arguments are those of a call, of samples that change from call to call.
func arguments(code gen.TrialCode) (list []string) {
	for _, name := range code.Args {
		switch {
		case name == plan.InputArg:
			name = "&xs[i%samples]"
		case name == plan.TargetArg:
			name = "&ys[i%samples]"
		case name == plan.JacobianArg && code.Function == plan.ParameterJacobian:
			name = parameterJacobian
		case name == plan.JacobianArg:
			name = inputJacobian
		}
		list = append(list, name)
	}
	return list
}

// formatted is text as gofmt has it, so that what the compiler says of it can be read; what is no Go it says itself.
func formatted(text string) string {
	if out, err := format.Source([]byte(text)); err == nil {
		return string(out)
	}
	return text
}
