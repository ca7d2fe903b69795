package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"math"
	"os"
	"strings"
	"testing"
)

// TestJSONText: what people see.
func TestJSONText(t *testing.T) {
	o := awkward()
	o.V.W2[1] = [3]float32{1, 2, -3}
	got, _ := o.MarshalJSON()
	want, err := os.ReadFile("testdata/awkward.json")
	if err != nil || string(got)+"\n" != string(want) {
		t.Errorf("%v; got\n%s\nwant\n%s", err, got, want)
	}
}

// TestJSONRefused edits the text in every way that it may be wrong.
func TestJSONRefused(t *testing.T) {
	o := drawn(1)
	o.M.W1[1][1], o.V.B1[2], o.T = 0.5, 0.25, 77
	text, _ := o.MarshalJSON()
	for _, c := range []struct{ old, new, want string }{
		{`"Beta": `, `"beta": `, `"beta": unknown field`},
		{`"Beta": `, `"Decay": 1, "Beta": `, "Decay: given twice"},
		{`"T": 77,`, ``, "T: missing"},
		{`"T": 77,`, `"T": -1,`, "T: must be a whole number below 2^64"},
		{`"T": 77,`, `"T": 7.0,`, "T: must be a whole number below 2^64"},
		{`"T": 77,`, `"T": "7",`, "T: must be a whole number below 2^64"},
		{` 0.5]`, ` "x"]`, `M.W1[1][1]: must be a number, "NaN", "+Inf" or "-Inf"`},
		{` 0.5]`, ` "inf"]`, `M.W1[1][1]: must be a number`},
		{` 0.5]`, ` null]`, `M.W1[1][1]: must be a number`},
		{` 0.5]`, ` [1]]`, `M.W1[1][1]: must be a number`},
		{` 0.5]`, ` 1e39]`, `M.W1[1][1]: 1e39 is beyond float32`},
		{` 0.5]`, ` 0.5, 1]`, `M.W1[1]: 3 numbers, not 2`},
		{`, 0.5]`, `]`, `M.W1[1]: 1 number, not 2`},
		{`, 0.25]`, `]`, `V.B1: 2 numbers, not 3`},
		{`, 0.25]`, `, 0.25, 1]`, `V.B1: 4 numbers, not 3`},
		{`, 0.25]`, `, 0.25, {"a": [1, 2]}, []]`, `V.B1: 5 numbers, not 3`},
		{`, 0.25]`, `, 0.25, {"a": [1, 2}]`, `V.B1: invalid character '}'`},
		{`"W2": [`, `"W2": [[], `, `M.W2[0]: 0 numbers, not 3`},
		{`"M": {`, `"M": {"W3": [],`, `"M.W3": unknown field`},
		{`"M": {`, `"M": 3, "V": {`, `M: must be an object`},
		{`"B1": [`, `"B1": [[`, `M.B1[0]: must be a number`},
		{`"W1": [`, `"W1": 1, "B1": [`, `M.W1: must be an array of 3 rows`},
		{`"kind": "model"`, `"kind": "adam"`, `the data are the state of adam, not the state of model`},
		{`"kind": "model"`, `"kind": ""`, `digest: not of the form sha256:…, or an empty kind or precision`},
		{`"kind": "model"`, `"kind": 1`, `kind: must be text`},
		{`"kind": "model"`, `"kind": "` + strings.Repeat("x", 1000) + `"`, `the data are the state of "xxxx`},
		{`"float32"`, `"float64"`, `the data are float64 numbers; this network's are float32`},
		{`"network": "Xnet"`, `"network": "Digits", "kind": "model", "precision": "float32", "digest": "sha256:99", "W": 1, "x": ""`, `named "Digits" that has other fields: "W": unknown field (sha256:99…, not`},
		{`sha256:`, `sha512:`, `digest: not of the form`},
		{"\n}", "\n} true", `something follows the object`},
		{"\n}", "", `unexpected EOF`},
		{`"T": 77,`, `"T": 77,,`, `invalid character ','`},
		{`"T": 77,`, `"T": 77, "set": 1,`, `set: must be true or false`},
		{string(text), `null`, `must be an object`},
		{string(text), `[]`, `must be an object`},
		{string(text), ``, `unexpected EOF`},
	} {
		edited := strings.Replace(string(text), c.old, c.new, 1)
		if edited == string(text) {
			t.Errorf("%q is not in the text", c.old)
		}
		v := drawn(7)
		err := v.UnmarshalJSON([]byte(edited))
		if err == nil || !strings.HasPrefix(err.Error(), "Xnet: ") || !strings.Contains(err.Error(), c.want) ||
			len(err.Error()) > 300 {
			t.Errorf("%q for %q: %v, want %s", c.new, c.old, err, c.want)
		}
		if !same(v, drawn(7), false) {
			t.Errorf("%q for %q: the receiver has changed", c.new, c.old)
		}
	}
	// The order of fields is free, and a name is no part of what numbers mean.
	reordered := strings.Replace(strings.Replace(string(text), `"T": 77,`, ``, 1), "{", `{"T": 77,`, 1)
	stored := record[float32]{o.stored(), &xnetNetwork, "model"}
	renamed := strings.Replace(reordered, `"network": "Xnet"`, `"network": "Renamed"`, 1)
	renamed = strings.Replace(renamed, stored.checksum("Xnet"), stored.checksum("Renamed"), 1)
	if v := new(Xtype); v.UnmarshalJSON([]byte(renamed)) != nil || !same(v, o, false) {
		t.Error("in another order, it is another value")
	}
}

// TestJSONDamage flips every bit of texts: each is refused, or has the very same numbers, as where e becomes E or a
// digit too many to matter becomes another. With -short it is one bit in sixteen.
func TestJSONDamage(t *testing.T) {
	for _, o := range []*Xtype{drawn(1), awkward(), {}, {set: true}} {
		compact, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		indented, _ := o.MarshalJSON()
		for _, text := range [][]byte{compact, indented} {
			for n := range text {
				for bit := range 8 {
					if testing.Short() && (n+5*bit)%16 > 0 {
						continue
					}
					damaged := bytes.Clone(text)
					damaged[n] ^= 1 << bit
					v := drawn(7)
					switch err := v.UnmarshalJSON(damaged); {
					case err == nil && !same(v, o, true):
						t.Fatalf("bit %d of byte %d is missed: %s", bit, n, damaged[max(0, n-20):min(n+20, len(text))])
					case err != nil && !same(v, drawn(7), false):
						t.Fatalf("bit %d of byte %d: %v, and the receiver has changed", bit, n, err)
					}
				}
			}
		}
	}
}

// TestJSONChecksum: it is that of the record without its own, whatever the white space; an edit is refused with what to
// do, and taken without it.
func TestJSONChecksum(t *testing.T) {
	o := drawn(1)
	o.M.W1[1][1] = 0.5
	record, _ := o.MarshalBinary()
	contents := append(bytes.Clone(record[:156]), record[160:len(record)-4]...)
	sum := fmt.Sprintf("crc32c:%08x", crc32.Checksum(contents, crc32.MakeTable(crc32.Castagnoli)))
	text, _ := o.MarshalJSON()
	line := fmt.Sprintf("  \"checksum\": %q,\n", sum)
	if !strings.Contains(string(text), line) {
		t.Fatalf("the record's checksum, %s, is not that of %s", sum, text)
	}
	var spaced bytes.Buffer
	if err := json.Indent(&spaced, text, "\r\n", "\t"); err != nil {
		t.Fatal(err)
	}
	if v := new(Xtype); v.UnmarshalJSON(spaced.Bytes()) != nil || !same(v, o, false) {
		t.Error("white space matters")
	}
	edited := strings.Replace(string(text), " 0.5]", " 0.25]", 1)
	v, want := drawn(7), *o
	err := v.UnmarshalJSON([]byte(edited))
	if err == nil || !strings.HasSuffix(err.Error(),
		`, not "`+sum+`": they are damaged; or if they were edited on purpose, remove the checksum`) {
		t.Errorf("an edit: %v", err)
	}
	want.M.W1[1][1] = 0.25
	if err := v.UnmarshalJSON([]byte(strings.Replace(edited, line, "", 1))); err != nil || !same(v, &want, false) {
		t.Errorf("an edit without the checksum: %v", err)
	}
	// Every NaN has one checksum, because JSON has no more than one.
	o.M.W1[0][0] = math.Float32frombits(0xffc12345)
	text, _ = o.MarshalJSON()
	if err := v.UnmarshalJSON(text); err != nil || !same(v, o, true) {
		t.Errorf("with a NaN: %v", err)
	}
}
