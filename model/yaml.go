package model

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/backpropgen/backpropgen/spec"
)

// YAML returns the text of a spec file of the network: what package spec reads back as n. comments stand in front, a
// line each; weights, unless it is empty, names the file with the parameters.
func YAML(n spec.Network, weights string, comments ...string) string {
	var b strings.Builder
	for _, line := range comments {
		b.WriteString("# " + line + "\n")
	}
	fmt.Fprintf(&b, "name: %s\n", n.Name)
	if n.Precision != "" {
		fmt.Fprintf(&b, "precision: %s\n", n.Precision)
	}
	fmt.Fprintf(&b, "input: %d\nlayers:\n", n.Input)
	for _, l := range n.Layers {
		fmt.Fprintf(&b, "  - dense: %d\n", l.Dense)
		if l.Activation.Name != "" && l.Activation.Name != "identity" || l.Activation.Expr != "" {
			fmt.Fprintf(&b, "    activation: %s\n", functionText(l.Activation))
		}
		if l.NoBias {
			b.WriteString("    bias: false\n")
		}
	}
	fmt.Fprintf(&b, "cost: %s\n", functionText(n.Cost))
	if weights != "" {
		fmt.Fprintf(&b, "weights: %s\n", weights)
	}
	return b.String()
}

// functionText is an activation or a cost as a spec writes it.
func functionText(f spec.Function) string {
	if f.Expr != "" {
		return fmt.Sprintf("{expr: %q}", f.Expr)
	}
	if len(f.Params) == 0 {
		return f.Name
	}
	text := "{name: " + f.Name
	for _, name := range sortedKeys(f.Params) {
		text += ", " + name + ": " + number(f.Params[name])
	}
	return text + "}"
}

func sortedKeys(m map[string]float64) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// number is a number as YAML reads it, in as few digits as tell it from all others.
func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
