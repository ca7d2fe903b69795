package stored

import (
	"bytes"
	"encoding"
	"encoding/gob"
	"encoding/json"
	"reflect"
)

// largestCopy is how large a value may be that packages json and gob copy to find its methods. Larger ones are for
// pointers alone.
const largestCopy = 32 << 20

// longestHeld is how long a value's JSON may be for the value to be stored within others too.
const longestHeld = 1 << 20

// held wants packages json and gob to find the methods of a value that is held by itself, not by a pointer: in a field,
// and in a map, whose values have no address.
func (j *judge) held(value storable, textBytes int) {
	typ := j.layout.typ
	if typ.Size() > largestCopy {
		return
	}
	if !typ.Implements(reflect.TypeFor[json.Marshaler]()) ||
		!typ.Implements(reflect.TypeFor[encoding.BinaryMarshaler]()) {
		j.broken("MarshalJSON", "a value in a struct", "",
			"MarshalJSON and MarshalBinary must have values for receivers: packages json and gob do not find them else")
		return
	}
	if textBytes > longestHeld {
		return
	}
	// struct { Field S; Map map[string]S }
	holder := reflect.StructOf([]reflect.StructField{
		{Name: "Field", Type: typ}, {Name: "Map", Type: reflect.MapOf(reflect.TypeFor[string](), typ)},
	})
	key, one, have := reflect.ValueOf("key"), reflect.ValueOf(value).Elem(), reflect.New(holder).Elem()
	have.Field(0).Set(one)
	have.Field(1).Set(reflect.MakeMap(have.Field(1).Type()))
	have.Field(1).SetMapIndex(key, one)
	v := j.layout.of(value)
	for _, c := range []struct {
		call string
		back func(h any) error
	}{
		{"MarshalJSON", func(h any) error {
			text, err := json.Marshal(have.Interface())
			if err != nil {
				return err
			}
			return json.Unmarshal(text, h)
		}},
		{"MarshalBinary", func(h any) error {
			var stream bytes.Buffer
			if err := gob.NewEncoder(&stream).Encode(have.Interface()); err != nil {
				return err
			}
			return gob.NewDecoder(&stream).Decode(h)
		}},
	} {
		back := reflect.New(holder)
		if err := c.back(back.Interface()); err != nil {
			j.broken(c.call, "a value in a struct", "", "it cannot be read back: %v", err)
			continue
		}
		entry := reflect.New(typ)
		if got := back.Elem().Field(1).MapIndex(key); got.IsValid() {
			entry.Elem().Set(got)
		}
		for where, got := range map[string]reflect.Value{"a field": back.Elem().Field(0).Addr(), "a map": entry} {
			if differs := j.layout.of(got.Interface()).differs(v, true); differs != "" {
				j.broken(c.call, "a value in a struct", where, "%s", differs)
			}
		}
	}
}
