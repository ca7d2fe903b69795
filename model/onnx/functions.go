package onnx

import (
	"fmt"
	"slices"
)

// maxDepth bounds how deep functions call functions.
const maxDepth = 32

// inliner replaces calls of functions by their nodes.
type inliner struct {
	functions map[string]*function
	nodes     []*node
	calls     int
}

func functionKey(domain, name string) string { return domain + "\x00" + name }

// inlined returns the nodes of the graph with the functions of the file put in place of their calls. Names within a
// call have its number in front; the empty name stays that of an input that is left out.
func inlined(f *file) ([]*node, error) {
	in := &inliner{functions: map[string]*function{}}
	for _, fn := range f.functions {
		if fn.domain == ours { // these are known
			continue
		}
		in.functions[functionKey(fn.domain, fn.name)] = fn
	}
	return in.nodes, in.all(f.graph.nodes, f.opsets, func(name string) string { return name }, nil, "", 0)
}

// all appends nodes of one scope. names maps the scope's names to those of the graph, and given are the attributes of
// the call.
func (in *inliner) all(nodes []*node, opsets map[string]int64, names func(string) string, given map[string]attribute,
	path string, depth int,
) error {
	for _, n := range nodes {
		c := *n
		c.inputs, c.outputs = mapped(n.inputs, names), mapped(n.outputs, names)
		c.name = clipped(path + n.name)
		c.version = opsets[n.domain]
		var err error
		if c.attributes, err = bound(n.attributes, given); err != nil {
			return fmt.Errorf("node %s: %w", quoted(c.name, "without a name"), err)
		}
		fn, called := in.functions[functionKey(n.domain, n.op)]
		if !called {
			if len(in.nodes) >= maxNodes {
				return fmt.Errorf("with its functions the graph has more than %d nodes; no chain of dense layers "+
					"has so many",
					maxNodes)
			}
			in.nodes = append(in.nodes, &c)
			continue
		}
		if err := in.call(fn, &c, depth); err != nil {
			return err
		}
	}
	return nil
}

// call appends the nodes of a function.
func (in *inliner) call(fn *function, c *node, depth int) error {
	if depth >= maxDepth {
		return fmt.Errorf("the function %s is called %d levels deep, or calls itself", quoted(fn.name, ""), depth)
	}
	if in.calls++; in.calls > maxNodes {
		return fmt.Errorf("functions are called more than %d times", maxNodes)
	}
	if len(c.inputs) > len(fn.inputs) || len(c.outputs) > len(fn.outputs) {
		return fmt.Errorf("node %s gives the function %s more inputs or outputs than it has", quoted(c.name, ""),
			quoted(fn.name, ""))
	}
	prefix := fmt.Sprintf("%d:", in.calls)
	outside := map[string]string{"": ""}
	for i, name := range fn.inputs {
		outside[name] = "" // left out
		if i < len(c.inputs) {
			outside[name] = c.inputs[i]
		}
	}
	for i, name := range fn.outputs {
		switch {
		case i >= len(c.outputs) || c.outputs[i] == "":
		case slices.Contains(fn.inputs, name): // an input handed on
			in.nodes = append(in.nodes, &node{
				name: c.name, op: "Identity", inputs: []string{outside[name]}, outputs: []string{c.outputs[i]},
			})
		default:
			outside[name] = c.outputs[i]
		}
	}
	names := func(name string) string {
		if o, ok := outside[name]; ok {
			return o
		}
		return prefix + name
	}
	given := map[string]attribute{}
	for _, a := range fn.defaults {
		given[a.name] = a
	}
	for _, a := range c.attributes {
		given[a.name] = a
	}
	path := c.name
	if path == "" {
		path = clipped(fn.name)
	}
	return in.all(fn.nodes, fn.opsets, names, given, path+"/", depth+1)
}

func mapped(list []string, f func(string) string) []string {
	r := make([]string, len(list))
	for i, s := range list {
		r[i] = f(s)
	}
	return r
}

// bound puts the attributes of a call in place of those that refer to them. What the call leaves out is left out.
func bound(attributes []attribute, given map[string]attribute) ([]attribute, error) {
	if !slices.ContainsFunc(attributes, func(a attribute) bool { return a.ref != "" }) {
		return attributes, nil
	}
	var list []attribute
	for _, a := range attributes {
		if a.ref != "" {
			g, ok := given[a.ref]
			if !ok {
				continue
			}
			g.name, g.ref = a.name, ""
			a = g
		}
		list = append(list, a)
	}
	return list, nil
}
