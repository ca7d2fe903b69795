package plan

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// targetWords are words of targets: a plan is the same for all of them, so that nothing here may need one.
var targetWords = regexp.MustCompile(`(?i)(\b(amd64|arm64|x86|zen ?[0-9]|avx2?|avx-?512|sse[0-9]?|neon|simd|riscv64|wasm|` +
	`registers?|caches? lines?|l[123]|(first|second|third|nearest) caches?|processors?|instructions?|mnemonics?|` +
	`assembl(y|er|ers)|goroutines?|unroll(ed|s|ing)?|loop bod(y|ies))\b|\.Targets\b)`)

// TestTargetWords holds the sources of plans to saying nothing of a target: no instruction set, no count of registers,
// no size of a cache, no way of running code.
func TestTargetWords(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(text), "\n") {
			if word := targetWords.FindString(line); word != "" {
				t.Errorf("%s:%d: %q is a word of targets: %s", file, i+1, word, strings.TrimSpace(line))
			}
		}
	}
	for _, line := range []string{
		"as many as Go keeps in registers", "on amd64", "fits the first cache", "the nearest caches", "an L1 of 32 KB",
		"a cache line", "for the assembly", "goroutines need one each", "with AVX-512", "slices.Contains(n.Targets, x)",
		"the processor has several under way", "is it unrolled",
	} {
		if !targetWords.MatchString(line) {
			t.Errorf("%q has no word of targets", line)
		}
	}
}
