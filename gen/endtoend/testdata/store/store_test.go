package store

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// stored is what every type that is saved and loaded can do.
type stored interface {
	encoding.BinaryMarshaler
	encoding.BinaryUnmarshaler
	io.WriterTo
	io.ReaderFrom
	json.Marshaler
	json.Unmarshaler
	AppendBinary(b []byte) ([]byte, error)
}

// fill gives every number of a value another one.
func fill(v reflect.Value, r *rand.Rand) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i), r)
			}
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), r)
		}
	case reflect.Uint64:
		v.SetUint(r.Uint64())
	default:
		v.SetFloat(float64(float32(r.NormFloat64() * math.Pow(2, float64(r.IntN(40)-20)))))
	}
}

// check saves a value of each type and loads it into another one, in every way, and wants no type to take what another
// one saved.
func check(t *testing.T, fresh []func() stored) {
	r := rand.New(rand.NewPCG(1, 2))
	var stream bytes.Buffer
	var saved []stored
	for _, f := range fresh {
		v := f()
		fill(reflect.ValueOf(v).Elem(), r)
		saved = append(saved, v)
		n, err := v.WriteTo(&stream)
		data, err2 := v.MarshalBinary()
		appended, err3 := v.AppendBinary([]byte{7})
		if err := errors.Join(err, err2, err3); err != nil || n != int64(len(data)) ||
			!bytes.Equal(appended, append([]byte{7}, data...)) {
			t.Fatalf("%T: %d of %d bytes, %v", v, n, len(data), err)
		}
	}
	for i, f := range fresh {
		v := f()
		if _, err := v.ReadFrom(&stream); err != nil || !reflect.DeepEqual(v, saved[i]) {
			t.Fatalf("%T from a stream: %v", v, err)
		}
	}
	if stream.Len() > 0 {
		t.Fatalf("%d bytes are left in the stream", stream.Len())
	}
	for i, v := range saved {
		data, _ := v.MarshalBinary()
		text, err := json.MarshalIndent(v, "", " ")
		if err != nil {
			t.Fatalf("%T as JSON: %v", v, err)
		}
		for j, f := range fresh {
			a, b := f(), f()
			fill(reflect.ValueOf(a).Elem(), rand.New(rand.NewPCG(3, 4)))
			fill(reflect.ValueOf(b).Elem(), rand.New(rand.NewPCG(3, 4)))
			was := f()
			fill(reflect.ValueOf(was).Elem(), rand.New(rand.NewPCG(3, 4)))
			errBinary, errJSON := a.UnmarshalBinary(data), json.Unmarshal(text, b)
			if i == j {
				if errBinary != nil || errJSON != nil || !reflect.DeepEqual(a, v) || !reflect.DeepEqual(b, v) {
					t.Fatalf("%T: binary %v, JSON %v", v, errBinary, errJSON)
				}
				continue
			}
			for _, err := range []error{errBinary, errJSON} {
				if err == nil || !strings.Contains(err.Error(), ": the data ") {
					t.Fatalf("a %T takes the data of a %T: %v", a, v, err)
				}
			}
			if !reflect.DeepEqual(a, was) || !reflect.DeepEqual(b, was) {
				t.Fatalf("a %T changes over the data of a %T", a, v)
			}
		}
	}
}
