package verify

import (
	"encoding"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"testing"

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

// TestStored checks the saving and loading of S, which is the parameters of a network, kind "parameters", or an
// optimizer, by its name such as "adam", and fails the test with what is wrong. network is the spec as text. Where
// nothing saves S, because the file that does is not there, the test says so and goes on.
func TestStored[S any](t testing.TB, network, kind string) {
	t.Helper()
	n := emitted(t, network)
	switch any(new(S)).(type) {
	case io.WriterTo, io.ReaderFrom, encoding.BinaryMarshaler, encoding.BinaryUnmarshaler, json.Marshaler, json.Unmarshaler:
		CheckStored[S](n, kind).tell(t)
	default:
		t.Logf("%T has no methods that save it", *new(S))
	}
}

// CheckStored saves and loads values of S in every way, and judges all of it.
//
// S holds the parameters and nothing else, or the exported fields of an optimizer: hyperparameters of the network's
// precision, T, and arrays laid out like the parameters. Every way to save gives the same record, byte by byte as the
// format says, and does not change what it saves. What is loaded is what was saved: in binary bit for bit, as JSON
// every number but for the payload of a NaN. Data that are damaged, cut short, of another network, kind, precision or
// version, or with something behind them, are refused, also where their checksums are right. What is refused leaves
// the value as it was, whichever byte is missing. Readers and writers may give and take any number of bytes at a
// time; errors of theirs are passed on, and the end of a stream between two records is io.EOF.
func CheckStored[S any](n spec.Network, kind string) *Report {
	return checkStored(n, kind, reflect.TypeFor[*S]().Elem()) // by the pointer, which has the methods
}

// checkStored is CheckStored for a type that is known as the program runs, so that the judge is compiled once and not
// again for every type that is saved.
func checkStored(n spec.Network, kind string, typ reflect.Type) *Report {
	n = n.WithDefaults()
	report := &Report{Network: n.Name}
	_, report.Seed = random(n, 0)
	refuse := func(format string, args ...any) *Report {
		report.broken(kind, "types", "", format, args...)
		return report.finish()
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
	return report.finish()
}

// storedJudge checks one type that is saved and loaded.
type storedJudge struct {
	network spec.Network
	kind    string
	report  *Report
	layout  storedLayout
}

func (j *storedJudge) broken(call, what, where, format string, args ...any) {
	j.report.broken(fmt.Sprintf("%s of %s", call, j.kind), what, where, format, args...)
}

// fresh is a new value of the type, a pointer.
func (j *storedJudge) fresh() storable { return reflect.New(j.layout.typ).Interface().(storable) }
