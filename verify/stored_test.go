package verify

import (
	"testing"

	"github.com/backpropgen/backpropgen/generated/xor"
	"github.com/backpropgen/backpropgen/spec"
)

// TestStoredOrNot: what is saved rightly passes, and what nothing saves is left alone.
func TestStoredOrNot(t *testing.T) {
	n, err := spec.DecodeFile("../generated/xor/xor.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := string(n.WithDefaults().JSON())
	TestStored[[13]float32](t, text, "parameters")
	TestStored[xor.Xor](t, text, "parameters")
}
