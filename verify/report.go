package verify

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

// worstShown is how many of the worst elements of one quantity a report shows.
const worstShown = 3

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

	groups []*group
	// notes say what was not judged, and why.
	notes []string
}

// group collects what was found on one quantity of one call.
type group struct {
	call, quantity string
	numeric        bool
	fraction       float64
	count          int
	worst          []Failure
}

// Err returns nil for a kernel without failures, else all of them as one error.
func (r *Report) Err() error {
	if len(r.Failures) == 0 {
		return nil
	}
	var lines []string
	for _, f := range r.Failures {
		lines = append(lines, f.Message)
	}
	if r.Omitted > 0 {
		lines = append(lines, fmt.Sprintf("and %d more elements of these quantities", r.Omitted))
	}
	return errors.New(strings.Join(lines, "\n"))
}

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

// String is a table of the largest errors seen, each as a fraction of its bound.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d trials, seed %s", r.Network, r.Trials, r.Seed)
	if len(r.Accuracies) > 0 {
		b.WriteString("; largest error as a fraction of its bound:")
	}
	call, width := "", 0
	for _, a := range r.Accuracies {
		width = max(width, len(a.Call))
	}
	for _, a := range r.Accuracies {
		if a.Call != call {
			call = a.Call
			fmt.Fprintf(&b, "\n  %-*s", width, call)
		}
		fmt.Fprintf(&b, "  %s %.2g", a.Quantity, a.Fraction)
	}
	if r.Unbounded > 0 {
		fmt.Fprintf(&b, "\n  %d numbers were not judged: they may overflow", r.Unbounded)
	}
	for _, n := range r.notes {
		fmt.Fprintf(&b, "\n  %s", n)
	}
	return b.String()
}

// note writes down once that something was not judged.
func (r *Report) note(format string, args ...any) {
	if n := fmt.Sprintf(format, args...); !slices.Contains(r.notes, n) {
		r.notes = append(r.notes, n)
	}
}

func (r *Report) group(call, quantity string) *group {
	for _, g := range r.groups {
		if g.call == call && g.quantity == quantity {
			return g
		}
	}
	g := &group{call: call, quantity: quantity}
	r.groups = append(r.groups, g)
	return g
}

// broken records a breach of the contract that no bound excuses.
func (r *Report) broken(call, quantity, where, format string, args ...any) {
	r.group(call, quantity).add(math.Inf(1), func() Failure {
		message := fmt.Sprintf("%s: %s: %s", call, quantity, fmt.Sprintf(format, args...))
		if where != "" {
			message += "; " + where
		}
		return Failure{call, quantity, message, math.Inf(1)}
	})
}

// failed records that the reference could not be had, and says whether that is so.
func (r *Report) failed(err error) bool {
	if err != nil {
		r.broken("Kernel", "reference", "", "%v", err)
	}
	return err != nil
}

// add counts a failure and keeps it if it is one of the worst; among equals the first found stays first.
// Only those kept are described, since a wrong kernel can be wrong in millions of elements.
func (g *group) add(excess float64, describe func() Failure) {
	g.count++
	at := len(g.worst)
	for at > 0 && g.worst[at-1].Excess < excess {
		at--
	}
	if at < worstShown {
		g.worst = slices.Insert(g.worst, at, describe())
		g.worst = g.worst[:min(len(g.worst), worstShown)]
	}
}

// finish moves what was collected into the exported fields.
func (r *Report) finish() *Report {
	for _, g := range r.groups {
		if g.numeric {
			r.Accuracies = append(r.Accuracies, Accuracy{g.call, g.quantity, g.fraction})
		}
		r.Failures = append(r.Failures, g.worst...)
		r.Omitted += g.count - len(g.worst)
	}
	return r
}
