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
	Name          string      `json:"name"`
	Package       string      `json:"package,omitempty"`
	Precision     Precision   `json:"precision"`
	Input         int         `json:"input"`
	Layers        []fileLayer `json:"layers"`
	Cost          any         `json:"cost"`
	Cache         Cache       `json:"cache"`
	Batch         int         `json:"batch"`
	Rounding      Rounding    `json:"rounding"`
	Unroll        Unroll      `json:"unroll"`
	InputGradient bool        `json:"input_gradient"`
	Optimizers    []Optimizer `json:"optimizers"`
	Targets       []Target    `json:"targets"`
}

type fileLayer struct {
	Dense      int  `json:"dense"`
	Activation any  `json:"activation"`
	Bias       bool `json:"bias"`
}

// JSON returns the canonical spec of n: one line of JSON without a newline, every field explicit and in
// fixed order (a function without parameters is its name alone), except that an empty Package is left out. Decode reads a valid network's back
// to n.WithDefaults().
func (n Network) JSON() []byte {
	n = n.WithDefaults()
	f := file{
		Name: n.Name, Package: n.Package, Precision: n.Precision, Input: n.Input,
		Layers: make([]fileLayer, len(n.Layers)), Cost: n.Cost.file(CostRole), Cache: n.Cache, Batch: n.Batch,
		Rounding: n.Rounding, Unroll: n.Unroll, InputGradient: n.InputGradient, Optimizers: n.Optimizers, Targets: n.Targets,
	}
	for i, layer := range n.Layers {
		f.Layers[i] = fileLayer{layer.Dense, layer.Activation.file(ActivationRole), !layer.NoBias}
	}
	// Marshal fails on types, cycles and non-finite floats only; a file holds none of them.
	data, _ := json.Marshal(f)
	return data
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

// Digest returns the SHA-256, as 64 hex digits, of the canonical JSON of n with Package left out: it
// changes exactly when the emitted kernels may, whichever package they are emitted into.
func (n Network) Digest() string {
	n.Package = ""
	sum := sha256.Sum256(n.JSON())
	return hex.EncodeToString(sum[:])
}
