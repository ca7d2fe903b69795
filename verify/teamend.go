package verify

import (
	"fmt"
	"runtime"
	"strings"
	"time"
)

// teamEnding is what is called to see how a team ends.
type teamEnding struct {
	workers int
	// grad is GradBatch, and gradOfNothing GradBatch with nil parameters.
	grad, gradOfNothing func()
	// calls are all functions by their names.
	calls map[string]func()
	close func()
}

// endings judges how teams end: what follows a panic in a worker, what follows Close, and that there is no team of
// nobody, which open makes and closes.
func endings(report *findings, teams []teamEnding, open func(workers int)) {
	for _, t := range teams {
		where := fmt.Sprintf("%d workers", t.workers)
		if panics(t.gradOfNothing) == nil {
			report.broken("GradBatch", "p", where, "nil parameters do not panic in the caller")
		}
		if said := panics(t.grad); isRuntime(said) {
			report.broken("GradBatch", "after a panic", where, "the next call panics with %q; it must work or say that it does not",
				fmt.Sprint(said))
		}
		for range 2 {
			if said := panics(t.close); said != nil {
				report.broken("Close", "panic", where, "%v; closing twice is no mistake", said)
			}
		}
		for name, call := range t.calls {
			if said := panics(call); said == nil || isRuntime(said) || !strings.Contains(strings.ToLower(fmt.Sprint(said)), "close") {
				report.broken(name, "after Close", where, "the panic says %q; it must say that the team is closed",
					fmt.Sprint(said))
			}
		}
	}
	for _, workers := range []int{0, -1} {
		if said := panics(func() { open(workers) }); said == nil || isRuntime(said) {
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
