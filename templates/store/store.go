// Package store is the text of the emitted files that save and load networks, as Go that compiles, is vetted and tested where it
// stands.
//
// What such a file does is the same for every network but for names, shapes and the width of a number, and there is nothing to
// unroll or fuse in it. So it is written down once, for the model network Xnet (model.go, which is not emitted), and emitted with
// Xnet and xnet replaced by the network's name, Xtype by each type that is stored, and xnetFloat by the network's precision. Nothing
// imports this package but its tests.
package store

import "fmt"

// xnetStored is what is stored of a value: how it is told from others, and where its numbers are.
type xnetStored struct {
	kind    string      // "parameters", or the optimizer whose state it is
	digest  string      // SHA-256, in hex, of what the numbers belong to
	fields  []xnetField // hyperparameters
	updates *uint64     // updates made so far; nil where they are not counted
	set     *bool       // hyperparameters mean what they say, 0 too; nil where a zero value takes no others
	arrays  []xnetArray // the parameters, or states laid out like them
}

// xnetField is one number, and the field that it is.
type xnetField struct {
	name   string
	value  *xnetFloat
	needed bool // its default is not 0
}

// xnetArray is a number for every parameter, and the field that it is; parameters themselves are no field.
type xnetArray struct {
	name   string
	values *Xnet
}

// xnetShape is a matrix of parameters, or a vector of them if cols is 0.
type xnetShape struct {
	name       string
	rows, cols int
}

// len is how many parameters there are of a shape.
func (s xnetShape) len() int {
	if s.cols == 0 {
		return s.rows
	}
	return s.rows * s.cols
}

// numbers is how many numbers are stored, updates apart.
func (s xnetStored) numbers() int { return len(s.fields) + len(s.arrays)*XnetParams }

// zero says whether all hyperparameters are 0 before the first update. Such an optimizer takes the defaults then, unless set.
func (s xnetStored) zero() bool {
	for _, f := range s.fields {
		if *f.value != 0 {
			return false
		}
	}
	return s.updates != nil && *s.updates == 0
}

// check refuses to store what the first update would refuse: it would be another optimizer when it is read.
func (s xnetStored) check() error {
	if s.set == nil || *s.set || *s.updates > 0 || s.zero() {
		return nil
	}
	for _, f := range s.fields {
		if f.needed && *f.value == 0 {
			return fmt.Errorf("Xnet: %s sets some hyperparameters and leaves %s at 0; start from its constructor and set fields, to 0 too", s.title(), f.name)
		}
	}
	return nil
}

// xnetNil is the error of a method that was called with a nil pointer.
func xnetNil(method, name string) error {
	return fmt.Errorf("Xnet: %s was called with a nil *%s; give it a pointer to a value", method, name)
}

// title says in a few words what is stored.
func (s xnetStored) title() string { return xnetTitle(s.kind) }

func xnetTitle(kind string) string {
	if kind == "parameters" {
		return kind
	}
	return "the state of " + xnetWord(kind)
}

// xnetWord is a word of data for a message: as it is if it is one, else in quotes and cut short.
func xnetWord(text string) string {
	for _, r := range text {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') || len(text) > 16 {
			return fmt.Sprintf("%.32q", text)
		}
	}
	return text
}

// compare refuses data of another kind, precision or network, the latter known by what its numbers belong to; differ says in words
// what is known of where it differs.
func (s xnetStored) compare(kind, precision, digest, network, differ string) error {
	switch {
	case kind != s.kind:
		return fmt.Errorf("Xnet: the data are %s, not %s", xnetTitle(kind), s.title())
	case precision != xnetPrecision:
		return fmt.Errorf("Xnet: the data are %s numbers; this network's are %s", xnetWord(precision), xnetPrecision)
	case digest != s.digest:
		return fmt.Errorf("Xnet: the data belong to a network named %.64q %s (%s, not %s)", network, differ, xnetBrief(digest), xnetBrief(s.digest))
	}
	return nil
}

// xnetBrief is the beginning of a digest.
func xnetBrief(digest string) string {
	if len(digest) > 12 {
		digest = digest[:12]
	}
	return "sha256:" + xnetWord(digest) + "…"
}
