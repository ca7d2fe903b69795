package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/backpropgen/backpropgen/gen"
	"github.com/backpropgen/backpropgen/gen/plan"
	"github.com/backpropgen/backpropgen/spec"
)

// cacheTable compares the cache modes on networks: what is kept from Forward to Backward, and what Grad takes.
func (nets networks) cacheTable() (string, error) {
	example := func(name, activation string) spec.Network {
		return spec.Network{
			Name: name, Input: 8, Cost: spec.Function{Name: "mse"},
			Layers: []spec.Layer{
				{Dense: 16, Activation: spec.Function{Name: activation}},
				{Dense: 16, Activation: spec.Function{Name: activation}}, {Dense: 2},
			},
		}
	}
	iris, err := nets.get("iris")
	if err != nil {
		return "", err
	}
	var rows [][]string
	for _, n := range []spec.Network{iris.spec, example("A", "arctan"), example("B", "silu")} {
		n = n.WithDefaults()
		s, err := summarise(n)
		if err != nil {
			return "", err
		}
		for i, c := range s.Caches {
			shape := ""
			if i == 0 {
				shape = gen.Shape(n) + " " + activations(n)
			}
			rows = append(rows, []string{shape, "`" + string(c.Mode) + "`", grouped(c.Bytes),
				grouped(c.Grad.Operations()), grouped(c.Grad.Calls), grouped(c.Grad.Weight())})
		}
	}
	return numbers(2, []string{"network", "`cache`", "bytes kept", "operations of Grad", "calls", "weight"}, rows)
}

// summarise counts what the portable Go of a network does. Without assembly, which takes nothing from the counts, it
// takes a tenth of the time.
func summarise(n spec.Network) (gen.Summary, error) {
	n.Targets = []spec.Target{}
	return gen.Summarise(n, gen.Options{})
}

// activations lists a network's activations.
func activations(n spec.Network) string {
	var names []string
	for _, l := range n.Layers {
		names = append(names, l.Activation.Name)
	}
	return strings.Join(names, ", ")
}

// countTable counts the operations of the functions of the committed networks.
func (nets networks) countTable() (string, error) {
	var rows [][]string
	for _, name := range goldens {
		n, err := nets.get(name)
		if err != nil {
			return "", err
		}
		s, err := summarise(n.spec)
		if err != nil {
			return "", err
		}
		for _, f := range s.Functions {
			if f.Name != plan.Forward && f.Name != plan.Grad && f.Name != plan.Step {
				continue
			}
			first := ""
			if f.Name == plan.Forward {
				first = name + " " + gen.Shape(n.spec)
			}
			row := []string{first, "`" + f.Name + "`"}
			for _, k := range []int64{f.Muls, f.Adds, f.Divs, f.Calls, f.Selects, f.Loads, f.Stores} {
				row = append(row, grouped(k))
			}
			row = append(row, ratio(f.Operations()+f.Calls, n.spec.Depth(), widest(n.spec)))
			rows = append(rows, row)
		}
	}
	return numbers(2, []string{"network", "function", "mul", "add", "div", "calls", "selects", "loads", "stores",
		"all " + perSquare}, rows)
}

// perSquare divides by L·n_max².
var perSquare = "/ " + inline(`L\,n_{\max}^2`)

// squareTable counts Grad of networks of L layers of n units, of tanh.
func squareTable() (string, error) {
	depths := []int{1, 2, 4, 8}
	head := []string{"n"}
	for _, depth := range depths {
		head = append(head, inline(fmt.Sprintf("L = %d", depth)), perSquare)
	}
	var rows [][]string
	for _, width := range []int{4, 8, 16, 32, 64, 128, 256} {
		row := []string{strconv.Itoa(width)}
		for _, depth := range depths {
			n := spec.Network{Name: "Square", Input: width, Cost: spec.Function{Name: "mse"}}
			for range depth {
				n.Layers = append(n.Layers, spec.Layer{Dense: width, Activation: spec.Function{Name: "tanh"}})
			}
			s, err := summarise(n)
			if err != nil {
				return "", err
			}
			i := slices.IndexFunc(s.Functions, func(f gen.FunctionCount) bool { return f.Name == plan.Grad })
			all := s.Functions[i].Operations() + s.Functions[i].Calls
			row = append(row, grouped(all), ratio(all, depth, width))
		}
		rows = append(rows, row)
	}
	return numbers(0, head, rows)
}

// widest is n_max.
func widest(n spec.Network) int {
	most := 0
	for l := range n.Depth() + 1 {
		most = max(most, n.Width(l))
	}
	return most
}

// ratio is a count divided by L·n².
func ratio(count int64, depth, width int) string {
	return strconv.FormatFloat(float64(count)/float64(depth*width*width), 'f', 2, 64)
}

// grouped is a number with a comma between thousands.
func grouped[N int | int64](n N) string {
	text := strconv.FormatInt(int64(n), 10)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
