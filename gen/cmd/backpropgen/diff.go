package main

import (
	"bytes"

	"github.com/rogpeppe/go-internal/diff"
)

// printDiff prints, where -d asks for it, how a file in place differs from what generate would write: a unified diff,
// as gofmt -d has it. Line ends do not count, because version control may have rewritten them.
func (c *call) printDiff(path string, have, want []byte) {
	if !c.diff {
		return
	}
	have = bytes.ReplaceAll(have, []byte("\r\n"), []byte("\n"))
	_, _ = c.stdout.Write(diff.Diff(path+".orig", have, path, want)) // output remembers the error
}
