package measure

import (
	"fmt"
	"go/format"
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
	uses := map[string]bool{}
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
		for _, arg := range of.Args {
			uses[arg] = true
		}
		fmt.Fprintf(&cases, "{ID: %d, Per: %d, Run: func(calls int) {\n%sfor i := range calls {\n_ = i\np.%s(%s)\n"+
			"}\n}},\n", id, per, set, of.Function, arguments(of.Args))
	}
	if uses[plan.BatchArg] {
		fmt.Fprintf(&b, "b := new(%sBatch)\n", n.Name)
	}
	if uses[plan.GradArg] {
		fmt.Fprintf(&b, "g := new(%sGrad)\n", n.Name)
	}
	fmt.Fprintf(&b, "return []harness.Case{\n%s}\n}\n", &cases)
	return formatted(b.String())
}

// arguments are those of a call, of samples that change from call to call.
func arguments(names []string) string {
	var list []string
	for _, name := range names {
		switch name {
		case plan.InputArg:
			name = "&xs[i%samples]"
		case plan.TargetArg:
			name = "&ys[i%samples]"
		}
		list = append(list, name)
	}
	return strings.Join(list, ", ")
}

// formatted is text as gofmt has it, so that what the compiler says of it can be read; what is no Go it says itself.
func formatted(text string) string {
	if out, err := format.Source([]byte(text)); err == nil {
		return string(out)
	}
	return text
}
