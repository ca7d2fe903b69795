package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/spec"
)

// network is a network whose emitted code the page quotes.
type network struct {
	name string
	spec spec.Network
	// yaml is the spec as the page shows it, of a network that is not committed.
	yaml string
	// link is where the emitted code is committed, seen from the page, or empty.
	link   string
	source string // the emitted kernels
}

// networks are the quoted networks by name.
type networks map[string]*network

// goldens are the committed networks that the page quotes or counts, in the order of its tables.
var goldens = []string{"xor", "iris", "control", "digits", "pixels"}

// loadNetworks generates every network that the page quotes: the committed ones from their specs, which are what is
// committed, as another test says, and the page's own.
func loadNetworks(dir string) (networks, error) {
	nets := networks{}
	for _, name := range goldens {
		n, err := spec.DecodeFile(filepath.Join(dir, name, name+".yaml"))
		if err != nil {
			return nil, err
		}
		kernels, err := emitted(n, gen.Options{Package: name, Source: name + ".yaml"})
		if err != nil {
			return nil, err
		}
		nets[name] = &network{name: name, spec: n, link: fmt.Sprintf("../../generated/%s/%s_gen.go", name, name),
			source: kernels}
	}
	for _, e := range examples {
		n, err := spec.Decode(e.name+".yaml", []byte("name: Net\n"+e.yaml))
		if err != nil {
			return nil, err
		}
		unassembled := n // what is quoted is the same without assembly, and no line of it is linked to
		unassembled.Targets = []spec.Target{}
		kernels, err := emitted(unassembled, gen.Options{})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.name, err)
		}
		nets[e.name] = &network{name: e.name, spec: n, yaml: e.yaml, source: kernels}
	}
	return nets, nil
}

// emitted returns the kernels of a network. Its assembly is thrown away: that of one target is enough, without
// macros.
func emitted(n spec.Network, o gen.Options) (string, error) {
	o.NoMacros, o.Backends = true, gen.Backends()[:1]
	files, err := gen.Generate(n, o)
	if err != nil {
		return "", err
	}
	return string(files[0].Data), nil
}

// get returns a network by name.
func (nets networks) get(name string) (*network, error) {
	if n := nets[name]; n != nil {
		return n, nil
	}
	return nil, fmt.Errorf("there is no network %s; add it to goldens or to examples", name)
}

// spec is the spec of a network of the page's own, as a block of code.
func (nets networks) spec(name string) (string, error) {
	n, err := nets.get(name)
	if err != nil {
		return "", err
	}
	if n.yaml == "" {
		return "", fmt.Errorf("the spec of %s is committed; link to it", name)
	}
	return "```yaml\n" + strings.TrimSuffix(n.yaml, "\n") + "\n```", nil
}

// examples are networks for what no committed one holds, small so that an excerpt shows the whole of it.
var examples = []struct{ name, yaml string }{
	{"softmax", `input: 2
layers:
  - {dense: 3, activation: softmax}
cost: mse
`},
	{"log-softmax", `input: 2
layers:
  - {dense: 3, activation: log-softmax}
cost: {expr: "-y*a"}
`},
	{"radial-sigmoid", `input: 2
layers:
  - {dense: 3, activation: radial-sigmoid}
  - {dense: 1}
cost: mse
`},
	{"max-pool", `input: 2
layers:
  - {dense: 6, activation: {name: max-pool, window: 3}}
  - {dense: 1}
cost: mse
`},
	{"avg-pool", `input: 2
layers:
  - {dense: 6, activation: {name: avg-pool, window: 3}}
  - {dense: 1}
cost: mse
`},
	{"derivatives", `input: 2
layers:
  - {dense: 2, activation: tanh}
  - {dense: 2, activation: softmax}
cost: mse
derivatives: [jacobian, tangent, parameter-jacobian, hessian-vector]
`},
	{"formulas", `input: 2
layers:
  - {dense: 2, activation: {expr: "z*exp(-z^2)"}}
  - {dense: 1}
cost: {expr: "log(1 + (a - y)^2)"}
`},
	{"arctan", `input: 2
layers:
  - {dense: 2, activation: arctan}
  - {dense: 1}
cost: mse
cache: pre
`},
	{"input-gradient", `input: 2
layers:
  - {dense: 3, activation: tanh}
  - {dense: 1}
cost: mse
input_gradient: true
`},
}
