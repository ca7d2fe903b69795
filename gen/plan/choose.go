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

// maxCompared is the number of statements beyond which plans are not compared. Code of that size is not emitted.
const maxCompared = 1 << 19

// Cachings compiles a valid network under every cache mode: pre, post, both and auto.
func Cachings(n spec.Network) ([]Caching, error) {
	n = n.WithDefaults()
	var all []Caching
	for _, mode := range []spec.Cache{spec.CachePre, spec.CachePost, spec.CacheBoth, spec.CacheAuto} {
		n.Cache = mode
		p, err := Compile(n)
		if err != nil {
			return nil, err
		}
		c, err := p.caching()
		if err != nil {
			return nil, err
		}
		c.Mode = mode
		all = append(all, c)
	}
	return all, nil
}

// caching is what a plan keeps and performs.
func (p *Program) caching() (Caching, error) {
	grad, err := p.CountFunc(Grad)
	return Caching{p.Cache, p.CachedBytes(), grad}, err
}

// choose returns the mode under which a network is to be compiled: its own or, for auto, the best of them all. What auto
// decides layer by layer cannot foresee what later passes make of it: a gradient that is a little longer may
// become loops, and these read some vectors less often than straight code.
func choose(n spec.Network) (spec.Cache, error) {
	if n.Cache != spec.CacheAuto {
		return n.Cache, nil
	}
	var best Caching
	for i, mode := range []spec.Cache{spec.CacheAuto, spec.CachePost, spec.CachePre, spec.CacheBoth} {
		p, err := compile(n, mode, func(string, *Program) {})
		if err != nil {
			return "", err
		}
		if p.Statements() > maxCompared {
			return spec.CacheAuto, nil
		}
		c, err := p.caching()
		if err != nil {
			return "", err
		}
		if i == 0 || c.better(best) {
			best = c
		}
	}
	return best.Mode, nil
}
