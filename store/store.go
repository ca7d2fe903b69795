// Package store saves and loads emitted networks, and optimizers with their state, as binary records and as JSON. An
// emitted file says which network it is and where a value has its numbers, and passes its methods on to a Type: see
// Network and Parts. All else is the same for every network and stands here. Programs of users import this package at
// run time, so it needs the standard library only.
//
// # Records
//
// A record holds one value, in little-endian byte order whatever the machine:
//
//	  0   8  "\x89bpg\r\n\x1a\n", which shows data that were taken for text on their way
//	  8   4  version of the format: 1, or 2 where all hyperparameters are 0 and mean it
//	 12   4  type of the numbers, as NumPy writes it: "<f4" or "<f8"
//	 16  16  kind: "parameters", or the optimizer whose state it is, such as "adam"
//	 32  64  name of the network, for messages alone
//	 96  16  inputs, outputs, layers, parameters, 4 bytes each
//	112  32  SHA-256 of what the numbers belong to
//	144   8  updates made so far; 0 for parameters
//	152   4  how many numbers follow
//	156   4  CRC-32C of the bytes so far
//	160      the numbers: hyperparameters in the order of their fields, then for the parameters or for each state in turn
//	         layer by layer the weights, row by row, and the biases
//	      4  CRC-32C of all bytes before it
//
// Text ends with zero bytes.
package store

import (
	"fmt"
	"unsafe"
)

// Float is the type of a network's numbers.
type Float interface{ float32 | float64 }

// parameters is the kind of what is no optimizer.
const parameters = "parameters"

// Network is what tells the numbers of a network from others.
type Network struct {
	Name                    string
	Inputs, Outputs, Layers int
	Activations, Cost       string  // for messages
	Function                string  // SHA-256, in hex, of input, layers, activations and biases
	Training                string  // SHA-256, in hex, of those and the cost
	Shapes                  []Shape // the parameters, in the order of Flat
}

// params is how many parameters there are.
func (n *Network) params() int {
	sum := 0
	for _, s := range n.Shapes {
		sum += s.len()
	}
	return sum
}

// digest is that of what numbers of a kind belong to. The cost is no part of what parameters depend on.
func (n *Network) digest(kind string) string {
	if kind == parameters {
		return n.Function
	}
	return n.Training
}

// Shape is a matrix of parameters, or a vector of them if Cols is 0.
type Shape struct {
	Name       string // of the field
	Rows, Cols int
}

// len is how many parameters there are of a shape.
func (s Shape) len() int {
	if s.Cols == 0 {
		return s.Rows
	}
	return s.Rows * s.Cols
}

// Parts are what is stored of a value: pointers into it, and views.
type Parts[F Float] struct {
	Fields  []Field[F] // hyperparameters
	Updates *uint64    // updates made so far; nil where they are not counted
	Set     *bool      // hyperparameters mean what they say, 0 too; nil where a zero value takes no others
	Arrays  []Array[F] // the parameters, or states laid out like them
}

// Field adds a hyperparameter whose default is 0.
func (p *Parts[F]) Field(name string, value *F) {
	p.Fields = append(p.Fields, Field[F]{Name: name, Value: value})
}

// Need adds one whose default is another number.
func (p *Parts[F]) Need(name string, value *F) {
	p.Fields = append(p.Fields, Field[F]{Name: name, Value: value, Needed: true})
}

// Array adds a number for every parameter.
func (p *Parts[F]) Array(name string, values []F) {
	p.Arrays = append(p.Arrays, Array[F]{Name: name, Values: values})
}

// Field is one number, and the field that it is.
type Field[F Float] struct {
	Name   string
	Value  *F
	Needed bool // its default is not 0
}

// Array is a number for every parameter, in the order of Flat, and the field that it is; parameters themselves are no
// field.
type Array[F Float] struct {
	Name   string
	Values []F
}

// record is what is stored of a value, and how it is told from others.
type record[F Float] struct {
	Parts[F]
	net  *Network
	kind string // "parameters", or the optimizer whose state it is
}

// numbers is how many numbers are stored, updates apart.
func (s record[F]) numbers() int { return len(s.Fields) + len(s.Arrays)*s.net.params() }

// zero says whether all hyperparameters are 0 before the first update. Such an optimizer takes the defaults then,
// unless set.
func (s record[F]) zero() bool {
	for _, f := range s.Fields {
		if *f.Value != 0 {
			return false
		}
	}
	return s.Updates != nil && *s.Updates == 0
}

// check refuses to store what the first update would refuse: it would be another optimizer when it is read.
func (s record[F]) check() error {
	if s.Set == nil || *s.Set || *s.Updates > 0 || s.zero() {
		return nil
	}
	for _, f := range s.Fields {
		if f.Needed && *f.Value == 0 {
			return s.errorf("%s sets some hyperparameters and leaves %s at 0; start from its constructor and set "+
				"fields, to 0 too", s.title(), f.Name)
		}
	}
	return nil
}

// errorf is an error with the network's name in front.
func (s record[F]) errorf(format string, args ...any) error {
	return fmt.Errorf("%s: "+format, append([]any{s.net.Name}, args...)...)
}

// title says in a few words what is stored.
func (s record[F]) title() string { return title(s.kind) }

func title(kind string) string {
	if kind == parameters {
		return kind
	}
	return "the state of " + word(kind)
}

// word is a word of data for a message: as it is if it is one, else in quotes and cut short.
func word(text string) string {
	for _, r := range text {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') || len(text) > 16 {
			return fmt.Sprintf("%.32q", text)
		}
	}
	return text
}

// compare refuses data of another kind, precision or network, the latter known by what its numbers belong to; differ
// says in words what is known of where it differs.
func (s record[F]) compare(kind, precision, digest, network, differ string) error {
	switch own := s.net.digest(s.kind); {
	case kind != s.kind:
		return s.errorf("the data are %s, not %s", title(kind), s.title())
	case precision != precisionOf[F]():
		return s.errorf("the data are %s numbers; this network's are %s", word(precision), precisionOf[F]())
	case digest != own:
		return s.errorf("the data belong to a network named %.64q %s (%s, not %s)",
			network, differ, brief(digest), brief(own))
	}
	return nil
}

// brief is the beginning of a digest.
func brief(digest string) string {
	if len(digest) > 12 {
		digest = digest[:12]
	}
	return "sha256:" + word(digest) + "…"
}

// sizeOf is how many bytes a number takes.
func sizeOf[F Float]() int { return int(unsafe.Sizeof(F(0))) }

// precisionOf is the name of a number's type.
func precisionOf[F Float]() string {
	if sizeOf[F]() == 4 {
		return "float32"
	}
	return "float64"
}
