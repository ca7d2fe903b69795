package pixels

import (
	"testing"

	"github.com/backpropgen/backpropgen/generated/internal/short"
)

// TestMain leaves the judge of so many parameters, which takes 15 s of a core, to go test without -short.
func TestMain(m *testing.M) { short.Main(m, "^TestPixels$") }
