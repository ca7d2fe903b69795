package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/backpropgen/backpropgen/internal/plural"
	"github.com/backpropgen/backpropgen/spec"
)

// Files are looked at a few times a second, by their paths. Notifications of the system would tell sooner, but they
// watch a file and not its path: they lose it when an editor puts a new file in its place, they do not tell of network
// drives and of folders shared with containers, and they differ from system to system. A look at a few small files
// takes microseconds.
const lookEvery = 200 * time.Millisecond

// runWatch generates, and again whenever a spec or its file of weights has changed, until the user or the system ends
// it.
func (c *call) runWatch() int {
	if c.getenv("GOFILE") != "" && c.getenv("GOLINE") != "" {
		return c.misused("-watch does not end by itself, and go generate would wait for it; run it in a terminal")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process as it stands
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	c.watchWhile(func() bool {
		select {
		case <-ctx.Done():
		case <-ticker.C:
		}
		return ctx.Err() == nil
	}, c.generate)
	return exitOK
}

// watchWhile calls generate at once and after every change. It looks at the files whenever next returns, which waits
// for the time and is false in the end. A change counts when two looks in a row have found the same, so that an editor
// has time to write a file in pieces, or to remove it and put another in its place.
func (c *call) watchWhile(next func() bool, generate func() int) {
	done := c.watched() // before the files are read, so that no change is missed
	generate()
	if !c.quiet {
		fmt.Fprintf(c.stderr, "watching %s; Ctrl-C ends it\n", done.title())
	}
	last := done
	for next() {
		now := c.watched()
		settled := now.same(last)
		last = now
		if !settled || now.same(done) {
			continue
		}
		done = now
		generate()
		if out, ok := c.stdout.(*output); ok && out.err != nil {
			return // nobody reads it any more
		}
	}
}

// look is what the watched files are at one moment, by their paths.
type look map[string]fileState

// fileState tells a file from what it was before. Of a spec it has the contents, which are small; of a file of weights
// what the system says of it.
type fileState struct {
	spec    bool
	problem string // why it cannot be read: the text of an error, "" if it can
	sum     [sha256.Size]byte
	info    os.FileInfo // of a file of weights
}

// watched looks at all specs that the arguments stand for, and at the files of weights that they name.
func (c *call) watched() look {
	found := look{}
	for _, path := range expandAll(c.args, new(report)) {
		state := fileState{spec: true}
		data, err := readSpec(path)
		if err != nil {
			state.problem = cause(err)
		}
		state.sum = sha256.Sum256(data)
		found[path] = state
		n, err := spec.Decode(path, data)
		if err != nil || n.Weights == "" {
			continue
		}
		weights := filepath.Join(filepath.Dir(path), filepath.FromSlash(n.Weights))
		state = fileState{}
		if state.info, err = os.Stat(weights); err != nil {
			state.problem = cause(err)
		}
		found[weights] = state
	}
	return found
}

// same says whether two looks have found the same files, as they were.
func (l look) same(other look) bool {
	return maps.EqualFunc(l, other, func(a, b fileState) bool {
		if a.problem != b.problem || a.sum != b.sum || (a.info == nil) != (b.info == nil) {
			return false
		}
		return a.info == nil || os.SameFile(a.info, b.info) && a.info.Size() == b.info.Size() &&
			a.info.ModTime().Equal(b.info.ModTime())
	})
}

// title names what is watched: the specs, or how many where they are many.
func (l look) title() string {
	const most = 3
	var specs []string
	for _, path := range slices.Sorted(maps.Keys(l)) {
		if l[path].spec {
			specs = append(specs, shown(path))
		}
	}
	switch {
	case len(specs) == 0:
		return "for specs that match"
	case len(specs) > most:
		return plural.Of(len(specs), "spec")
	}
	return strings.Join(specs, ", ")
}
