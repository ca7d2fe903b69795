package training

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

func TestExitCode(t *testing.T) {
	for _, c := range []struct {
		err  error
		want int
	}{
		{nil, 0},
		{errors.New("a disk is full"), 1},
		{UsageError{errors.New("a flag is wrong")}, 2},
		{fmt.Errorf("seed 3: %w", context.Canceled), 130},
		{fmt.Errorf("wrapped: %w", UsageError{errors.New("a flag is wrong")}), 2},
	} {
		if got := ExitCode(c.err); got != c.want {
			t.Errorf("%v: got %d, want %d", c.err, got, c.want)
		}
	}
}
