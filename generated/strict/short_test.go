package strict

import (
	"flag"
	"os"
	"testing"

	"github.com/backpropgen/backpropgen/generated/internal/short"
)

var full = flag.Bool("full", false,
	"judge all strict networks by all trials; generated has the same ones judged so, but for their rounding")

// TestMain has Xor alone judged with -short, in all that is strict; the digests are of all networks.
func TestMain(m *testing.M) {
	if os.Getenv(writes) != "" {
		if err := WriteDigests(os.Stdout); err != nil {
			panic(err)
		}
		os.Exit(0)
	}
	short.Strict(m, full, "^TestPixels$", "^Test(Control|Digits|Doubles|Exact|Functions|Iris|Pixels)$")
}
