package main

import (
	"fmt"
	"io"
	"os"
	"sync"

	"golang.org/x/term"
)

// progress shows on a terminal which spec is being generated. It shows nothing elsewhere, so that
// logs stay plain.
type progress struct {
	turn        sync.Mutex // of whoever prints
	w           io.Writer  // nil: show nothing
	done, total int
}

func newProgress(c *call, total int) *progress {
	p := &progress{total: total}
	if f, ok := c.stderr.(*os.File); ok && !c.quiet && term.IsTerminal(int(f.Fd())) {
		p.w = f
	}
	return p
}

const eraseLine = "\r\x1b[K"

// next says that the next spec is at hand.
func (p *progress) next(path string) {
	p.turn.Lock()
	defer p.turn.Unlock()
	p.done++
	if p.w != nil {
		fmt.Fprintf(p.w, "%s[%d/%d] %s", eraseLine, p.done, p.total, shown(path))
	}
}

// clear takes the line away again.
func (p *progress) clear() {
	if p.w != nil && p.done > 0 {
		fmt.Fprint(p.w, eraseLine)
	}
}
