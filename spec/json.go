package spec

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// file is the shape of a spec file; the order of its fields is the order of the canonical JSON.
type file struct {
	Name          string      `json:"name"`
	Package       string      `json:"package,omitempty"`
	Precision     Precision   `json:"precision"`
	Input         int         `json:"input"`
	Layers        []fileLayer `json:"layers"`
	Cost          string      `json:"cost"`
	Cache         Cache       `json:"cache"`
	Batch         int         `json:"batch"`
	Rounding      Rounding    `json:"rounding"`
	Unroll        Unroll      `json:"unroll"`
	InputGradient bool        `json:"input_gradient"`
	Targets       []Target    `json:"targets"`
}

type fileLayer struct {
	Dense      int    `json:"dense"`
	Activation string `json:"activation"`
	Bias       bool   `json:"bias"`
}

// JSON returns the canonical spec of n: one line of JSON without a newline, every field explicit and in
// fixed order, except that an empty Package is left out. Decode reads a valid network's back
// to n.WithDefaults().
func (n Network) JSON() []byte {
	n = n.WithDefaults()
	f := file{
		Name: n.Name, Package: n.Package, Precision: n.Precision, Input: n.Input,
		Layers: make([]fileLayer, len(n.Layers)), Cost: n.Cost.Name, Cache: n.Cache, Batch: n.Batch,
		Rounding: n.Rounding, Unroll: n.Unroll, InputGradient: n.InputGradient, Targets: n.Targets,
	}
	for i, layer := range n.Layers {
		f.Layers[i] = fileLayer{layer.Dense, layer.Activation.Name, !layer.NoBias}
	}
	// Marshal fails on types, cycles and non-finite floats only; a file holds none of them.
	data, _ := json.Marshal(f)
	return data
}

// Digest returns the SHA-256, as 64 hex digits, of the canonical JSON of n with Package left out: it
// changes exactly when the emitted kernels may, whichever package they are emitted into.
func (n Network) Digest() string {
	n.Package = ""
	sum := sha256.Sum256(n.JSON())
	return hex.EncodeToString(sum[:])
}
