// Package finding collects what judges find. Numbers are compared with the reference's block by block, within bounds; a
// breach of the contract that no bound excuses is broken at once; the worst few of every quantity stay, with a message
// that names the function, the element and the trial.
package finding

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/backpropgen/backpropgen/internal/plural"
)

// worstShown is how many of the worst elements of one quantity a report shows.
const worstShown = 3

// The types of verify with the same names say what their fields are. The API hands out copies, so that what users read
// about them stands where they look for it.
type (
	// Failure is one thing that is wrong.
	Failure struct {
		Call, Quantity, Message string
		Excess                  float64
	}
	// Accuracy is the largest error seen in one quantity as a fraction of its bound.
	Accuracy struct {
		Call, Quantity string
		Fraction       float64
	}
	// Report is what is found of one network.
	Report struct {
		Network, Seed      string
		Trials             int
		Failures           []Failure
		Omitted, Unbounded int
		Accuracies         []Accuracy
		// Notes say what was not judged, and why.
		Notes []string

		groups []*group
	}
)

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

// String is a table of the largest errors seen, each as a fraction of its bound.
func (r *Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s, seed %s", r.Network, plural.Of(r.Trials, "trial"), r.Seed)
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
		fmt.Fprintf(&b, "\n  %s were not judged: they may overflow", plural.Of(r.Unbounded, "number"))
	}
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "\n  %s", n)
	}
	return b.String()
}

// Note writes down once that something was not judged.
func (r *Report) Note(format string, args ...any) {
	if n := fmt.Sprintf(format, args...); !slices.Contains(r.Notes, n) {
		r.Notes = append(r.Notes, n)
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

// Broken records a breach of the contract that no bound excuses.
func (r *Report) Broken(call, quantity, where, format string, args ...any) {
	r.group(call, quantity).add(math.Inf(1), func() Failure {
		message := fmt.Sprintf("%s: %s: %s", call, quantity, fmt.Sprintf(format, args...))
		if where != "" {
			message += "; " + where
		}
		return Failure{call, quantity, message, math.Inf(1)}
	})
}

// Failed records that the reference gave none, and says whether that is so.
func (r *Report) Failed(err error) bool {
	if err != nil {
		r.Broken("Kernel", "reference", "", "%v", err)
	}
	return err != nil
}

// Wrong is how many elements are wrong so far.
func (r *Report) Wrong() (count int) {
	for _, g := range r.groups {
		count += g.count
	}
	return count
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

// Finish moves what was collected into the exported fields.
func (r *Report) Finish() *Report {
	for _, g := range r.groups {
		if g.numeric {
			r.Accuracies = append(r.Accuracies, Accuracy{g.call, g.quantity, g.fraction})
		}
		r.Failures = append(r.Failures, g.worst...)
		r.Omitted += g.count - len(g.worst)
	}
	return r
}
