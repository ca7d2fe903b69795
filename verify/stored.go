package verify

import (
	"encoding"
	"encoding/json"
	"io"
	"reflect"
	"testing"

	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/stored"
)

// TestStored checks the saving and loading of S, which is the parameters of a network, kind "parameters", or an
// optimizer, by its name such as "adam", and fails the test with what is wrong. network is the spec as text. Where
// nothing saves S, because the file that does is not there, the test says so and goes on.
func TestStored[S any](t testing.TB, network, kind string) {
	t.Helper()
	n := emitted(t, network)
	switch any(new(S)).(type) {
	case io.WriterTo, io.ReaderFrom, encoding.BinaryMarshaler, encoding.BinaryUnmarshaler, json.Marshaler,
		json.Unmarshaler:
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
//
// Parameters have the method Tensors besides. It names all of them with their shapes, in the order of Flat, and gives
// views: what is written through one is written to the value, and appending to one writes to no other.
func CheckStored[S any](n spec.Network, kind string) *Report {
	return reportOf(stored.Check(n, kind, reflect.TypeFor[*S]().Elem())) // by the pointer, which has the methods
}
