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

// runExplain is the explain command.
func runExplain(c *call) int {
	if len(c.args) == 0 {
		return c.misused("no spec given")
	}
	if c.measures {
		return c.measure()
	}
	var r report
	var sources []*source
	var texts []string
	var errs []error
	var tasks []func() error
	seen := map[string]*folder{}
	for _, arg := range expandAll(c.args, &r) {
		s, err := c.loadForReading(arg, &r)
		if err != nil {
			continue
		}
		o := gen.Options{Package: c.explainedPackage(s, seen), Source: s.mark, Files: s.files(), Ranges: c.ranges}
		i := len(sources)
		sources = append(sources, s)
		tasks = append(tasks, func() error {
			texts[i], errs[i] = gen.Explain(s.network, o)
			return nil
		})
	}
	texts, errs = make([]string, len(tasks)), make([]error, len(tasks))
	_ = parallel.Run(tasks...) // every spec has its own error
	var all []string
	for i, s := range sources {
		if errs[i] != nil {
			r.add(refused(s, errs[i]))
			continue
		}
		all = append(all, strings.TrimRight(texts[i], "\n")+"\n")
		c.warn(s)
	}
	fmt.Fprint(c.stdout, strings.Join(all, "\n"))
	r.print(c.stderr)
	return r.code()
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
