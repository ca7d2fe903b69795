package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/gen/parallel"
	"github.com/backpropgen/backpropgen/spec"
)

// explainCommand is the subcommand explain.
func explainCommand() command {
	return command{
		name: "explain", args: "[-inputs LO,HI] [-weights LO,HI] [-biases LO,HI] [-targets LO,HI]\n" +
			"                           [-measure] SPEC...",
		summary: "print the plan: buffers, passes, costs, rounding errors, memory, code size",
		about: `Prints how a network is computed and what that costs. Writes no file. It prints

  - what each activation and the cost compute, and their derivatives where there is a choice;
  - what is kept of each layer, and what each cache mode would keep and take;
  - the operations of one call of each function;
  - of assembly: which functions have it at which level, predicted cycles, and calls per function;
  - bounds on rounding errors;
  - the buffers, and every function as equations, with the derivatives that were found.

The bounds hold for all inputs, weights, biases and targets within the ranges given. They are for the worst
case, in which all errors add up. Narrow ranges, such as those of trained weights, have small bounds.

With -measure it prints instead how long every variant of every function takes on this machine: portable
Go, and all code that was tried for AVX2 and AVX-512. Generate emits those variants that are faster on some
processor. Beside each time is the predicted time. For functions of one sample there is also the time of
plain loops that only read and write the same matrices. It marks the variant that runs here, and says where
another one is faster by more than 5 %. It needs the Go command, but no internet connection, and takes about
ten seconds for a small network. Ctrl-C ends it and leaves nothing behind. GODEBUG=cpu.avx512f=off measures
as on a processor without AVX-512.

SPEC may be - for standard input.`,
		flags:   []string{"inputs", "weights", "biases", "targets", "measure"},
		example: "backpropgen explain iris.yaml",
		run:     runExplain,
	}
}

// runExplain is the explain command.
func runExplain(c *call) int {
	if len(c.args) == 0 {
		return c.misused("no spec given")
	}
	if c.measures {
		return c.measure()
	}
	var r report
	paths := expandAll(c.args, &r)
	explained := make([]explanation, len(paths))
	var tasks []func() error
	seen := map[string]*folder{}
	for i, arg := range paths {
		e := &explained[i]
		s, err := c.loadForReading(arg, &e.report)
		if err != nil {
			continue
		}
		e.source = s
		o := gen.Options{Package: c.explainedPackage(s, seen), Source: s.mark, Files: s.files(), Ranges: c.ranges}
		tasks = append(tasks, func() error {
			text, err := gen.Explain(s.network, o)
			if err != nil {
				e.report.add(refused(s, err))
			}
			e.text = text
			return nil
		})
	}
	_ = parallel.Run(tasks...) // every spec has its own error
	var all []string
	for _, e := range explained {
		r.failures = append(r.failures, e.report.failures...)
		if !e.report.failed() {
			all = append(all, strings.TrimRight(e.text, "\n")+"\n")
			c.warn(e.source)
		}
	}
	fmt.Fprint(c.stdout, strings.Join(all, "\n"))
	r.print(c.stderr)
	return r.code()
}

// explanation is what becomes of one spec of explain. Each has a report of its own, so that mistakes come out in the
// order of the command line, whether a spec cannot be read or cannot be generated.
type explanation struct {
	source *source
	text   string
	report report
}

// loadForReading is load, but takes standard input too, because nothing is going to name the source.
func (c *call) loadForReading(arg string, r *report) (*source, error) {
	if arg != stdinArg {
		s, code, err := load(arg)
		r.add(code, err)
		return s, err
	}
	const name = "stdin"
	data, err := io.ReadAll(io.LimitReader(c.stdin, spec.MaxFileBytes+1))
	if err != nil {
		r.addf(exitIO, "%s: cannot be read: %s", name, cause(err))
		return nil, err
	}
	network, warnings, err := spec.DecodeWarnings(name, data)
	if err != nil {
		r.add(exitSpec, err)
		return nil, err
	}
	return &source{path: name, mark: name, data: data, network: network, warnings: warnings}, nil
}

// explainedPackage returns the package that generate would choose or, where it could not, any: it
// changes nothing of the plan.
func (c *call) explainedPackage(s *source, seen map[string]*folder) string {
	if s.key != "" {
		if f := c.look(filepath.Dir(s.path), seen); f != nil {
			if name, err := choosePackage(s, f, "", c.getenv); err == nil {
				return name
			}
		}
	}
	if name := strings.ToLower(s.network.Name); packageProblem(name) == nil {
		return name
	}
	return "network"
}

// look reads a folder unless that was done before; nil if it can't be read.
func (c *call) look(dir string, seen map[string]*folder) *folder {
	if f, ok := seen[dir]; ok {
		return f
	}
	seen[dir] = nil
	if p, err := openPlace(dir, false, c.stderr); err == nil {
		defer p.close()
		if f, err := readFolder(p); err == nil {
			seen[dir] = f
		}
	}
	return seen[dir]
}
