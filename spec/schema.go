package spec

import (
	"bytes"
	_ "embed"
)

// SchemaID is the address by which editors find the schema, and its $id. The first line of a spec that init writes
// names it: a comment of the form that YAML language servers read.
const SchemaID = "https://raw.githubusercontent.com/backpropgen/backpropgen/main/spec/schema.json"

//go:embed schema.json
var schema []byte

// Schema returns a JSON Schema (2020-12) of spec files, for editors and other tools. The slice is the
// caller's. It accepts what Decode accepts, and refuses what Decode refuses except for what a
// schema cannot see or say:
//
//   - duplicate keys: most readers keep one of the two and say nothing.
//   - spelling: to a schema 4.0, 4e0 and 0x4 are the integer 4, and True is true; Decode takes
//     plain decimal digits, true and false only.
//   - formula: to a schema a formula is any text.
//   - window: that it divides the width of its layer.
//   - total size: that the whole network has at most MaxParams weights and biases, MaxTrained with
//     weights, and formulas of at most MaxFormulas together; that a Jacobian has at most MaxDerivative numbers.
//   - last activation: with a cost that needs probabilities the schema asks for a layer that gives
//     them, Decode for the last to be one.
//   - YAML itself: one document to a file, in UTF-8 and of at most MaxFileBytes, nested no deeper than 100
//     levels, without anchors, aliases, merge keys, tags and control characters.
func Schema() []byte { return bytes.Clone(schema) }
