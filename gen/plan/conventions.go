package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/backpropgen/backpropgen/gen/expr"
	"github.com/backpropgen/backpropgen/spec"
)

// Conventions says what the activations and the cost compute, and what their derivatives are taken to be where they
// have none: a line for each function, in the order of the layers, the cost last if anything emitted depends
// on it.
func (p *Program) Conventions() []string {
	n := p.Network
	layers := map[string][]int{} // by line
	var lines []string
	for l, act := range p.Activations {
		line := fmt.Sprintf("%s: %s", label(n.Layers[l].Activation), act.Doc)
		if !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
		layers[line] = append(layers[line], l+1)
	}
	for i, line := range lines {
		lines[i] = numbered("layer", layers[line]) + ", " + line
	}
	if !slices.ContainsFunc(p.Funcs, func(f *Func) bool { return f.Writes(Loss) || f.Writes(Delta) }) {
		return lines // of functions that know no target
	}
	last := n.Layers[n.Depth()-1].Activation
	cost := fmt.Sprintf("cost, %s: %s", label(n.Cost), p.Cost.Doc)
	if form, fused := expr.Fusion(last.Name, n.Cost.Name); fused {
		cost = fmt.Sprintf("cost, %s of a %s, from its logits: %s", n.Cost.Name, last.Name, form.Doc)
	}
	lines = append(lines, cost)
	if n.Derives(spec.DeriveHessianVector) {
		lines = append(lines, "HessianVector: where a derivative jumps, the second one is that of the side whose derivative is "+
			"taken, 0 where it is that of neither")
	}
	return lines
}

// label is a function's name and parameters. A formula is told by its Doc.
func label(f spec.Function) string {
	if f.Expr != "" {
		return "formula"
	}
	return f.String()
}

// numbered names things by ascending numbers: "layer 1", "layers 1 and 3", "layers 1, 3 and 5 to 9".
func numbered(thing string, numbers []int) string {
	if len(numbers) == 1 {
		return fmt.Sprintf("%s %d", thing, numbers[0])
	}
	var runs []string
	for i := 0; i < len(numbers); {
		end := i + 1
		for end < len(numbers) && numbers[end] == numbers[end-1]+1 {
			end++
		}
		if end-i > 2 {
			runs = append(runs, fmt.Sprintf("%d to %d", numbers[i], numbers[end-1]))
		} else {
			end = i + 1
			runs = append(runs, fmt.Sprint(numbers[i]))
		}
		i = end
	}
	text := strings.Join(runs[:len(runs)-1], ", ")
	if text != "" {
		text += " and "
	}
	return thing + "s " + text + runs[len(runs)-1]
}
