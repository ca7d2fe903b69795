package verify

import (
	"encoding"
	"encoding/json"
	"fmt"
	"io"
	"reflect"

	"github.com/backpropgen/backpropgen/spec"
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

// checkStored is CheckStored for a type that is known as the program runs, so that the judge is compiled once and not
// again for every type that is saved.
func checkStored(n spec.Network, kind string, typ reflect.Type) *findings {
	n = n.WithDefaults()
	report := &findings{Network: n.Name}
	_, report.Seed = random(n, 0)
	refuse := func(format string, args ...any) *findings {
		report.broken(kind, "types", "", format, args...)
		return report
	}
	if err := n.Validate(); err != nil {
		return refuse("%v", err)
	}
	if _, ok := reflect.New(typ).Interface().(storable); !ok {
		return refuse("*%v must have all of WriteTo, ReadFrom, MarshalBinary, UnmarshalBinary, AppendBinary, MarshalJSON and "+
			"UnmarshalJSON", typ)
	}
	layout, err := layoutOf(typ, n, kind)
	if err != nil {
		return refuse("%v", err)
	}
	j := &storedJudge{network: n, kind: kind, report: report, layout: layout}
	fills := storedFills
	if j.layout.len() > storedBudget/512 {
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

// storedJudge checks one type that is saved and loaded.
type storedJudge struct {
	network spec.Network
	kind    string
	report  *findings
	layout  storedLayout
}

func (j *storedJudge) broken(call, what, where, format string, args ...any) {
	j.report.broken(fmt.Sprintf("%s of %s", call, j.kind), what, where, format, args...)
}

// fresh is a new value of the type, a pointer.
func (j *storedJudge) fresh() storable { return reflect.New(j.layout.typ).Interface().(storable) }
