package spec

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"math"
	"slices"
)

// file is the shape of a spec file; the order of its fields is the order of the canonical JSON.
type file struct {
	Name          string       `json:"name"`
	Package       string       `json:"package,omitempty"`
	Precision     Precision    `json:"precision"`
	Input         int          `json:"input"`
	Layers        []fileLayer  `json:"layers"`
	Cost          any          `json:"cost"`
	Cache         Cache        `json:"cache"`
	Batch         int          `json:"batch"`
	Rounding      Rounding     `json:"rounding"`
	Unroll        Unroll       `json:"unroll"`
	InputGradient bool         `json:"input_gradient"`
	SampleWeights bool         `json:"sample_weights,omitempty"`
	Optimizers    []Optimizer  `json:"optimizers"`
	Emit          []Part       `json:"emit,omitempty"`
	Derivatives   []Derivative `json:"derivatives,omitempty"`
	Targets       []Target     `json:"targets"`
	Weights       string       `json:"weights,omitempty"`
}

type fileLayer struct {
	Dense      int  `json:"dense"`
	Activation any  `json:"activation"`
	Bias       bool `json:"bias"`
}

// JSON returns the canonical spec of n: one line of JSON without a newline, every field explicit and in fixed order (a
// function without parameters is its name alone), except that an empty Package, empty Derivatives and empty
// Weights are left out, Emit where all is emitted, and SampleWeights where it is false. Decode reads a valid network's
// back to n.WithDefaults().
func (n Network) JSON() []byte {
	n = n.WithDefaults()
	f := file{
		Name: n.Name, Package: n.Package, Precision: n.Precision, Input: n.Input,
		Layers: n.fileLayers(), Cost: n.Cost.file(CostRole), Cache: n.Cache, Batch: n.Batch,
		Rounding: n.Rounding, Unroll: n.Unroll, InputGradient: n.InputGradient,
		SampleWeights: n.SampleWeights, Optimizers: n.Optimizers, Emit: n.Emit, Derivatives: n.Derivatives,
		Targets: n.Targets, Weights: n.Weights,
	}
	// Marshal fails on types, cycles and non-finite floats only; a file holds none of them.
	data, _ := json.Marshal(f)
	return data
}

// fileLayers returns the layers of n, with their defaults, as a file has them.
func (n Network) fileLayers() []fileLayer {
	layers := make([]fileLayer, len(n.Layers))
	for i, layer := range n.Layers {
		layers[i] = fileLayer{layer.Dense, layer.Activation.file(ActivationRole), !layer.NoBias}
	}
	return layers
}

// file returns f, with its defaults, as a file has it: its name alone if it takes no parameters, else a mapping
// of its name and parameters or of its formula.
func (f Function) file(role Role) any {
	if f.Expr == "" && len(f.Params) == 0 {
		return f.Name
	}
	var fields mapping
	if f.Name != "" || f.Expr == "" {
		fields = append(fields, entryOf{"name", f.Name})
	}
	if f.Expr != "" {
		fields = append(fields, entryOf{"expr", f.Expr})
	}
	entry, _ := Lookup(role, f.Name)
	order := paramNames(entry)
	for _, name := range slices.Sorted(maps.Keys(f.Params)) {
		if !slices.Contains(order, name) {
			order = append(order, name) // it is not valid, but no reason to be silent
		}
	}
	for _, name := range order {
		fields = append(fields, entryOf{name, finite(f.Params[name])})
	}
	return fields
}

// finite returns v, or null instead of what JSON cannot write; nothing valid has such a parameter.
func finite(v float64) any {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return v
}

// mapping is a mapping in JSON whose fields keep their order.
type mapping []entryOf

type entryOf struct {
	name  string
	value any
}

// MarshalJSON writes the fields one after the other.
func (m mapping) MarshalJSON() ([]byte, error) {
	text := []byte{'{'}
	for i, field := range m {
		if i > 0 {
			text = append(text, ',')
		}
		name, _ := json.Marshal(field.name) // text and finite numbers never fail
		value, _ := json.Marshal(field.value)
		text = append(append(append(text, name...), ':'), value...)
	}
	return append(text, '}'), nil
}

// Digest returns the SHA-256, as 64 hex digits, of the canonical JSON of n with Package and Weights left out: it
// changes exactly when the emitted kernels may, whichever package they are emitted into.
func (n Network) Digest() string {
	n.Package, n.Weights = "", ""
	sum := sha256.Sum256(n.JSON())
	return hex.EncodeToString(sum[:])
}

// FunctionDigest returns the SHA-256, as 64 hex digits, of what the parameters of n mean: of the input, and of every
// layer's width, activation with its parameters or formula, and bias. Networks of the same FunctionDigest have
// parameters of the same shapes and compute the same function with them, but for rounding, so that parameters trained
// in one serve in the other. The cost is no part of it, which only training asks for, nor is anything that says how
// code is emitted. Neither is the precision, which a stored file gives by itself.
func (n Network) FunctionDigest() string { return n.digestOf(false) }

// TrainingDigest returns the SHA-256, as 64 hex digits, of what gradients of n mean: of all that FunctionDigest is of,
// and of the cost. What an optimizer keeps are sums of gradients, which are of no use under another cost.
func (n Network) TrainingDigest() string { return n.digestOf(true) }

func (n Network) digestOf(cost bool) string {
	n = n.WithDefaults()
	f := struct {
		Input  int         `json:"input"`
		Layers []fileLayer `json:"layers"`
		Cost   any         `json:"cost,omitempty"`
	}{Input: n.Input, Layers: n.fileLayers()}
	if cost {
		f.Cost = n.Cost.file(CostRole)
	}
	// Marshal fails on types, cycles and non-finite floats only; none are here.
	data, _ := json.Marshal(f)
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
