package portable

import (
	"slices"

	"github.com/backpropgen/backpropgen/gen/code"
	"github.com/backpropgen/backpropgen/gen/parallel"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/portable/schedule"
	"github.com/backpropgen/backpropgen/spec"
)

// Caching is what a network keeps and performs under one cache mode.
type Caching struct {
	Mode  spec.Cache
	Bytes int        // kept from Forward to Backward
	Grad  code.Count // operations of a gradient, forward and backward; of a step where no gradient is emitted
}

// better says whether c is to be preferred: it weighs less, or as much and keeps less. So the best of several is in no
// respect worse than another without being better in one.
func (c Caching) better(d Caching) bool {
	if w, v := c.Grad.Weight(), d.Grad.Weight(); w != v {
		return w < v
	}
	return c.Bytes < d.Bytes
}

// MaxSource is the size beyond which a Go file is not emitted: for each megabyte of straight-line code the compiler
// takes about 4 seconds and 270 MB, and the generator is to be done in 10 seconds: for loops the estimate is a third of
// what they are.
const MaxSource = 5 << 20

// TooLarge says whether the code of a schedule is too large to be emitted.
func TooLarge(s *schedule.Schedule) bool { return s.CodeBytes() > MaxSource }

// Compile plans and schedules a network: for cache: auto, under the mode whose gradient performs the least. It returns
// what the network keeps and performs under every mode as well, pre, post, both and auto; nothing for code too large to
// be emitted.
//
// What auto decides layer by layer cannot foresee what later passes make of it: a gradient that is a little longer may
// become loops, and these read some vectors less often than straight code. So the best of all modes is what auto comes
// to. Where nothing goes backward there is nothing to choose, and no caching is returned.
func Compile(n spec.Network) (*schedule.Schedule, []Caching, error) {
	c, err := plan.NewCompiler(n)
	if err != nil {
		return nil, nil, err
	}
	own := n.WithDefaults().Cache
	scheduled := func(mode spec.Cache) (*schedule.Schedule, error) {
		p, err := c.Compile(mode)
		if err != nil {
			return nil, err
		}
		return schedule.New(p)
	}
	if !n.Learns() {
		s, err := scheduled(own)
		return s, nil, err
	}
	modes := []spec.Cache{spec.CachePre, spec.CachePost, spec.CacheBoth, spec.CacheAuto}
	last, chosen := len(modes)-1, slices.Index(modes, own)
	schedules, cachings := make([]*schedule.Schedule, len(modes)), make([]Caching, len(modes))
	each := func(do func(i int) error) error {
		var tasks []func() error
		for i := range modes {
			tasks = append(tasks, func() error { return do(i) })
		}
		return parallel.Run(tasks...)
	}
	err = each(func(i int) (err error) {
		schedules[i], err = scheduled(modes[i])
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	// What is not going to be emitted is not counted, as that takes memory.
	if s := schedules[chosen]; TooLarge(s) && (own != spec.CacheAuto || !slices.ContainsFunc(schedules, small)) {
		return s, nil, nil
	}
	err = each(func(i int) error {
		grad, err := countLongest(schedules[i])
		cachings[i] = Caching{modes[i], schedules[i].Program.CachedBytes(), grad}
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	best := last
	for i, one := range cachings {
		if one.better(cachings[best]) {
			best = i
		}
	}
	if own == spec.CacheAuto {
		chosen = best
	}
	cachings[last] = Caching{spec.CacheAuto, cachings[best].Bytes, cachings[best].Grad}
	return schedules[chosen], cachings, nil
}

func small(s *schedule.Schedule) bool { return !TooLarge(s) }
