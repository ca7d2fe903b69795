// Package stored judges the saving and loading of parameters and optimizers, against the format written down a second
// time: what is saved, in binary and as JSON, byte by byte, and what is refused.
package stored

import (
	"encoding"
	"encoding/json"
	"fmt"
	"io"
	"reflect"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
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

// Check is verify.CheckStored for a type that is known as the program runs, so that the judge is compiled once and not
// again for every type that is saved.
func Check(n spec.Network, kind string, typ reflect.Type) *finding.Report {
	n = n.WithDefaults()
	report := &finding.Report{Network: n.Name}
	_, report.Seed = trial.Random(n, 0)
	refuse := func(format string, args ...any) *finding.Report {
		report.Broken(kind, "types", "", format, args...)
		return report
	}
	if err := n.Validate(); err != nil {
		return refuse("%v", err)
	}
	if _, ok := reflect.New(typ).Interface().(storable); !ok {
		return refuse("*%v must have all of WriteTo, ReadFrom, MarshalBinary, UnmarshalBinary, "+
			"AppendBinary, MarshalJSON and "+
			"UnmarshalJSON", typ)
	}
	layout, err := layoutOf(typ, n, kind)
	if err != nil {
		return refuse("%v", err)
	}
	j := &judge{network: n, kind: kind, report: report, layout: layout}
	fills := allFills
	if j.layout.len() > budget/512 {
		fills = fills[:3]
	}
	report.Trials = len(fills)
	for i, fill := range fills {
		value := j.fresh()
		fill.do(n, j.layout.of(value), uint64(i))
		j.whole(value, fill.name)
		if i == 0 {
			j.streams(value)
			j.damagedBinary(value)
			j.damagedJSON(value)
		}
	}
	return report
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
