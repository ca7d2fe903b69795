package spec

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// grammar makes random documents. They are trees of pairs, []any and literal, the text of a JSON scalar.
type grammar struct{ *rand.Rand }

type (
	literal string
	pair    struct {
		key   string
		value any
	}
	pairs []pair
)

func pick[T any](g grammar, list ...T) T { return list[g.IntN(len(list))] }

func (g grammar) word(words ...string) literal { return literal(`"` + pick(g, words...) + `"`) }

func (g grammar) width() literal {
	return literal(fmt.Sprint(pick(g, 1, 2, 3, 8, 64, 255, 4095, 65536)))
}

// The formulas of random documents: the only valid ones, one for each role.
const (
	someActivation = "z^3 - z"
	someCost       = "(a - y)^2"
)

// function is a name, a mapping of a name and perhaps parameters, or a formula.
func (g grammar) function(role Role, probabilities bool) any {
	switch g.IntN(6) {
	case 0:
		if probabilities {
			break
		}
		return pairs{{"expr",
			literal(fmt.Sprintf("%q", map[Role]string{ActivationRole: someActivation, CostRole: someCost}[role]))}}
	case 1, 2:
		entry, _ := Lookup(role, pick(g, names(role, probabilities)...))
		f := pairs{{"name", literal(fmt.Sprintf("%q", entry.Name))}}
		for _, p := range entry.Params {
			switch {
			case g.IntN(4) == 0:
			case p.Whole:
				f = append(f, pair{p.Name, pick(g, literal("1"), "2", "3", "8")})
			default:
				f = append(f, pair{p.Name, pick(g, literal("1"), "0.25", "3e-2", "1e-30", "12345.678")})
			}
		}
		return f
	}
	return g.word(names(role, probabilities)...)
}

// network is a document that is valid but for its total size, its windows and its last activation.
func (g grammar) network() pairs {
	layers := make([]any, 1+g.IntN(3))
	for i := range layers {
		layer := pairs{{"dense", g.width()}}
		if g.IntN(4) > 0 {
			layer = append(layer, pair{"activation", g.function(ActivationRole, g.IntN(2) > 0)})
		}
		if g.IntN(3) == 0 {
			layer = append(layer, pair{"bias", pick(g, literal("true"), "false")})
		}
		layers[i] = layer
	}
	n := pairs{{"name", g.word("Iris", "A", "Net_2")}, {"input", g.width()}, {"layers", layers},
		{"cost", g.function(CostRole, false)}}
	for _, p := range (pairs{
		{"package", g.word("iris", "main", "x_1")}, {"precision", g.word("float32", "float64")},
		{"cache", g.word("auto", "pre", "post", "both")}, {"batch", g.width()}, {"rounding", g.word("fast")},
		{"unroll", g.word("auto", "full", "loop")}, {"input_gradient", pick(g, literal("true"), "false")},
		{"sample_weights", pick(g, literal("true"), literal("false"))},
		{"optimizers", pick(g, []any{}, []any{literal(`"adam"`)}, []any{literal(`"sgd"`), literal(`"adamw"`)})},
		{"emit", pick(g, []any{literal(`"forward"`)}, []any{literal(`"step"`), literal(`"batch"`), literal(`"team"`)},
			[]any{literal(`"save"`), literal(`"grad"`)}, []any{literal(`"test"`)})},
		{"derivatives", pick(g, []any{}, []any{literal(`"jacobian"`)},
			[]any{literal(`"tangent"`), literal(`"jacobian"`)}, []any{literal(`"parameter-jacobian"`)},
			[]any{literal(`"hessian-vector"`)})},
		{"targets", pick(g, []any{}, []any{literal(`"amd64"`)}, []any{literal(`"arm64"`), literal(`"amd64"`)})},
		{"weights", g.word("a.npz", "b/a.safetensors")},
	}) {
		if g.IntN(3) == 0 {
			n = append(n, p)
		}
	}
	g.Shuffle(len(n), func(i, j int) { n[i], n[j] = n[j], n[i] })
	return n
}

// stray is a value of any kind that may stand where it should not.
func (g grammar) stray() any {
	return pick[any](g, literal("null"), literal("true"), literal("0"), literal("-1"), literal("4.0"), literal("1e1"),
		literal("2.5"), literal("65536"), literal("65537"), literal("99999999999999999999"), literal(`""`),
		literal(`"4"`),
		literal(`"true"`), literal(`"tanh"`), literal(`"softmax"`), literal(`"cross-entropy"`), literal(`"strict"`),
		literal(`"Func"`),
		literal(`"func"`), literal(`"IrisGrad"`), literal(`"\ud83d\ude00"`), literal(`"a\u0000"`), literal(`"auto"`),
		[]any{}, pairs{},
		[]any{literal(`"amd64"`), literal(`"amd64"`)}, []any{literal(`"adam"`), literal(`"adam"`)},
		pairs{{"name", literal(`"sigmoid"`)}},
		pairs{{"name", literal(`"tanh"`)}, {"slope", literal("0.1")}},
		pairs{{"name", literal(`"huber"`)}, {"delta", literal("2.5")}},
		pairs{{"name", literal(`"max-pool"`)}, {"window", literal("2")}}, pairs{{"expr", literal(`"z <"`)}},
		pairs{{"expr", literal(`"` + someCost + `"`)}}, literal("1e-31"), literal("-0.5"),
		pairs{{"dense", literal("3")}},
		[]any{pairs{{"dense", literal("3")}, {"activation", literal(`"softmax"`)}}})
}

// damage changes one thing somewhere in a document: it drops, adds, renames, repeats, moves or replaces.
func (g grammar) damage(v any) pairs {
	doc, _ := g.change(v).(pairs)
	return doc
}

func (g grammar) change(v any) any {
	switch v := v.(type) {
	case pairs:
		v = slices.Clone(v)
		if len(v) == 0 {
			return append(v, pair{"name", g.stray()})
		}
		i := g.IntN(len(v))
		switch g.IntN(12) {
		case 0:
			return slices.Delete(v, i, i+1)
		case 1:
			return g.add(v, pair{g.key(), g.stray()})
		case 2:
			key := g.key()
			if !slices.ContainsFunc(v, func(p pair) bool { return p.key == key }) {
				v[i].key = key
			}
		case 3:
			j := g.IntN(len(v))
			v[i].value, v[j].value = v[j].value, v[i].value
		case 4, 5:
			v[i].value = g.stray()
		default:
			v[i].value = g.change(v[i].value)
		}
		return v
	case []any:
		v = slices.Clone(v)
		if len(v) == 0 {
			return append(v, g.stray())
		}
		i := g.IntN(len(v))
		switch g.IntN(8) {
		case 0:
			return slices.Delete(v, i, i+1)
		case 1:
			return slices.Insert(v, i, v[g.IntN(len(v))])
		case 2:
			return slices.Insert(v, i, g.stray())
		case 3:
			return append(v, slices.Repeat(v, pick(g, 1, 255, 300))...)
		default:
			v[i] = g.change(v[i])
		}
		return v
	}
	return g.stray()
}

// add appends a pair unless its key is there: what a duplicate means is an exception of its own.
func (g grammar) add(v pairs, p pair) pairs {
	if slices.ContainsFunc(v, func(q pair) bool { return q.key == p.key }) {
		return v
	}
	return append(v, p)
}

func (g grammar) key() string {
	return pick(g, append(append(fieldNames(networkFields), fieldNames(layerFields)...), "", "units", "Name", "name",
		"expr", "slope", "alpha", "delta", "window")...)
}

// text writes a document as JSON.
func (g grammar) text(v any) string {
	switch v := v.(type) {
	case pairs:
		parts := make([]string, len(v))
		for i, p := range v {
			parts[i] = fmt.Sprintf("%q: %s", p.key, g.text(p.value))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case []any:
		parts := make([]string, len(v))
		for i, item := range v {
			parts[i] = g.text(item)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case literal:
		return string(v)
	}
	return fmt.Sprintf("%v", v)
}
