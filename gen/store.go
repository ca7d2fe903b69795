package gen

import (
	"fmt"

	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/gen/portable"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/templates"
)

// largeBytes is how large a value may be that methods have for a receiver. Copies of it are on the stack, which ends at
// 250 MB on 32 bits and doubles when it grows.
const largeBytes = 32 << 20

// clipped is a text as messages quote it: not long.
func clipped(text string) string {
	const most = 48
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

// shapes are the matrices and vectors of a network's parameters in the order of Flat.
func shapes(n spec.Network) (list []templates.Shape) {
	for l := 1; l <= n.Depth(); l++ {
		layer := n.Layers[l-1]
		list = append(list, templates.Shape{Name: fmt.Sprintf("W%d", l), Rows: layer.Dense, Cols: n.Width(l - 1)})
		if !layer.NoBias {
			list = append(list, templates.Shape{Name: fmt.Sprintf("B%d", l), Rows: layer.Dense})
		}
	}
	return list
}

// storeFile is the file that saves and loads a network and its optimizers. It stands by itself, since it needs more of
// the standard library than kernels do: without it they and their test compile all the same.
func storeFile(n spec.Network, p *plan.Program, o Options) ([]byte, error) {
	s := templates.Store{
		Package: o.Package, Name: n.Name, Prefix: portable.Prefix(n.Name), Precision: string(n.Precision),
		Header: []string{marker(o), "", "Saving and loading of " + n.Name + " and its optimizers, in binary and as " +
			"JSON. Nothing else needs this file."},
		Layers: n.Depth(), Activations: clipped(activations(n)), Cost: clipped(n.Cost.Brief()),
		Function: n.FunctionDigest(), Training: n.TrainingDigest(),
		Types:  []templates.Stored{{Type: n.Name, Kind: "parameters"}},
		Shapes: shapes(n),
	}
	large := func(arrays int) bool { return arrays*n.Params()*p.ElementBytes() > largeBytes }
	s.Types[0].Large = large(1)
	descents, err := plan.Descents(n)
	if err != nil {
		return nil, err
	}
	for _, d := range descents {
		t := templates.Stored{Type: n.Name + d.Type, Kind: string(d.Name), Counts: d.Rule.Counts, Needed: d.Defaults()}
		for _, h := range d.Params {
			t.Fields = append(t.Fields, h.Name)
		}
		for _, a := range d.Rule.State {
			t.Arrays = append(t.Arrays, a.Field)
		}
		t.Large = large(len(t.Arrays))
		s.Types = append(s.Types, t)
	}
	return templates.StoreFile(s)
}
