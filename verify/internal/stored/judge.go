// Package stored judges the saving and loading of parameters and optimizers. It has a second description of the format,
// and compares what is saved with it byte by byte, in binary and as JSON. It also tries what must be refused.
package stored

import (
	"encoding"
	"encoding/json"
	"fmt"
	"io"
	"reflect"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
)

// storable is what every type that is saved and loaded can do.
type storable interface {
	encoding.BinaryMarshaler
	encoding.BinaryUnmarshaler
	io.WriterTo
	io.ReaderFrom
	json.Marshaler
	json.Unmarshaler
	AppendBinary(b []byte) ([]byte, error)
}

// judge checks one type that is saved and loaded.
type judge struct {
	network spec.Network
	kind    string
	report  *finding.Report
	layout  layout
}

func (j *judge) broken(call, what, where, format string, args ...any) {
	j.report.Broken(fmt.Sprintf("%s of %s", call, j.kind), what, where, format, args...)
}

// fresh is a new value of the type, a pointer.
func (j *judge) fresh() storable { return reflect.New(j.layout.typ).Interface().(storable) }
