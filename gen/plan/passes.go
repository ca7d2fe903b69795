package plan

import (
	"fmt"

	"github.com/backpropgen/backpropgen/spec"
)

// A pass takes a plan to a plan that computes the same; it may change the one it is given.
type pass struct {
	name string
	run  func(*Program) error
}

// passes is the whole compiler, in order. cache comes before fuse because it rewrites each Jacobian in terms
// of what is kept while it is still an operation of its own; prune follows fuse because only fused
// operations leave stores that nothing reads; share needs to know which buffers are left, block how much room they
// take, and order which operations there are.
var passes = []pass{
	{"cache", cache},
	{"fuse", fuse},
	{"prune", prune},
	{"share", share},
	{"block", block},
	{"order", order},
}

// Compile builds the plan of a valid network and takes it through every pass, checking it at the
// start and after each. An error is a mistake in this package, not in the network. Under cache: auto every layer keeps
// what its own derivative wants.
func Compile(n spec.Network) (*Program, error) { return Trace(n, nil) }

// Trace is Compile, calling seen, if it is not nil, with the plan after every stage, "build" first.
func Trace(n spec.Network, seen func(stage string, p *Program)) (*Program, error) {
	c, err := NewCompiler(n)
	if err != nil {
		return nil, err
	}
	return c.compile(c.n.Cache, seen)
}

// Compiler plans one network under any cache mode. What the network's formulas come to is worked out once.
type Compiler struct {
	n    spec.Network // with defaults
	rows functions
}

// NewCompiler looks up the formulas of a valid network, or differentiates what its spec gives.
func NewCompiler(n spec.Network) (*Compiler, error) {
	n = n.WithDefaults()
	rows, err := functionsOf(n)
	if err != nil {
		return nil, err
	}
	return &Compiler{n, rows}, nil
}

// Compile is the plan under a cache mode, which need not be the network's.
func (c *Compiler) Compile(mode spec.Cache) (*Program, error) { return c.compile(mode, nil) }

func (c *Compiler) compile(mode spec.Cache, seen func(string, *Program)) (*Program, error) {
	if seen == nil {
		seen = func(string, *Program) {}
	}
	n := c.n
	p, err := buildWith(n, c.rows)
	if err != nil {
		return nil, err
	}
	p.Cache = mode
	if err := Check(p); err != nil {
		return nil, fmt.Errorf("plan of %s as built: %w", n.Name, err)
	}
	seen("build", p)
	for _, pass := range passes {
		if err := pass.run(p); err != nil {
			return nil, fmt.Errorf("pass %s on %s: %w", pass.name, n.Name, err)
		}
		if err := Check(p); err != nil {
			return nil, fmt.Errorf("plan of %s after pass %s: %w", n.Name, pass.name, err)
		}
		seen(pass.name, p)
	}
	return p, nil
}
