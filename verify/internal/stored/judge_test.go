package stored

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/backpropgen/backpropgen/generated/xor"
	"github.com/backpropgen/backpropgen/spec"
	"github.com/backpropgen/backpropgen/verify/internal/finding"
)

// xorNet is the network of generated/xor.
func xorNet(t *testing.T) spec.Network {
	t.Helper()
	n, err := spec.DecodeFile("../../../generated/xor/xor.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return n.WithDefaults()
}

// checked judges a type by the methods of its pointer.
func checked[S any](n spec.Network, kind string) *finding.Report {
	return Check(n, kind, reflect.TypeFor[*S]().Elem()).Finish()
}

// mutant is a mistake in saving or loading, and how a report must name it.
type mutant struct{ flaw, call, quantity, says string }

// judged checks that a report finds the mistake and names it.
func (m mutant) judged(t *testing.T, report *finding.Report) {
	t.Helper()
	for _, f := range report.Failures {
		if f.Call == m.call && strings.HasPrefix(f.Quantity, m.quantity) && strings.Contains(f.Message, m.says) {
			return
		}
	}
	t.Errorf("%s: no message on %s of %s that says %q:\n%v", m.flaw, m.quantity, m.call, m.says, report.Err())
}

// flaw is the mistake that brokenXor and brokenAdam make.
var flaw string

// brokenXor and brokenAdam are saved and loaded with a mistake, and rightly without one.
type (
	brokenXor  struct{ xor.Xor }
	brokenAdam struct{ xor.XorAdam }
)

func (p *brokenXor) UnmarshalBinary(data []byte) error { return brokenUnmarshal(p, &p.Xor, data) }

func (o *brokenAdam) UnmarshalBinary(data []byte) error { return brokenUnmarshal(o, &o.XorAdam, data) }

// brokenUnmarshal loads a record by the right code.
func brokenUnmarshal[S, R any](v *S, right *R, data []byte) error {
	forge := func(from, to int) []byte { // what the value would have there
		own, err := any(right).(storable).MarshalBinary()
		if err != nil || len(data) < recordHeader+4 {
			return data
		}
		if other := bytes.Clone(data); bytes.Equal(seal(other), data) {
			copy(other[from:to], own[from:to])
			return seal(other)
		}
		return data
	}
	switch flaw {
	case "the checksum is not checked":
		if len(data) > recordHeader {
			crc := binary.LittleEndian.Uint32(data[recordCRC:])
			data = seal(bytes.Clone(data))
			if binary.LittleEndian.Uint32(data[recordCRC:]) != crc {
				return fmt.Errorf("damaged")
			}
		}
	case "the header's checksum is not checked":
		if len(data) > recordHeader {
			data = bytes.Clone(data)
			clear(data[recordName:recordSizes])
			data = seal(data)
		}
	case "the digest is not checked":
		data = forge(recordDigest, recordUpdates)
	case "the shape is not checked":
		data = forge(recordSizes, recordDigest)
	case "the precision is not checked":
		data = forge(recordNumber, recordKind)
	case "the kind is not checked":
		data = forge(recordKind, recordName)
	case "the version is not checked":
		data = forge(recordVersion, recordNumber)
	case "T is forgotten":
		data = forge(recordUpdates, recordCount)
	case "something behind is not seen":
		_, err := any(right).(storable).ReadFrom(bytes.NewReader(data))
		return err
	case "written before the end is there":
		if len(data) > recordHeader+4 {
			*(*byte)(reflect.ValueOf(v).UnsafePointer())++
		}
	}
	err := any(right).(storable).UnmarshalBinary(data)
	if p, ok := any(right).(*xor.Xor); ok && err == nil {
		switch flaw {
		case "-0 becomes 0":
			for i, w := range p.Flat() {
				if w == 0 {
					p.Flat()[i] = 0
				}
			}
		case "a NaN is another":
			for i, w := range p.Flat() {
				if w != w {
					p.Flat()[i] = float32(math.NaN())
				}
			}
		case "a subnormal becomes 0":
			for i, w := range p.Flat() {
				if math.Abs(float64(w)) < 0x1p-126 {
					p.Flat()[i] = 0
				}
			}
		}
	}
	return err
}

func (p *brokenXor) ReadFrom(r io.Reader) (int64, error) {
	switch flaw {
	case "more is read than the record":
		data, err := io.ReadAll(r)
		if err == nil {
			_, err = p.Xor.ReadFrom(bytes.NewReader(data))
		}
		return int64(len(data)), err
	case "a short read is the end":
		data := make([]byte, recordHeader+13*4+4)
		n, err := r.Read(data)
		if err != nil {
			return int64(n), err
		}
		return p.Xor.ReadFrom(bytes.NewReader(data[:n]))
	case "the reader's error is lost":
		n, err := p.Xor.ReadFrom(r)
		if err != nil {
			err = fmt.Errorf("reading: %v", err)
		}
		return n, err
	case "the count is wrong":
		_, err := p.Xor.ReadFrom(r)
		return 0, err
	case "a part is written before the error":
		n, err := p.Xor.ReadFrom(r)
		if err != nil && n > recordHeader+8 {
			p.W1[0][0] = 0
		}
		return n, err
	}
	return p.Xor.ReadFrom(r)
}

func (p *brokenXor) WriteTo(w io.Writer) (int64, error) {
	switch flaw {
	case "the writer's error is lost":
		n, _ := p.Xor.WriteTo(w)
		return n, nil
	case "a short write is none":
		n, err := p.Xor.WriteTo(w)
		if err != nil && strings.Contains(err.Error(), io.ErrShortWrite.Error()) {
			err = nil
		}
		return n, err
	case "saving changes the value":
		p.B1[0]++
	}
	return p.Xor.WriteTo(w)
}

func (p *brokenXor) AppendBinary(b []byte) ([]byte, error) {
	if flaw == "nothing is kept before it" {
		return p.Xor.AppendBinary(b[:0])
	}
	return p.Xor.AppendBinary(b)
}

func (p brokenXor) MarshalBinary() ([]byte, error) {
	data, err := p.Xor.MarshalBinary()
	switch flaw {
	case "another network's digest":
		data[recordDigest]++
	case "the other byte order":
		for i := recordHeader; i+4 <= len(data)-4; i += 4 {
			binary.BigEndian.PutUint32(data[i:], binary.LittleEndian.Uint32(data[i:]))
		}
	default:
		return data, err
	}
	return seal(data), err
}

// someNumber is one of JSON that has digits to lose.
var someNumber = regexp.MustCompile(`([\[ ,]-?\d\.\d{5,7})\d+`)

func (p brokenXor) MarshalJSON() ([]byte, error) {
	text, err := p.Xor.MarshalJSON()
	if flaw == "too few digits" {
		text = checksumMember.ReplaceAll(someNumber.ReplaceAll(text, []byte("$1")), nil)
	}
	return text, err
}

func (p *brokenXor) UnmarshalJSON(data []byte) error {
	edit := func(find, put string) { data = regexp.MustCompile(find).ReplaceAll(data, []byte(put)) }
	own, _ := p.Xor.MarshalJSON()
	switch flaw {
	case "the digest of JSON is not checked":
		digest := regexp.MustCompile(`"digest":\s*("[^"]*")`)
		edit(`"digest":\s*"[^"]*"`, `"digest":`+string(digest.FindSubmatch(own)[1]))
	case "the kind of JSON is not checked":
		edit(`"kind":"[^"]*"`, `"kind":"parameters"`)
	case "the precision of JSON is not checked":
		edit(`"precision":"[^"]*"`, `"precision":"float32"`)
	case "null is taken for nothing":
		if string(data) == "null" {
			return nil
		}
	case "JSON is written before it is checked":
		v := new(xor.Xor)
		if err := v.UnmarshalJSON(data); err != nil && bytes.Contains(data, []byte("W1")) {
			p.W1[0][0]++
			return err
		}
	case "something behind JSON is not seen":
		var first json.RawMessage
		if err := json.NewDecoder(bytes.NewReader(data)).Decode(&first); err == nil {
			data = first
		}
	case "infinities of JSON are refused":
		if bytes.Contains(data, []byte("Inf")) {
			return fmt.Errorf("infinite")
		}
	}
	return p.Xor.UnmarshalJSON(data)
}

// TestStoredMutants: what saves and loads rightly is accepted, and every mistake found.
func TestStoredMutants(t *testing.T) {
	n := xorNet(t)
	for _, report := range []*finding.Report{checked[brokenXor](n, "parameters"), checked[brokenAdam](n, "adam")} {
		if err := report.Err(); err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range []mutant{
		{flaw: "the checksum is not checked", call: "UnmarshalBinary", quantity: "damaged data", says: "byte 160 "},
		{
			flaw: "the header's checksum is not checked", call: "UnmarshalBinary", quantity: "damaged data",
			says: "byte 32 ",
		},
		{flaw: "the digest is not checked", call: "UnmarshalBinary", quantity: "other data", says: "another digest"},
		{flaw: "the shape is not checked", call: "UnmarshalBinary", quantity: "other data", says: "fewer inputs"},
		{
			flaw: "the precision is not checked", call: "UnmarshalBinary", quantity: "other data",
			says: "another precision",
		},
		{flaw: "the kind is not checked", call: "UnmarshalBinary", quantity: "other data", says: "another kind"},
		{flaw: "the version is not checked", call: "UnmarshalBinary", quantity: "other data", says: "another version"},
		{
			flaw: "something behind is not seen", call: "UnmarshalBinary", quantity: "data with more behind them",
			says: "one byte",
		},
		{
			flaw: "written before the end is there", call: "UnmarshalBinary", quantity: "the value",
			says: "changed by data that are refused",
		},
		{flaw: "-0 becomes 0", call: "UnmarshalBinary", quantity: "the value", says: "not what was saved"},
		{flaw: "a NaN is another", call: "UnmarshalBinary", quantity: "the value", says: "not what was saved"},
		{flaw: "a subnormal becomes 0", call: "UnmarshalBinary", quantity: "the value", says: "not what was saved"},
		{flaw: "more is read than the record", call: "ReadFrom", quantity: "the stream", says: "two records"},
		{flaw: "a short read is the end", call: "ReadFrom", quantity: "data of this network", says: "half"},
		{flaw: "the reader's error is lost", call: "ReadFrom", quantity: "the error", says: "the reader's"},
		{flaw: "the count is wrong", call: "ReadFrom", quantity: "data of this network", says: "0 bytes are read"},
		{flaw: "a part is written before the error", call: "ReadFrom", quantity: "the value", says: "changed by data"},
		{flaw: "the writer's error is lost", call: "WriteTo", quantity: "the error", says: "the writer's"},
		{flaw: "a short write is none", call: "WriteTo", quantity: "the error", says: "io.ErrShortWrite"},
		{flaw: "saving changes the value", call: "saving", quantity: "the value", says: "changed by being saved"},
		{flaw: "nothing is kept before it", call: "AppendBinary", quantity: "the record", says: "not kept"},
		{flaw: "another network's digest", call: "MarshalBinary", quantity: "the record", says: "byte 112"},
		{flaw: "the other byte order", call: "MarshalBinary", quantity: "the record", says: "byte 160"},
		{flaw: "too few digits", call: "MarshalJSON", quantity: "numbers", says: "which is read as"},
		{flaw: "too few digits", call: "UnmarshalJSON", quantity: "the value", says: "not what was saved"},
		{
			flaw: "the digest of JSON is not checked", call: "UnmarshalJSON", quantity: "other data",
			says: "another digest",
		},
		{flaw: "the kind of JSON is not checked", call: "UnmarshalJSON", quantity: "other data", says: "another kind"},
		{
			flaw: "the precision of JSON is not checked", call: "UnmarshalJSON", quantity: "other data",
			says: "another precision",
		},
		{flaw: "null is taken for nothing", call: "UnmarshalJSON", quantity: "other data", says: "null"},
		{
			flaw: "JSON is written before it is checked", call: "UnmarshalJSON", quantity: "the value",
			says: "changed by data",
		},
		{
			flaw: "something behind JSON is not seen", call: "UnmarshalJSON", quantity: "other data",
			says: "an object behind",
		},
		{
			flaw: "infinities of JSON are refused", call: "UnmarshalJSON", quantity: "data of this network",
			says: "infinite",
		},
	} {
		flaw = m.flaw
		m.call += " of parameters"
		m.judged(t, checked[brokenXor](n, "parameters"))
	}
	for _, m := range []mutant{
		{flaw: "T is forgotten", call: "UnmarshalBinary", quantity: "the value", says: "T is"},
		{flaw: "the kind is not checked", call: "UnmarshalBinary", quantity: "other data", says: "another kind"},
	} {
		flaw = m.flaw
		m.call += " of adam"
		m.judged(t, checked[brokenAdam](n, "adam"))
	}
	flaw = ""
}

// TestStoredTypes: types that are not what they are said to be are refused by name, and those that nothing saves are
// left alone.
func TestStoredTypes(t *testing.T) {
	n := xorNet(t)
	type halfway struct{ brokenXor }
	for _, c := range []struct {
		report *finding.Report
		says   string
	}{
		{checked[[13]float32](n, "parameters"), "must have all of WriteTo"},
		{checked[xor.XorAdam](n, "parameters"), "must be 13 × float32 and nothing else"},
		{checked[xor.XorSGD](n, "adam"), "must have a field Beta1 that is a float32"},
		{checked[xor.XorSGD](n, "lion"), "lion"},
		{checked[xor.Xor](spec.Network{}, "parameters"), "name"},
		{checked[halfway](n, "parameters"), ""},
	} {
		if err := c.report.Err(); (err != nil) != (c.says != "") ||
			err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v, want an error with %q", err, c.says)
		}
	}
}

// TestStoredPlaces: of small records every byte is tried, of large ones the ends of all parts and a fixed number of
// others.
func TestStoredPlaces(t *testing.T) {
	j := &judge{network: xorNet(t), kind: parametersKind, report: new(finding.Report)}
	for _, c := range []struct{ size, least, most int }{
		{216, 216, 216}, {600, 228, 300}, {1 << 20, 24, 30}, {1 << 28, 24, 30},
	} {
		list := j.places(c.size)
		seen := map[int]bool{}
		for _, at := range list {
			if at < 0 || at >= c.size {
				t.Fatalf("byte %d of %d", at, c.size)
			}
			seen[at] = true
		}
		if len(list) < c.least || len(list) > c.most || !seen[c.size-1] || !seen[recordHeader-1] {
			t.Errorf("%d places in %d bytes, want %d to %d and the ends", len(list), c.size, c.least, c.most)
		}
	}
}
