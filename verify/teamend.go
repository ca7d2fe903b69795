package verify

import (
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/backpropgen/backpropgen/spec"
)

// endings judges how teams end: what follows a panic in a worker, what follows Close, and that there is no team of
// nobody.
func endings[T, P, G, X, Y any, F Float](n spec.Network, k Team[T, P, G, X, Y, F], teams []*T, report *Report) {
	p, g := new(P), new(G)
	count := min(2*n.Batch, 4096) // more than one worker gets, of all but huge blocks
	xs, ys, out := make([]X, count), make([]Y, count), make([]Y, count)
	for i, t := range teams {
		where := fmt.Sprintf("%d workers", teamSizes[i])
		if panics(func() { k.GradBatch(t, nil, xs, ys, g) }) == nil {
			report.broken("GradBatch", "p", where, "nil parameters do not panic in the caller")
		}
		if said := panics(func() { k.GradBatch(t, p, xs, ys, g) }); isRuntime(said) {
			report.broken("GradBatch", "after a panic", where, "the next call panics with %q; it must work or say that it does not",
				fmt.Sprint(said))
		}
		for range 2 {
			if said := panics(func() { k.Close(t) }); said != nil {
				report.broken("Close", "panic", where, "%v; closing twice is no mistake", said)
			}
		}
		calls := map[string]func(){
			"ForwardBatch": func() { k.ForwardBatch(t, p, xs, out) },
			"LossBatch":    func() { k.LossBatch(t, p, xs, ys) },
			"GradBatch":    func() { k.GradBatch(t, p, xs, ys, g) },
			"StepBatch":    func() { k.StepBatch(t, p, xs, ys, 1) },
		}
		if k.InputGradBatch != nil {
			calls["InputGradBatch"] = func() { k.InputGradBatch(t, p, xs, ys, make([]X, count)) }
		}
		for name, call := range calls {
			if said := panics(call); said == nil || isRuntime(said) || !strings.Contains(strings.ToLower(fmt.Sprint(said)), "close") {
				report.broken(name, "after Close", where, "the panic says %q; it must say that the team is closed",
					fmt.Sprint(said))
			}
		}
	}
	for _, workers := range []int{0, -1} {
		if said := panics(func() { k.Close(k.New(workers)) }); said == nil || isRuntime(said) {
			report.broken("New", "workers", "", "the panic for %d workers says %q; it must say that there must be one", workers, fmt.Sprint(said))
		}
	}
}

// ended waits for goroutines to end until there are no more than before, and returns how many are left of those that do
// not.
func ended(before int) int {
	for range 1000 {
		if runtime.NumGoroutine() <= before {
			return 0
		}
		time.Sleep(time.Millisecond) // a goroutine that has said that it is done is counted a little longer
	}
	return runtime.NumGoroutine() - before
}
