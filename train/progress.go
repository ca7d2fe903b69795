package train

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// Status is how far a training is.
type Status struct {
	Epoch, Epochs int     // Epoch counts from 1
	Step, Steps   int     // of this epoch, from 1
	Loss          float64 // mean over the epoch so far
}

// Progress is told of every step, and of the end of the training however it ends. It is called between steps, so it
// should return quickly.
type Progress interface {
	Step(Status)
	End()
}

// Terminal shows progress on one line of f, redrawn a few times a second and erased at the end. It shows nothing if f
// is not a terminal, so that logs stay clean.
func Terminal(f *os.File) Progress {
	if info, err := f.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return silent{}
	}
	return &line{w: f, now: time.Now}
}

// silent shows nothing.
type silent struct{}

func (silent) Step(Status) {}
func (silent) End()        {}

const (
	redraw   = 100 * time.Millisecond // between two drawings
	barWidth = 24
)

// line is a progress bar. Writing to a terminal that is gone is no reason to stop training, so errors are dropped.
type line struct {
	w       io.Writer
	now     func() time.Time
	started time.Time
	first   int // steps that were done when it started
	drawn   time.Time
	width   int // of what stands on the line
}

func (l *line) Step(s Status) {
	now := l.now()
	done, all := (s.Epoch-1)*s.Steps+s.Step, s.Epochs*s.Steps
	if l.started.IsZero() {
		l.started, l.first = now, done
	}
	if now.Sub(l.drawn) < redraw {
		return
	}
	l.drawn = now
	filled := barWidth * done / all
	text := fmt.Sprintf("epoch %d of %d [%s%s] loss %.4g", s.Epoch, s.Epochs,
		strings.Repeat("=", filled), strings.Repeat(" ", barWidth-filled), s.Loss)
	if since := done - l.first; since > 0 {
		left := time.Duration(float64(now.Sub(l.started)) / float64(since) * float64(all-done))
		text += fmt.Sprintf(", %v left", left.Round(time.Second))
	}
	l.draw(text)
}

func (l *line) End() {
	if l.width > 0 {
		l.draw("")
		fmt.Fprint(l.w, "\r")
	}
	l.started, l.drawn, l.width = time.Time{}, time.Time{}, 0
}

// draw replaces what stands on the line.
func (l *line) draw(text string) {
	fmt.Fprintf(l.w, "\r%-*s", l.width, text)
	l.width = len(text)
}
