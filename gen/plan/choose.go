package plan

import "github.com/backpropgen/backpropgen/spec"

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

// Cachings compiles a valid network under every cache mode: pre, post, both and auto. There are none for code too large to be
// emitted.
func Cachings(n spec.Network) ([]Caching, error) {
	n = n.WithDefaults()
	rows, err := functionsOf(n)
	if err != nil {
		return nil, err
	}
	all, _, err := compare(n, rows)
	return all, err
}

// choose returns the mode under which a network is to be compiled: its own or, for auto, the best of them all.
func choose(n spec.Network, rows functions) (spec.Cache, error) {
	if n.Cache != spec.CacheAuto {
		return n.Cache, nil
	}
	_, mode, err := compare(n, rows)
	return mode, err
}

// compare returns what a network keeps and performs under every mode, and the one that auto comes to. What auto decides layer by
// layer cannot foresee what later passes make of it: a gradient that is a little longer may become loops, and these read some
// vectors less often than straight code.
func compare(n spec.Network, rows functions) (all []Caching, auto spec.Cache, err error) {
	best := Caching{}
	for i, mode := range []spec.Cache{spec.CacheAuto, spec.CachePre, spec.CachePost, spec.CacheBoth} {
		p, err := compile(n, rows, mode, func(string, *Program) {})
		if err != nil {
			return nil, "", err
		}
		if i == 0 && p.Statements() > maxCompared {
			return nil, spec.CacheAuto, nil
		}
		grad, err := p.CountFunc(Grad)
		if err != nil {
			return nil, "", err
		}
		c := Caching{mode, p.CachedBytes(), grad}
		if i == 0 || c.better(best) {
			best = c
		}
		if i > 0 {
			all = append(all, c)
		}
	}
	return append(all, Caching{spec.CacheAuto, best.Bytes, best.Grad}), best.Mode, nil
}
