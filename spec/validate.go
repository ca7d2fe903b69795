package spec

import (
	"fmt"
	"slices"
	"strings"
)

// Validate checks n as a whole and returns nil or an ErrorList of everything that is wrong, each with
// the path of its field. Optional fields that are zero stand for their defaults. It allocates
// nothing that grows with the sizes in n, and no arithmetic overflows, however large they are.
func (n Network) Validate() error {
	var c checker
	c.network(n)
	if len(c.errs) == 0 {
		return nil
	}
	return c.errs
}

// checker collects mistakes. A field that has one is spoiled: nothing more is said about it, nor about
// what follows from it.
type checker struct {
	errs    ErrorList
	spoiled map[string]bool
	// formulas is the size of the layers' formulas so far.
	formulas int
}

// fail records a mistake of the field at path.
func (c *checker) fail(path, format string, args ...any) {
	if !c.full() {
		c.errs = append(c.errs, Error{Path: path, Message: fmt.Sprintf(format, args...)})
	}
	c.spoil(path)
}

// full reports whether so many mistakes have been found that no more are recorded.
func (c *checker) full() bool { return len(c.errs) == maxMistakes }

// spoil marks the field at path as already reported, without a message.
func (c *checker) spoil(path string) {
	if c.spoiled == nil {
		c.spoiled = map[string]bool{}
	}
	c.spoiled[path] = true
}

// sound reports whether neither path nor anything it is part of is spoiled.
func (c *checker) sound(path string) bool {
	for ; path != ""; path = parent(path) {
		if c.spoiled[path] {
			return false
		}
	}
	return !c.spoiled[""]
}

// parent returns the path of what the field at path is part of; the file's is "".
func parent(path string) string {
	return path[:max(0, strings.LastIndexAny(path, ".["))]
}

// elementPath is the path of an element of a list.
func elementPath(list string, i int) string { return fmt.Sprintf("%s[%d]", list, i) }

// spoiledWithin reports whether any of the n elements of a list is spoiled.
func (c *checker) spoiledWithin(list string, n int) bool {
	for i := range n {
		if !c.sound(elementPath(list, i)) {
			return true
		}
	}
	return false
}

func layerPath(i int, field string) string {
	return fmt.Sprintf("layers[%d].%s", i, field)
}

func (c *checker) network(n Network) {
	c.text("name", n.Name, nameProblem)
	if n.Package != "" {
		c.text("package", n.Package, packageProblem)
	}
	enum(c, "precision", n.Precision, Float32, Float64)
	c.count("input", n.Input, MaxWidth)
	c.layers(n)
	c.function("cost", CostRole, n.Cost, 0)
	c.probabilities(n)
	enum(c, "cache", n.Cache, CacheAuto, CachePre, CachePost, CacheBoth)
	if n.Batch != 0 {
		c.count("batch", n.Batch, MaxBatch)
	}
	enum(c, "rounding", n.Rounding, RoundingFast, RoundingStrict)
	enum(c, "unroll", n.Unroll, UnrollAuto, UnrollFull, UnrollLoop)
	choices(c, "optimizers", "optimizer", n.Optimizers, "missing; name an optimizer, or use [] for none",
		optimizerNames()...)
	c.emit(n)
	c.derivatives(n)
	choices(c, "targets", "target", n.Targets, "missing; name an architecture or use [] for portable Go only",
		Targets()...)
	c.weights(n)
}

func (c *checker) text(path, value string, problem func(string) string) {
	if c.sound(path) {
		if p := problem(value); p != "" {
			c.fail(path, "%s", p)
		}
	}
}

// count checks a number that counts something: 1…most.
func (c *checker) count(path string, value, most int) {
	if c.sound(path) && (value < 1 || value > most) {
		c.fail(path, "%s", countProblem(most))
	}
}

func countProblem(most int) string { return fmt.Sprintf("must be a whole number from 1 to %d", most) }

// enum checks a field that takes one of a few words; its zero value is the default.
func enum[T ~string](c *checker, field string, value T, allowed ...T) {
	if value != "" {
		word(c, field, field, value, allowed...)
	}
}

// word checks a word out of a few, which is such a thing as the noun says.
func word[T ~string](c *checker, path, noun string, value T, allowed ...T) {
	if !c.sound(path) || slices.Contains(allowed, value) {
		return
	}
	words := make([]string, len(allowed))
	for i, a := range allowed {
		words[i] = string(a)
	}
	c.fail(path, "unknown %s %s%s", noun, quoted(string(value)), hint(string(value), words))
}

// layers checks the number of layers, each layer, and the size of the whole.
func (c *checker) layers(n Network) {
	if !c.sound("layers") {
		return
	}
	if len(n.Layers) == 0 {
		c.fail("layers", `there are no layers; a network needs at least one, such as "- dense: 3"`)
		return
	}
	if len(n.Layers) > MaxLayers {
		c.fail("layers", "there are %d layers; at most %d are allowed", len(n.Layers), MaxLayers)
		return
	}
	sound := c.sound("input")
	for i, layer := range n.Layers {
		dense, activation := layerPath(i, "dense"), layerPath(i, "activation")
		c.count(dense, layer.Dense, MaxWidth)
		width := 0
		if c.sound(dense) {
			width = layer.Dense
		}
		c.function(activation, ActivationRole, orIdentity(layer.Activation), width)
		sound = sound && c.sound(dense) && c.sound(join(activation, Window))
	}
	if sound {
		c.params(n)
	}
}

// params checks the number of weights and biases, also of those whose values are emitted. Every width and window is in
// range here, so that a layer has less than 2³³ of them and the sum, stopped at the limit, fits in 64 bits.
func (c *checker) params(n Network) {
	params := int64(0)
	for i, layer := range n.Layers {
		params += int64(n.Width(i)+1) * int64(layer.Dense)
		if layer.NoBias {
			params -= int64(layer.Dense)
		}
		if params > MaxParams {
			c.fail(layerPath(i, "dense"),
				"with this layer the network has %d weights and biases; at most %d are allowed", params, MaxParams)
			return
		}
	}
	c.trained(n, params)
}

// probabilities checks that a cost that takes logarithms of the outputs is given probabilities.
func (c *checker) probabilities(n Network) {
	last := len(n.Layers) - 1
	if last < 0 || !c.sound("cost") || !c.sound("layers") || !c.sound(layerPath(last, "activation")) {
		return
	}
	cost, _ := Lookup(CostRole, n.Cost.Name)
	f := orIdentity(n.Layers[last].Activation)
	activation, _ := Lookup(ActivationRole, f.Name)
	if !cost.Probabilities || activation.Probabilities {
		return
	}
	but := "the last activation is " + activation.Name
	if f.Expr != "" {
		but = "the last activation is a formula, which need not give probabilities"
	}
	c.fail("cost", "%s needs outputs that are probabilities, but %s; use %s there", cost.Name, but,
		list(names(ActivationRole, true), "or"))
}

// choices checks a list of words out of a few: each of them, and that none is listed twice. The noun says what a word
// is, and missing is what is said of an empty one.
func choices[T ~string](c *checker, path, noun string, list []T, missing string, allowed ...T) {
	for i, w := range list {
		if c.full() {
			return
		}
		at := elementPath(path, i)
		switch {
		case w == "":
			if c.sound(at) {
				c.fail(at, "%s", missing)
			}
		case slices.Contains(list[:i], w):
			if c.sound(at) {
				c.fail(at, "%s is listed twice", quoted(string(w)))
			}
		default:
			word(c, at, noun, w, allowed...)
		}
	}
}
