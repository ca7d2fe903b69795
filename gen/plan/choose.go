package plan

import (
	"github.com/backpropgen/backpropgen/gen/parallel"
	"github.com/backpropgen/backpropgen/spec"
)

// Caching is what a network keeps and performs under one cache mode.
type Caching struct {
	Mode  spec.Cache
	Bytes int   // kept from Forward to Backward
	Grad  Count // operations of a gradient, forward and backward
}

// better says whether c is to be preferred: it weighs less, or as much and keeps less. So the best of several is in no
// respect worse than another without being better in one.
func (c Caching) better(d Caching) bool {
	if w, v := c.Grad.Weight(), d.Grad.Weight(); w != v {
		return w < v
	}
	return c.Bytes < d.Bytes
}

// maxCompared is the number of statements beyond which plans are not compared. Code of that size is never emitted.
const maxCompared = 1 << 19

// comparison is a network compiled under every cache mode.
type comparison struct {
	cachings []Caching
	programs map[spec.Cache]*Program
	best     spec.Cache
}

// compare compiles a network under every mode: auto first, and then the fixed ones. What auto decides layer by layer
// cannot foresee what later passes make of it: a gradient that is a little longer may become loops, and these read some
// vectors less often than straight code. So the best of all is what auto comes to. Of code that is too large to be
// emitted there is the plan of auto alone.
func compare(n spec.Network, rows functions) (*comparison, error) {
	silent := func(string, *Program) {}
	auto, err := compile(n, rows, spec.CacheAuto, silent)
	if err != nil {
		return nil, err
	}
	c := &comparison{programs: map[spec.Cache]*Program{spec.CacheAuto: auto}, best: spec.CacheAuto}
	if auto.Statements() > maxCompared {
		return c, nil
	}
	best, err := cachingOf(auto)
	if err != nil {
		return nil, err
	}
	modes := []spec.Cache{spec.CachePre, spec.CachePost, spec.CacheBoth}
	programs, cachings := make([]*Program, len(modes)), make([]Caching, len(modes))
	var tasks []func() error
	for i, mode := range modes {
		tasks = append(tasks, func() (err error) {
			if programs[i], err = compile(n, rows, mode, silent); err == nil {
				cachings[i], err = cachingOf(programs[i])
			}
			return err
		})
	}
	if err := parallel.Run(tasks...); err != nil {
		return nil, err
	}
	for i, one := range cachings {
		c.programs[modes[i]] = programs[i]
		if one.better(best) {
			best = one
		}
	}
	c.cachings, c.best = append(cachings, Caching{spec.CacheAuto, best.Bytes, best.Grad}), best.Mode
	return c, nil
}

// cachingOf is what a program keeps and performs.
func cachingOf(p *Program) (Caching, error) {
	grad, err := p.CountFunc(Grad)
	return Caching{p.Cache, p.CachedBytes(), grad}, err
}

// mode is the mode under which a network is to be compiled: its own or, for auto, the best of them all.
func (c *comparison) mode(n spec.Network) spec.Cache {
	if n.Cache != spec.CacheAuto {
		return n.Cache
	}
	return c.best
}
