// Package measure runs every variant of a network's functions on the machine at hand, and shows the predictions beside
// the times.
//
// Package gen emits a network with all code that it tried. This package puts that into a module in a temporary folder,
// with the source of package harness, which takes the times. The module needs no other module: a file with what this
// process knows of the processor takes the place of golang.org/x/sys/cpu. So it can be built without a network
// connection, wherever there is a Go command. GODEBUG means what it means for emitted code.
package measure

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sys/cpu"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/gen/measure/harness"
	"github.com/backpropgen/backpropgen/spec"
)

// DefaultTime is how long a network is measured unless somebody says otherwise: long enough for the least of some
// hundred samples of every variant of functions that take microseconds.
const DefaultTime = 5 * time.Second

// Options are what Run may be told.
type Options struct {
	// Time is about how long is measured; 0: DefaultTime.
	Time time.Duration
	// Progress is told what goes on, and how far that is of how much; nil: nobody is.
	Progress func(what string, done, of int)
}

// Run measures a network. It stops when the context is done; in any case nothing is left behind.
func Run(ctx context.Context, n spec.Network, o Options) (*Report, error) {
	if o.Time == 0 {
		o.Time = DefaultTime
	}
	if o.Progress == nil {
		o.Progress = func(string, int, int) {}
	}
	goCommand, err := findGo()
	if err != nil {
		return nil, err
	}
	o.Progress("generating all variants", 0, 0)
	trials, err := gen.Trials(n, gen.Options{})
	if err != nil {
		return nil, err
	}
	m, err := newModule(goCommand)
	if err != nil {
		return nil, err
	}
	defer m.remove()
	tasks := tasksOf(trials)
	if err := m.write(trials, tasks, o.Time); err != nil {
		return nil, err
	}
	o.Progress("compiling all variants", 0, 0)
	if err := m.build(ctx); err != nil {
		return nil, err
	}
	line, err := m.run(ctx, o.Progress)
	if err != nil {
		return nil, err
	}
	return newReport(trials[0].Network, tasks, line)
}

// task is a code to be measured, in the package of a trial, or the plain loops that go over memory as it does.
type task struct {
	gen.TrialCode
	trial     int
	plain     bool
	alternate bool // of plain loops: they go upwards and downwards in alternation
}

// fewParams is how many parameters a network has whose memory is worth a look.
const fewParams = 1000

// tasksOf are the codes that this processor can run, and once for every function the plain loops.
func tasksOf(trials []gen.Trial) (tasks []task) {
	plain := map[string]bool{}
	for i, t := range trials {
		loops := harness.Assembly && runnable(gen.NeedsAVX2) && t.Network.Params() >= fewParams
		for _, code := range t.Codes {
			if !runnable(code.Needs) {
				continue
			}
			tasks = append(tasks, task{TrialCode: code, trial: i})
			if len(code.Passes) == 0 || plain[code.Function] || !loops {
				continue
			}
			plain[code.Function] = true
			for _, alternate := range []bool{false, true} {
				tasks = append(tasks, task{TrialCode: code, trial: i, plain: true, alternate: alternate})
			}
		}
	}
	return tasks
}

// runnable says whether this processor has an instruction set, and may use it.
func runnable(needs string) bool {
	x := &cpu.X86
	narrow := x.HasAVX2 && x.HasFMA
	switch needs {
	case gen.NeedsAVX2:
		return narrow
	case gen.NeedsAVX512:
		return narrow && x.HasAVX512F && x.HasAVX512VL && x.HasAVX512DQ
	}
	return true
}

// features is the source of a package that stands for golang.org/x/sys/cpu.
func features() string {
	x := &cpu.X86
	return fmt.Sprintf("// Package cpu says what the program that wrote it found.\npackage cpu\n\n"+
		"var X86 = struct{ HasAVX2, HasFMA, HasAVX512F, HasAVX512VL, HasAVX512DQ bool }{%v, %v, %v, %v, %v}\n",
		x.HasAVX2, x.HasFMA, x.HasAVX512F, x.HasAVX512VL, x.HasAVX512DQ)
}
