package strict

import (
	"testing"

	"github.com/backpropgen/backpropgen/generated/internal/short"
)

// TestMain has Exact and Xor alone judged with -short, in all that is strict; the digests are of all networks.
func TestMain(m *testing.M) {
	short.Main(m, "^Test(Control|Digits|Doubles|Functions|Iris|Pixels)$")
}
