package tensors_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/tensors"
)

// headed is a safetensors file of a header and n bytes of data.
func headed(header string, n int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), make([]byte, n)...)
}

// TestBrokenSafetensors are files that are damaged, lie, or are something else.
func TestBrokenSafetensors(t *testing.T) {
	f32 := func(shape string, begin, end int) string {
		return fmt.Sprintf(`{"dtype":"F32","shape":%s,"data_offsets":[%d,%d]}`, shape, begin, end)
	}
	one := func(info string) []byte { return headed(`{"W1":`+info+`}`, 8) }
	whole := headed(`{"W1":`+f32("[2]", 0, 8)+`}`, 8)
	if _, err := safetensors.decode(whole); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, "not a safetensors file: 0 bytes"},
		{"seven bytes", whole[:7], "not a safetensors file: 7 bytes"},
		{"cut in the header", whole[:20], "cut short: the header should have 55 bytes, and 12 are left"},
		{"cut in the data", whole[:len(whole)-1],
			`tensor "W1": data_offsets [0, 8] end after the data, which have 7 bytes`},
		{"a header of 2^64-1 bytes", append(bytes.Repeat([]byte{255}, 8), whole...),
			"the header should have 18446744073709551615 bytes"},
		{"a zip", npz.encode(t, &tensors.File{Tensors: []tensors.Tensor{tensors.New("W1", nil, []float32{1})}}),
			"a zip, as npz and PyTorch's"},
		{"no JSON", headed(`W1`, 0), "header, before byte 8 of the file: invalid character 'W'"},
		{"no header", headed("", 0), "unexpected EOF"},
		{"not UTF-8", headed("{\"\xff\":1}", 0), "not UTF-8"},
		{"an array", headed(`[]`, 0), "the header must be a JSON object"},
		{"unfinished", headed(`{"W1":`, 0), "unexpected EOF"},
		{"more JSON", headed(`{} {}`, 0), "something follows the JSON"},
		{"a NUL", headed("{}\x00", 0), "something follows the JSON"},
		{"metadata that are no text", headed(`{"__metadata__":{"a":1}}`, 0), `__metadata__."a" must be text`},
		{"metadata that are no object", headed(`{"__metadata__":"a"}`, 0), `__metadata__ must be a JSON object`},
		{"metadata twice", headed(`{"__metadata__":{},"__metadata__":{}}`, 0), `"__metadata__" is there twice`},
		{"a key of metadata twice", headed(`{"__metadata__":{"a":"","a":""}}`, 0), `__metadata__."a" is there twice`},
		{"no object", one(`3`), `tensor "W1": what is said of it must be a JSON object`},
		{"an unknown field", one(`{"stride":1}`), `"W1": unknown field "stride"`},
		{"a field twice", one(`{"shape":[1],"shape":[1]}`), `"W1": "shape" is there twice`},
		{"no type", one(`{"shape":[2],"data_offsets":[0,8]}`), `"W1": dtype is missing`},
		{"no shape", one(`{"dtype":"F32","data_offsets":[0,8]}`), `"W1": shape is missing`},
		{"no offsets", one(`{"dtype":"F32","shape":[2]}`), `"W1": data_offsets is missing`},
		{"another type", one(`{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}`),
			`"W1": dtype "F8_E4M3" is not known here; known are F64 F32 F16 BF16`},
		{"a type that is a number", one(`{"dtype":7}`), `dtype "7" is not known`},
		{"a shape that is no array", one(f32("2", 0, 8)), "shape must be an array of whole numbers"},
		{"a negative length", one(f32("[-2]", 0, 8)), `shape[0] is "-2", not a whole number`},
		{"half a length", one(f32("[2,1.5]", 0, 8)), `shape[1] is "1.5"`},
		{"a length with an exponent", one(f32("[2e0]", 0, 8)), `shape[0] is "2e0"`},
		{"a length as text", one(f32(`["2"]`, 0, 8)), `shape[0] is "2"`},
		{"a length of 2^63", one(f32("[9223372036854775808]", 0, 8)), `shape[0] is 9223372036854775808, too large`},
		{"a product of 2^62", one(f32("[2147483647,2147483647]", 0, 8)),
			`"W1": shape [2147483647 2147483647] is too large`},
		{"a product of 2^62 with a 0", one(f32("[2147483647,0,2147483647]", 0, 0)), "too large"},
		{"65 axes", one(f32("["+strings.Repeat("1,", 64)+"1]", 0, 4)), "shape has more than 64 numbers"},
		{"one offset", one(`{"dtype":"F32","shape":[2],"data_offsets":[8]}`), "data_offsets must be two numbers"},
		{"three offsets", one(`{"dtype":"F32","shape":[2],"data_offsets":[0,8,9]}`),
			"data_offsets has more than 2 numbers"},
		{"offsets turned round", one(f32("[2]", 8, 0)), "[8, 0] end before they begin"},
		{"the wrong size", one(f32("[1]", 0, 8)), "[0, 8] are 8 bytes; shape [1] of F32 takes 4"},
		{"data before", one(f32("[1]", 4, 8)), "leave a gap: bytes 0 to 4"},
		{"data behind", one(f32("[1]", 0, 4)), "the last 4 bytes of 8 bytes of data belong to no tensor"},
		{"no tensors but data", headed(`{}`, 3), "the last 3 bytes of 3 bytes"},
		{"a name twice", headed(`{"W1":`+f32("[1]", 0, 4)+`,"W1":`+f32("[1]", 4, 8)+`}`, 8), `"W1" is there twice`},
		{"an overlap", headed(`{"W1":`+f32("[2]", 0, 8)+`,"b1":`+f32("[2]", 4, 12)+`}`, 12),
			`"b1": data_offsets [4, 12] begin within the data of "W1", which end at 8`},
		{"the same data", headed(`{"W1":`+f32("[2]", 0, 8)+`,"b1":`+f32("[2]", 0, 8)+`}`, 8), "begin within the data"},
		{"nothing within others", headed(`{"W1":`+f32("[2]", 0, 8)+`,"b1":`+f32("[0]", 4, 4)+`}`, 8),
			"begin within the data"},
		{"a gap", headed(`{"W1":`+f32("[1]", 0, 4)+`,"b1":`+f32("[1]", 8, 12)+`}`, 12),
			`"b1": data_offsets [8, 12] leave a gap: bytes 4 to 8`},
		{"a long name", headed(`{"`+strings.Repeat("n", 1000)+`":1}`, 0), strings.Repeat("n", 64) + `"…: what`},
	} {
		f, err := safetensors.decode(c.data)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, %v, want an error with %q", c.name, f, err, c.want)
		}
	}
}

// TestSafetensorsBytes is what a small file is made of: the larger numbers first, a header that ends at a multiple of
// 8.
func TestSafetensorsBytes(t *testing.T) {
	b := safetensors.encode(t, &tensors.File{Metadata: map[string]string{"b": "2", "a": "1"}, Tensors: []tensors.Tensor{
		tensors.New("b1", []int{1}, []float32{1}),
		tensors.New("W1", []int{1, 1}, []float64{-2}),
	}})
	header := `{"__metadata__":{"a":"1","b":"2"},"W1":{"dtype":"F64","shape":[1,1],"data_offsets":[0,8]},` +
		`"b1":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}`
	header += strings.Repeat(" ", (8-len(header)%8)%8)
	want := append(headed(header, 0), 0, 0, 0, 0, 0, 0, 0, 192, 0, 0, 128, 63)
	if !bytes.Equal(b, want) {
		t.Errorf("the file is\n%q\nand should be\n%q", b, want)
	}
}

// TestUnaligned reads what others may write: tensors in any order, numbers at any byte, spaces in the header.
func TestUnaligned(t *testing.T) {
	file := headed(" {\n\"b\": {\"data_offsets\": [1, 5], \"shape\": [], \"dtype\": \"F32\"},"+
		"\"a\": {\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}, \"e\": {\"dtype\":\"F32\",\"shape\":[0,3],\"data_offsets\":[1,1]}}  ", 5)
	file[len(file)-1], file[len(file)-2] = 63, 128
	f, err := safetensors.decode(file)
	if err != nil {
		t.Fatal(err)
	}
	b, _ := f.Tensor("b")
	if v, err := b.Float64s(); err != nil || len(v) != 1 || v[0] != 1 ||
		len(f.Tensors) != 3 || f.Tensors[0].Name != "a" {
		t.Errorf("%v, %v: %v", v, err, f)
	}
}
