package spec

import "fmt"

// kind is what a value of a file is, before anyone asks what it should be.
type kind int

const (
	nullKind kind = iota
	boolKind
	intKind    // a number without fraction or exponent, in any spelling
	numberKind // any other number
	textKind
	listKind
	fieldsKind // a mapping
	otherKind  // what only YAML has, such as a date
)

// String returns the kind as messages call it.
func (k kind) String() string {
	return [...]string{"nothing", "a boolean", "a number", "a number", "text",
		"a list", "a mapping", "a date"}[k]
}

// wanted returns the kind as messages demand it.
func (k kind) wanted() string {
	switch k {
	case boolKind:
		return "true or false"
	case intKind:
		return "a whole number"
	}
	return k.String()
}

// value is a node of a file: what YAML and JSON can both say and a spec may use.
type value struct {
	kind   kind
	text   string // of a scalar: as written if a number or boolean, else its content
	at     place
	items  []*value // of a list
	fields []field  // of a mapping, in file order, duplicates included
	// problem is what is wrong with how it is written, such as an alias; broken if what it says is
	// not known then.
	problem string
	broken  bool
}

// field is one "key: value" of a mapping.
type field struct {
	key     string
	at      place // of the key
	value   *value
	problem string // what is wrong with how the key is written
}

// errTooDeep is the error for a file nested deeper than maxDepth.
var errTooDeep = fmt.Errorf("nested deeper than %d levels; a spec needs four", maxDepth)
