package amd64

import (
	"os"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/gen/macro"
)

// TestTileText: the first layer of a tile, which is most of its forward pass, is the same text in the three functions
// that have one, so that an assembly file has it once. Later operations leave out what a function does not read.
func TestTileText(t *testing.T) {
	text, err := os.ReadFile("../../generated/iris/iris_amd64_gen.s")
	if err != nil {
		t.Fatal(err)
	}
	if text, err = macro.Expand(text); err != nil {
		t.Fatal(err)
	}
	for _, level := range []string{"AVX2", "AVX512"} {
		var first string
		for _, function := range []string{"LossBatch", "GradBatch", "ForwardBatch"} {
			_, body, _ := strings.Cut(string(text), "TEXT ·iris"+function+"(SB)")
			body, _, _ = strings.Cut(body, "\nTEXT ")
			if narrow, wide, _ := strings.Cut(body, "\nwide:\n"); level == "AVX2" {
				body = narrow
			} else {
				body = wide
			}
			_, pass, found := strings.Cut(body, "\t// z1 = ")
			pass, _, until := strings.Cut(pass, "\t// z2 = ")
			switch {
			case !found || !until || strings.Count(pass, "\n") < 200:
				t.Errorf("%s%s has no first layer: %q", function, level, pass)
			case first == "":
				first = pass
			case pass != first:
				t.Errorf("%s%s has another first layer than LossBatch:\n%s", function, level, pass)
			}
		}
	}
}
