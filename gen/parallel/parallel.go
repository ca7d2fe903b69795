// Package parallel runs pieces of work side by side, as many at a time as there are processors. What they make must not
// depend on their order.
package parallel

import (
	"runtime"
	"sync"
)

// Run runs all tasks and returns when they are done, with the error of the first that has one.
func Run(tasks ...func() error) error {
	errs := make([]error, len(tasks))
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(len(tasks), runtime.GOMAXPROCS(0)) {
		workers.Go(func() {
			for i := range next {
				errs[i] = tasks[i]()
			}
		})
	}
	for i := range tasks {
		next <- i
	}
	close(next)
	workers.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
