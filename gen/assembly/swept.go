package assembly

import "github.com/backpropgen/backpropgen/gen/plan"

// Swept is a loop over all parameters with its code; Missing says why it has none.
type Swept[Code any] struct {
	plan.Sweep
	Code    Code
	Missing string
}

// Loops are the loops over all parameters of a network, whatever code they have.
type Loops interface {
	All() []plan.Sweep
	Written() []plan.Sweep           // those that have assembly
	Missing(sweep plan.Sweep) string // why one has none; empty for those that have
}

// SweptList are the loops over all parameters of a network, in assembly or not.
type SweptList[Code any] []Swept[Code]

// fewSwept is up to how many parameters a sweep is written for that number alone. No sweep of so few is called for a
// part of them.
const fewSwept = 32

// SweepsOf lists those of a network, and says why some have no assembly. Those of few parameters have it where every
// sweep is to have, and then any may be called for parts of arrays.
func SweepsOf[Code any](p *plan.Program, every bool) (list SweptList[Code], err error) {
	sweeps, err := plan.Sweeps(p.Network)
	for _, s := range sweeps {
		missing := MissingSweep(p, s)
		if Few(p, s) && !every {
			missing = "there are few parameters"
		}
		if !every && p.Network.Params() <= fewSwept {
			s.Elements = p.Network.Params()
		}
		list = append(list, Swept[Code]{Sweep: s, Missing: missing})
	}
	return list, err
}

// Written are those that have assembly.
func (l SweptList[Code]) Written() (list []plan.Sweep) {
	for _, s := range l {
		if s.Missing == "" {
			list = append(list, s.Sweep)
		}
	}
	return list
}

// All are all of them.
func (l SweptList[Code]) All() (list []plan.Sweep) {
	for _, s := range l {
		list = append(list, s.Sweep)
	}
	return list
}

// Missing says why one has no assembly; it is empty for those that have.
func (l SweptList[Code]) Missing(s plan.Sweep) string {
	for _, w := range l {
		if w.Function() == s.Function() {
			return w.Missing
		}
	}
	return ""
}
