package main

import (
	"fmt"
	"io"
	"os"
	"strings"
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

// barWidth is how many letters a bar has.
const barWidth = 30

// stage says what goes on, with a bar where it is known how far that is.
func (p *progress) stage(what string, done, of int) {
	p.turn.Lock()
	defer p.turn.Unlock()
	p.done++
	if p.w == nil {
		return
	}
	bar := ""
	if of > 0 {
		full := min(done, of) * barWidth / of
		bar = fmt.Sprintf(" [%s%s]", strings.Repeat("#", full), strings.Repeat(".", barWidth-full))
	}
	fmt.Fprintf(p.w, "%s%s%s", eraseLine, what, bar)
}

// clear takes the line away again.
func (p *progress) clear() {
	if p.w != nil && p.done > 0 {
		fmt.Fprint(p.w, eraseLine)
	}
}
