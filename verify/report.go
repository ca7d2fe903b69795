package verify

import (
	"testing"

	"github.com/backpropgen/backpropgen/verify/internal/finding"
)

// Failure is one thing a kernel does wrong.
type Failure struct {
	// Call is the function at fault: "Forward", "Grad", …; "Kernel" for the types.
	Call string
	// Quantity is what differs, such as "∂L/∂W2[3][5]", "loss", "ŷ[0]" or "x[1]".
	Quantity string
	// Message is the whole finding in one line.
	Message string
	// Excess is the error as a multiple of its bound, +Inf where nothing may differ.
	Excess float64
}

// Accuracy is the largest error seen in one quantity as a fraction of its bound; over 1 is a failure.
type Accuracy struct {
	Call, Quantity string
	Fraction       float64
}

// Report is the judge's finding on one kernel.
type Report struct {
	// Network is the name of the network, Seed the seed of its trials.
	Network, Seed string
	// Trials is the number of sets of parameters and inputs that were tried.
	Trials int
	// Failures are the worst few of every quantity that is wrong, in the order they were found.
	Failures []Failure
	// Omitted is the number of further elements that are wrong in the same quantities.
	Omitted int
	// Unbounded is the number of comparisons that could not fail, because the kernel may overflow there.
	Unbounded int
	// Accuracies has one row for every quantity of every call, in the order they were checked.
	Accuracies []Accuracy

	// notes say what was not judged, and why.
	notes []string
}

// reportOf is what judges have found.
func reportOf(f *finding.Report) *Report {
	f.Finish()
	r := &Report{
		Network: f.Network, Seed: f.Seed, Trials: f.Trials, Omitted: f.Omitted, Unbounded: f.Unbounded, notes: f.Notes,
	}
	for _, v := range f.Failures {
		r.Failures = append(r.Failures, Failure(v))
	}
	for _, v := range f.Accuracies {
		r.Accuracies = append(r.Accuracies, Accuracy(v))
	}
	return r
}

// found is the inverse of reportOf.
func (r *Report) found() *finding.Report {
	f := &finding.Report{
		Network: r.Network, Seed: r.Seed, Trials: r.Trials, Omitted: r.Omitted, Unbounded: r.Unbounded, Notes: r.notes,
	}
	for _, v := range r.Failures {
		f.Failures = append(f.Failures, finding.Failure(v))
	}
	for _, v := range r.Accuracies {
		f.Accuracies = append(f.Accuracies, finding.Accuracy(v))
	}
	return f
}

// Err returns nil for a kernel without failures, else all of them as one error.
func (r *Report) Err() error { return r.found().Err() }

// String is a table of the largest errors seen, each as a fraction of its bound.
func (r *Report) String() string { return r.found().String() }

// tell logs the summary and fails the test with what is wrong.
func (r *Report) tell(t testing.TB) {
	t.Helper()
	t.Log(r)
	for _, f := range r.Failures {
		t.Error(f.Message)
	}
	if r.Omitted > 0 {
		t.Errorf("and %d more elements of these quantities", r.Omitted)
	}
}
