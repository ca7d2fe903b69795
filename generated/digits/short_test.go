package digits

import (
	"testing"

	"github.com/backpropgen/backpropgen/generated/internal/short"
)

// TestMain leaves the judge of so many parameters, which takes 3 s of a core even with few trials, to go test without
// -short. Swingup has tiles as well.
func TestMain(m *testing.M) { short.Main(m, "^TestDigits$") }
