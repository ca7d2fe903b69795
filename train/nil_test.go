package train

import (
	"context"
	"strings"
	"testing"
)

type ownContext struct{ context.Context }

// A nil pointer in an interface is not nil, and said all the same.
func TestFitRefusesNilPointers(t *testing.T) {
	xs, ys := data(10)
	var ctx *ownContext
	if _, err := New(new(unit)).Fit(ctx, xs, ys, options()); err == nil ||
		!strings.Contains(err.Error(), "ctx is nil; give context.Background()") {
		t.Errorf("a nil context of one's own: %v", err)
	}
	var progress *line
	o := options()
	o.Progress = progress
	if _, err := New(new(unit)).Fit(context.Background(), xs, ys, o); err == nil ||
		!strings.Contains(err.Error(), "Options.Progress is a nil *train.line;") {
		t.Errorf("a nil progress: %v", err)
	}
	defer func() {
		if got := recover(); got != "train: ValidateOn was called with a nil Trainer; make one with New" {
			t.Errorf("the panic of ValidateOn is %v", got)
		}
	}()
	(*Trainer[unit, unitGrad, [2]float64, [1]float64, float64])(nil).ValidateOn(xs, ys)
}
