package judge

import (
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/backpropgen/backpropgen/internal/plural"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/memory"
)

// endings judges how teams end: what follows a panic in a worker, what follows Close, and that there is no team of
// nobody.
func endings[F memory.Float](k *Teams[F]) {
	report := k.Report
	count := min(2*k.Network.Batch, 4096) // more than one worker gets, of all but huge blocks
	all := memory.Evenly(count)
	for i, workers := range TeamSizes {
		m, nothing := k.Machine(i, count), k.Nothing(i, count)
		where := plural.Of(workers, "worker")
		calls := batchCalls(m)
		c := fullest(calls)
		if finding.PanicOf(func() { c.run(nothing, all, 1) }) == nil {
			report.Broken(c.name, "p", where, "nil parameters do not panic in the caller")
		}
		if said := finding.PanicOf(func() { c.run(m, all, 1) }); finding.IsRuntime(said) {
			report.Broken(c.name, "after a panic", where,
				"the next call panics with %q; it must work or say that it does not",
				fmt.Sprint(said))
		}
		for range 2 {
			if said := finding.PanicOf(func() { k.Close(i) }); said != nil {
				report.Broken("Close", "panic", where, "%v; closing twice is no mistake", said)
			}
		}
		for _, c := range calls {
			said := finding.PanicOf(func() { c.run(m, all, 1) })
			text := strings.ToLower(fmt.Sprint(said))
			if said == nil || finding.IsRuntime(said) || !strings.Contains(text, "close") {
				report.Broken(c.name, "after Close", where, "the panic says %q; it must say that the team is closed",
					fmt.Sprint(said))
			}
		}
	}
	for _, workers := range []int{0, -1} {
		said := finding.PanicOf(func() {
			_, end := k.Crowd(workers, 1)
			end()
		})
		if said == nil || finding.IsRuntime(said) {
			report.Broken("New", "workers", "", "the panic for %d workers says %q; it must say that there must be one",
				workers, fmt.Sprint(said))
		}
	}
}

// Ended waits for goroutines to end until there are no more than before, and returns how many are left of those that do
// not.
func Ended(before int) int {
	for range 1000 {
		if runtime.NumGoroutine() <= before {
			return 0
		}
		time.Sleep(time.Millisecond) // a goroutine that has said that it is done is counted a little longer
	}
	return runtime.NumGoroutine() - before
}
