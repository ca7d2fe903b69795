package spirals

import (
	"testing"

	"github.com/backpropgen/backpropgen/generated/internal/short"
)

// TestMain leaves the judge to go test without -short: other networks with -short have all that this one has.
func TestMain(m *testing.M) { short.Main(m, "^TestSpirals$") }
