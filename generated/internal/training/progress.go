package training

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// Progress shows how far a training is. Start and Stop enclose each seed, also one that fails.
type Progress interface {
	Start(seed uint64, epochs int)
	Epoch(done int, value float64)
	Stop()
}

// NewProgress chooses the display for w: a bar on a terminal, plain lines elsewhere. unit is what is counted, "epoch",
// and figure what is shown of it, "loss".
func NewProgress(w io.Writer, unit, figure string) Progress {
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return &bar{w: w, figure: figure}
	}
	return &lines{w: w, unit: unit, figure: figure}
}

// Silent shows nothing.
type Silent struct{}

// Start does nothing.
func (Silent) Start(uint64, int) {}

// Epoch does nothing.
func (Silent) Epoch(int, float64) {}

// Stop does nothing.
func (Silent) Stop() {}

// linesPerSeed is how many lines a plain display gives a seed: enough to see it move, few enough
// for a log.
const linesPerSeed = 4

// lines prints a line every few epochs, and one for the last.
type lines struct {
	w             io.Writer
	unit, figure  string
	seed          uint64
	epochs, every int
}

func (l *lines) Start(seed uint64, epochs int) {
	l.seed, l.epochs = seed, epochs
	l.every = max(1, (epochs+linesPerSeed-1)/linesPerSeed)
}

func (l *lines) Epoch(done int, value float64) {
	if done%l.every == 0 || done == l.epochs {
		fmt.Fprintf(l.w, "seed %d: %s %d of %d, %s %.4g\n", l.seed, l.unit, done, l.epochs, l.figure, value)
	}
}

func (l *lines) Stop() {}

// refresh is the shortest time between two drawings of a bar.
const refresh = 50 * time.Millisecond

// bar draws one bar per seed and removes it when the seed is done, leaving the line to the result.
type bar struct {
	w      io.Writer
	figure string
	seed   uint64
	shown  time.Time
	bar    *progressbar.ProgressBar
}

func (b *bar) Start(seed uint64, epochs int) {
	b.seed = seed
	b.shown = time.Time{}
	b.bar = progressbar.NewOptions(epochs,
		progressbar.OptionSetWriter(b.w),
		progressbar.OptionSetWidth(30),
		progressbar.OptionShowCount(),
		progressbar.OptionThrottle(refresh),
		progressbar.OptionClearOnFinish())
}

// Epoch advances the bar. A display that cannot be written to is no reason to stop training, so
// its errors are dropped.
func (b *bar) Epoch(done int, value float64) {
	if time.Since(b.shown) >= refresh {
		b.shown = time.Now()
		b.bar.Describe(fmt.Sprintf("seed %d, %s %.4g", b.seed, b.figure, value))
	}
	_ = b.bar.Set(done)
}

func (b *bar) Stop() {
	if !b.bar.IsFinished() {
		_ = b.bar.Clear()
	}
}
