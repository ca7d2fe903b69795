package gen_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/spec"
)

// TestBatchTooLarge asks for blocks whose workspaces would be larger than arrays should be.
func TestBatchTooLarge(t *testing.T) {
	n := spec.Network{Name: "Wide", Input: 1, Cost: spec.Function{Name: "mse"}, Batch: spec.MaxBatch,
		Layers: []spec.Layer{
			{Dense: spec.MaxWidth, Activation: spec.Function{Name: "tanh"}},
		}}
	_, err := gen.Generate(n, gen.Options{})
	var list spec.ErrorList
	if !errors.As(err, &list) || len(list) != 1 || list[0].Path != "batch" ||
		!strings.Contains(err.Error(), "at most 2048 have room") {
		t.Errorf("a block of %d samples of half a megabyte each gives %v", n.Batch, err)
	}
	n.Batch = 2048
	if _, err := gen.Generate(n, gen.Options{}); err != nil {
		t.Errorf("a block of %d samples gives %v", n.Batch, err)
	}
}
