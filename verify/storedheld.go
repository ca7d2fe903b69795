package verify

import (
	"bytes"
	"encoding"
	"encoding/gob"
	"encoding/json"
	"reflect"
	"unsafe"
)

// largestCopy is how large a value may be that packages json and gob copy to find its methods. Larger ones are for pointers alone.
const largestCopy = 32 << 20

// longestHeld is how long a value's JSON may be for the value to be stored within others too.
const longestHeld = 1 << 20

// held wants packages json and gob to find the methods of a value that is held by itself, not by a pointer: in a field, and in a map,
// whose values have no address.
func (j *storedJudge[S]) held(value *S, textBytes int) {
	if unsafe.Sizeof(*value) > largestCopy {
		return
	}
	if t := reflect.TypeFor[S](); !t.Implements(reflect.TypeFor[json.Marshaler]()) || !t.Implements(reflect.TypeFor[encoding.BinaryMarshaler]()) {
		j.broken("MarshalJSON", "a value in a struct", "", "MarshalJSON and MarshalBinary must have values for receivers: packages json and gob do not find them else")
		return
	}
	if textBytes > longestHeld {
		return
	}
	type holder struct {
		Field S
		Map   map[string]S
	}
	have := holder{*value, map[string]S{"key": *value}}
	v := j.layout.of(value)
	for _, c := range []struct {
		call string
		back func(h *holder) error
	}{
		{"MarshalJSON", func(h *holder) error {
			text, err := json.Marshal(have)
			if err != nil {
				return err
			}
			return json.Unmarshal(text, h)
		}},
		{"MarshalBinary", func(h *holder) error {
			var stream bytes.Buffer
			if err := gob.NewEncoder(&stream).Encode(have); err != nil {
				return err
			}
			return gob.NewDecoder(&stream).Decode(h)
		}},
	} {
		back := new(holder)
		if err := c.back(back); err != nil {
			j.broken(c.call, "a value in a struct", "", "it cannot be read back: %v", err)
			continue
		}
		field, entry := back.Field, back.Map["key"]
		for where, got := range map[string]*S{"a field": &field, "a map": &entry} {
			if differs := j.layout.of(got).differs(v, true); differs != "" {
				j.broken(c.call, "a value in a struct", where, "%s", differs)
			}
		}
	}
}
