package portable

import (
	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/gen/parallel"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// Caching is what a network keeps and performs under one cache mode.
type Caching struct {
	Mode  spec.Cache
	Bytes int        // kept from Forward to Backward
	Grad  code.Count // operations of a gradient, forward and backward
}

// better says whether c is to be preferred: it weighs less, or as much and keeps less. So the best of several is in no
// respect worse than another without being better in one.
func (c Caching) better(d Caching) bool {
	if w, v := c.Grad.Weight(), d.Grad.Weight(); w != v {
		return w < v
	}
	return c.Bytes < d.Bytes
}

// maxCompared is the number of statements beyond which modes are not compared. Code of that size is never emitted.
const maxCompared = 1 << 18

// Compile plans a network: for cache: auto, under the mode whose gradient performs the least. It returns what the
// network keeps and performs under every mode as well, pre, post, both and auto; nothing for code too large to be
// emitted.
//
// What auto decides layer by layer cannot foresee what later passes make of it: a gradient that is a little longer may
// become loops, and these read some vectors less often than straight code. So the best of all modes is what auto comes
// to.
func Compile(n spec.Network) (*plan.Program, []Caching, error) {
	c, err := plan.NewCompiler(n)
	if err != nil {
		return nil, nil, err
	}
	own := n.WithDefaults().Cache
	auto, err := c.Compile(spec.CacheAuto)
	if err != nil {
		return nil, nil, err
	}
	if auto.Statements() > maxCompared {
		if own != spec.CacheAuto {
			auto, err = c.Compile(own)
		}
		return auto, nil, err
	}
	modes := []spec.Cache{spec.CachePre, spec.CachePost, spec.CacheBoth, spec.CacheAuto}
	programs, cachings := make([]*plan.Program, len(modes)), make([]Caching, len(modes))
	var tasks []func() error
	for i, mode := range modes {
		tasks = append(tasks, func() (err error) {
			if programs[i] = auto; mode != spec.CacheAuto {
				if programs[i], err = c.Compile(mode); err != nil {
					return err
				}
			}
			grad, err := countGrad(programs[i])
			cachings[i] = Caching{mode, programs[i].CachedBytes(), grad}
			return err
		})
	}
	if err := parallel.Run(tasks...); err != nil {
		return nil, nil, err
	}
	last := len(modes) - 1
	best, chosen := last, last
	for i, one := range cachings {
		if one.better(cachings[best]) {
			best = i
		}
		if modes[i] == own {
			chosen = i
		}
	}
	if own == spec.CacheAuto {
		chosen = best
	}
	cachings[last] = Caching{spec.CacheAuto, cachings[best].Bytes, cachings[best].Grad}
	return programs[chosen], cachings, nil
}
