package parallel

import (
	"errors"
	"sync/atomic"
	"testing"
)

// TestRun: all tasks run, whatever the others return, and the error is that of the first that has one.
func TestRun(t *testing.T) {
	if err := Run(); err != nil {
		t.Error(err)
	}
	var ran atomic.Int32
	second, third := errors.New("second"), errors.New("third")
	task := func(err error) func() error {
		return func() error {
			ran.Add(1)
			return err
		}
	}
	var many []func() error
	for range 100 {
		many = append(many, task(nil))
	}
	all := append([]func() error{task(nil), task(second), task(third)}, many...)
	if err := Run(all...); err != second || ran.Load() != 103 {
		t.Errorf("%d tasks ran and returned %v, want 103 and %v", ran.Load(), err, second)
	}
}
