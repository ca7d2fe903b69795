package verify

import (
	"reflect"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/judge"
	"github.com/backpropgen/backpropgen/verify/internal/rounding"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// Options says how thorough Check is. The zero value is what Test uses.
type Options struct {
	// Trials is the number of sets of parameters and inputs; 0 chooses by the size of the network.
	Trials int
	// Short tries fewer when Trials is 0, as go test -short asks for, and as a detector does.
	Short bool
}

// asked are the options that go test was called with. With a detector of races or of bad memory everything takes
// several times as long, and it looks for other things: numbers are judged by as few trials as with -short.
func asked() Options { return Options{Short: testing.Short() || judge.Instrumented} }

// Test checks a kernel against the reference of its network and fails the test with what is wrong. spec
// is the network as Decode reads it; the summary of the errors seen, as fractions of their bounds, is
// logged. Tests that call it must not be parallel, because it counts allocations.
func Test[P, G, W, B, X, Y any, F Float](t testing.TB, network string, k Kernel[P, G, W, B, X, Y, F]) {
	t.Helper()
	n := emitted(t, network)
	Check(n, k, asked()).tell(t)
}

// emitted is a network as an emitted test has it, as text.
func emitted(t testing.TB, network string) spec.Network {
	t.Helper()
	n, err := spec.Decode("spec.json", []byte(network))
	if err != nil {
		t.Fatalf("the emitted spec does not decode; generate the package again: %v", err)
	}
	return n
}

// Check runs a kernel on many parameters and inputs, fixed by the network, and judges everything that
// the contract of Kernel says. Its numbers are held against those of the algorithm for the network's cache
// mode, see Network.Reference. It panics only if the kernel does, or in a parallel test.
func Check[P, G, W, B, X, Y any, F Float](n spec.Network, k Kernel[P, G, W, B, X, Y, F], o Options) *Report {
	n = n.WithDefaults()
	report := &finding.Report{Network: n.Name}
	if err := n.Validate(); err != nil {
		report.Broken("Kernel", "spec", "", "%v", err)
		return reportOf(report)
	}
	_, report.Seed = trial.Random(n, 0)
	judged, err := judgedOf(n, k, report)
	if err != nil {
		report.Broken("Kernel", "types", "", "%v", err)
		return reportOf(report)
	}
	judged.Options = judge.Options(o)
	number := reflect.TypeFor[F]()
	judge.Views(report, reflect.TypeFor[P](), number)
	judge.Views(report, reflect.TypeFor[G](), number)
	judge.JudgeKernel(judged)
	return reportOf(report)
}

// judgedOf is a kernel as the judges see it. The error says which type or function does not fit the network.
func judgedOf[P, G, W, B, X, Y any, F Float](
	n spec.Network, k Kernel[P, G, W, B, X, Y, F], report *finding.Report,
) (j *judge.Kernel[F], err error) {
	j = &judge.Kernel[F]{
		Network: n, Report: report, Cuts: judge.Cuts(k.Cuts), Gradient: gradientFunctionsOn(k, new(G)),
		Batch:  func(largest int) *judge.BatchMachine[F] { return newKernelBatches(k, largest) },
		Fenced: func(most int) *judge.Fenced[F] { return fencedKernel(k, most) },
		Users:  func(count int) [2]judge.User[F] { return usersOf(k, count) },
	}
	if j.Format, err = rounding.FormatOf(n.Precision); err != nil {
		return nil, err
	}
	for _, m := range []**judge.Machine[F]{&j.Machine, &j.Other} {
		if *m, err = newMachine(n, k); err != nil {
			return nil, err
		}
	}
	return j, nil
}
