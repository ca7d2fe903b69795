package store

import (
	"bytes"
	"encoding"
	"encoding/binary"
	"encoding/gob"
	"encoding/json"
	"errors"
	"hash/crc32"
	"io"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
)

// All of what the standard library asks of a type that is stored.
var (
	_ encoding.BinaryMarshaler   = Xtype{}
	_ encoding.BinaryAppender    = (*Xtype)(nil)
	_ encoding.BinaryUnmarshaler = (*Xtype)(nil)
	_ io.WriterTo                = (*Xtype)(nil)
	_ io.ReaderFrom              = (*Xtype)(nil)
	_ json.Marshaler             = Xtype{}
	_ json.Unmarshaler           = (*Xtype)(nil)
)

// drawn is a value in which no two numbers are alike.
func drawn(seed uint64) *Xtype {
	r := rand.New(rand.NewPCG(seed, 1))
	o := &Xtype{Beta: r.Float32(), Decay: r.Float32(), T: r.Uint64(), set: true}
	for _, g := range []*XnetGrad{&o.M, &o.V} {
		values := g.Flat()
		for i := range values {
			values[i] = float32(r.NormFloat64())
		}
	}
	return o
}

// awkward has the numbers that are most easily lost.
func awkward() *Xtype {
	o := &Xtype{Beta: math.MaxFloat32, Decay: 0x1p-149, T: math.MaxUint64, set: true}
	values := []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.Copysign(0, -1), 0.1, 1e-40, 16777217, -0x1p-126,
		1 / 3., 1e21, 1e-7}
	for i, v := range values {
		o.M.Flat()[i] = float32(v)
	}
	return o
}

// same says whether two values have the same bits; any two NaNs are alike if that is asked for.
func same(a, b *Xtype, nans bool) bool {
	flat := func(o *Xtype) []float32 {
		return append(append([]float32{o.Beta, o.Decay}, o.M.Flat()[:]...), o.V.Flat()[:]...)
	}
	x, y := flat(a), flat(b)
	for i := range x {
		if math.Float32bits(x[i]) != math.Float32bits(y[i]) && !(nans && x[i] != x[i] && y[i] != y[i]) {
			return false
		}
	}
	return a.T == b.T && a.set == b.set
}

func TestRoundTrip(t *testing.T) {
	quiet := awkward()
	quiet.M.W1[0][0] = math.Float32frombits(0x7fc12345) // a NaN with a payload, which a record keeps
	for _, o := range []*Xtype{drawn(1), drawn(2), {}, {set: true}, {set: true, T: 1}, {set: true, Decay: 1}, awkward(),
		quiet} {
		data, err := o.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		if want := headerSize + 4*(2+2*XnetParams) + 4; len(data) != want {
			t.Errorf("a record of %d bytes, want %d", len(data), want)
		}
		for name, read := range map[string]func(v *Xtype) error{
			"UnmarshalBinary": func(v *Xtype) error { return v.UnmarshalBinary(data) },
			"ReadFrom":        func(v *Xtype) error { _, err := v.ReadFrom(bytes.NewReader(data)); return err },
			"ReadFrom, by bytes": func(v *Xtype) error {
				_, err := v.ReadFrom(iotest.OneByteReader(bytes.NewReader(data)))
				return err
			},
			"ReadFrom, EOF with data": func(v *Xtype) error {
				_, err := v.ReadFrom(iotest.DataErrReader(bytes.NewReader(data)))
				return err
			},
		} {
			v := drawn(9)
			if err := read(v); err != nil || !same(v, o, false) {
				t.Errorf("%s: %v, %+v, want %+v", name, err, v, o)
			}
		}
		text, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		direct, _ := o.MarshalJSON()
		for _, text := range [][]byte{text, direct} {
			v := drawn(9)
			if err := json.Unmarshal(text, v); err != nil || !same(v, o, true) {
				t.Errorf("JSON: %v, %+v, want %+v\n%s", err, v, o, text)
			}
		}
		longer, err := o.AppendBinary([]byte("before"))
		if err != nil || string(longer) != "before"+string(data) {
			t.Errorf("AppendBinary gives %q, %v", longer, err)
		}
	}
}

// TestStream writes records one behind the other and reads them back.
func TestStream(t *testing.T) {
	var stream bytes.Buffer
	for seed := range uint64(3) {
		n, err := drawn(seed).WriteTo(&stream)
		if err != nil || n*int64(seed+1) != int64(stream.Len()) {
			t.Fatalf("%d bytes, %v", n, err)
		}
	}
	for seed := range uint64(3) {
		v := new(Xtype)
		if n, err := v.ReadFrom(&stream); err != nil || !same(v, drawn(seed), false) || n != int64(headerSize+4*32+4) {
			t.Fatalf("record %d: %d bytes, %v", seed, n, err)
		}
	}
	if n, err := new(Xtype).ReadFrom(&stream); n != 0 || !errors.Is(err, io.EOF) ||
		errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("behind the last record: %d bytes, %v", n, err)
	}
}

// resealed is a record with its checksums put right.
func resealed(data []byte) []byte {
	table := crc32.MakeTable(crc32.Castagnoli)
	binary.LittleEndian.PutUint32(data[156:], crc32.Checksum(data[:156], table))
	binary.LittleEndian.PutUint32(data[len(data)-4:], crc32.Checksum(data[:len(data)-4], table))
	return data
}

// TestRefused damages a record in every way, and wants it refused with what is wrong and the receiver left as it was.
func TestRefused(t *testing.T) {
	record, _ := drawn(1).MarshalBinary()
	edit := func(at int, with string) func(b []byte) []byte {
		return func(b []byte) []byte { copy(b[at:], with); return resealed(b) }
	}
	for _, c := range []struct {
		name   string
		damage func(b []byte) []byte
		want   string
	}{
		{"empty", func([]byte) []byte { return nil }, "there are no data: EOF"},
		{"a byte", func(b []byte) []byte { return b[:1] }, "end before their time, after 1 byte"},
		{"half a header", func(b []byte) []byte { return b[:80] }, "end before their time, after 80 bytes"},
		{"a header", func(b []byte) []byte { return b[:160] }, "end before their time, after 160 bytes"},
		{"but a byte", func(b []byte) []byte {
			return b[:len(b)-1]
		}, "end before their time, after 291 bytes: unexpected EOF"},
		{"a byte more", func(b []byte) []byte { return append(b, 0) }, "the data are followed by 1 byte more"},
		{"twice", func(b []byte) []byte { return append(b, b...) }, "followed by 292 bytes more"},
		{"another file", func(b []byte) []byte {
			return []byte("PK\x03\x04 and so on")
		}, "not a stored network: they begin with other bytes"},
		{"line ends changed", func(b []byte) []byte {
			return bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n"))
		}, "begin with other bytes"},
		{"the version", edit(8, "\x03"), "version 3 of their format; this code reads version 1"},
		{"the version of zeros", edit(8, "\x02"),
			"version 2 of their format, in which all hyperparameters are 0, and these are not"},
		{"the header", func(b []byte) []byte { b[40]++; return b }, "the checksum of their header is wrong"},
		{"a number", func(b []byte) []byte { b[200]++; return b }, "damaged: their checksum is wrong"},
		{"the checksum", func(b []byte) []byte { b[len(b)-1]++; return b }, "damaged: their checksum is wrong"},
		{"float64", edit(12, "<f8"), "are float64 numbers; this network's are float32"},
		{"big-endian", edit(12, ">f4"), `are ">f4" numbers; this network's are float32`},
		{"another kind", edit(16, "adamw"), "are the state of adamw, not the state of model"},
		{"no kind at all", edit(16, "\n\x00\x00\x00\x00\x00"), `are the state of "\n", not the state of model`},
		{"parameters", edit(16, "parameters"), "are parameters, not the state of model"},
		{"inputs", edit(96, "\x03"),
			`named "Xnet", with 3 inputs, 2 outputs, 2 layers and 15 parameters; this one has 2, 2, 2 and 15`},
		{"outputs", edit(100, "\x01"), "with 2 inputs, 1 output"},
		{"layers", edit(104, "\x03"), "2 outputs, 3 layers"},
		{"hostile sizes", edit(108, "\xff\xff\xff\xff"), "4294967295 parameters"},
		{"hostile numbers", edit(152, "\xff\xff\xff\xff"), "are 4294967295 numbers; the state of model take 32"},
		{"a hostile name", edit(32, "\x1b[31m"), `with as many inputs, outputs, layers and parameters, but other`},
		{"another digest", edit(112, "\xff"),
			`named "Xnet" with as many inputs, outputs, layers and parameters, but other activations (here tanh, softmax), inner widths or biases, or another cost (here mse) (sha256:ff1122334455…, not sha256:001122334455…)`},
	} {
		data := c.damage(bytes.Clone(record))
		if c.name == "a hostile name" {
			data = edit(112, "\xff")(data)
			c.want = `named "\x1b[31m" ` + c.want
		}
		o := drawn(7)
		err := o.UnmarshalBinary(data)
		if err == nil || !strings.HasPrefix(err.Error(), "Xnet: ") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
		if !same(o, drawn(7), false) {
			t.Errorf("%s: the receiver has changed", c.name)
		}
		if _, err := o.ReadFrom(bytes.NewReader(data)); err == nil && !strings.Contains(c.want, "follow") ||
			!same(o, drawn(7), false) && !strings.Contains(c.want, "follow") {
			t.Errorf("%s: ReadFrom gives %v", c.name, err)
		}
	}
	for n := range record {
		o := drawn(7)
		if _, err := o.ReadFrom(bytes.NewReader(record[:n])); !errors.Is(err, io.ErrUnexpectedEOF) && n > 0 ||
			!same(o, drawn(7), false) {
			t.Errorf("cut to %d bytes: %v", n, err)
		}
		for bit := range 8 {
			damaged := bytes.Clone(record)
			damaged[n] ^= 1 << bit
			if err := o.UnmarshalBinary(damaged); err == nil || !same(o, drawn(7), false) {
				t.Fatalf("bit %d of byte %d is not missed", bit, n)
			}
		}
	}
}

// TestParametersRefused: messages about parameters do not speak of a cost, which they do not depend on.
func TestParametersRefused(t *testing.T) {
	s := record[float32]{net: &xnetNetwork, kind: "parameters"}
	for want, err := range map[string]error{
		`Xnet: the data belong to a network named "Iris" with others (sha256:cd…, not sha256:abababababab…)`: s.compare("parameters", "float32", "cd", "Iris", "with others"),
		"Xnet: the data are the state of adam, not parameters":                                               s.compare("adam", "float32", xnetNetwork.Function, "Xnet", ""),
	} {
		if err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	record := resealed(append(s.header(), 0, 0, 0, 0))
	other := bytes.Clone(record)
	other[112]++
	want := `Xnet: the data belong to a network named "Xnet" with as many inputs, outputs, layers and parameters, but other activations (here tanh, softmax), inner widths or biases (sha256:acab`
	if err := s.decode(resealed(other)); err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
	record[144]++
	if err := s.decode(resealed(record)); err == nil ||
		!strings.Contains(err.Error(), "count 1 updates, which parameters do not") {
		t.Error(err)
	}
}

// TestWriteErrors: a writer that fails is named, wherever it does.
func TestWriteErrors(t *testing.T) {
	failed := errors.New("disk full")
	for _, limit := range []int{0, 100, 290} {
		w := &limited{left: limit, err: failed}
		n, err := drawn(1).WriteTo(w)
		if !errors.Is(err, failed) || err.Error() != "Xnet: writing the state of model: disk full" ||
			n != int64(limit) {
			t.Errorf("after %d bytes: %d, %v", limit, n, err)
		}
	}
	if _, err := drawn(1).WriteTo(&limited{left: 7}); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("a writer that does less than it says: %v", err)
	}
	if _, err := new(Xtype).ReadFrom(iotest.ErrReader(failed)); !errors.Is(err, failed) {
		t.Errorf("a reader that fails: %v", err)
	}
}

// limited takes so many bytes and no more.
type limited struct {
	left int
	err  error
}

func (w *limited) Write(p []byte) (int, error) {
	if len(p) <= w.left {
		w.left -= len(p)
		return len(p), nil
	}
	n := w.left
	w.left = 0
	return n, w.err
}

// TestZeros: of an optimizer whose hyperparameters are all 0 it is stored whether they mean it.
func TestZeros(t *testing.T) {
	zero, set := new(Xtype), &Xtype{set: true}
	a, _ := zero.MarshalBinary()
	b, _ := set.MarshalBinary()
	if a[8] != 1 || b[8] != 2 {
		t.Errorf("versions %d and %d", a[8], b[8])
	}
	// As older versions wrote them, which knew no other zeros than those of a zero value.
	for text, want := range map[string]bool{
		`"Beta": 0, "Decay": 0, "T": 0`: false, `"Beta": 0, "Decay": 0, "T": 1`: true,
		`"Beta": 0, "Decay": 1, "T": 0`:              true,
		`"Beta": 0, "Decay": 0, "T": 0, "set": true`: true,
	} {
		shapes := `{"W1": [[0, 0], [0, 0], [0, 0]], "B1": [0, 0, 0], "W2": [[0, 0, 0], [0, 0, 0]]}`
		v := new(Xtype)
		if err := v.UnmarshalJSON([]byte(`{"network": "Xnet", "kind": "model", "precision": "float32", "digest": "sha256:` + xnetTraining + `", ` +
			text + `, "M": ` + shapes + `, "V": ` + shapes + `}`)); err != nil || v.set != want {
			t.Errorf("%s: %t, %v", text, v.set, err)
		}
	}
	// What the first update refuses is not stored.
	forgotten := &Xtype{Decay: 1}
	_, err := forgotten.MarshalBinary()
	_, err2 := json.Marshal(forgotten)
	for _, err := range []error{err, err2} {
		if err == nil || !strings.Contains(err.Error(), "leaves Beta at 0; start from its constructor") {
			t.Error(err)
		}
	}
}

// TestByValue: what holds a network itself, not a pointer to it, is stored and read back all the same.
func TestByValue(t *testing.T) {
	type holder struct {
		Net   Xtype
		Named map[string]Xtype
		List  [2]Xtype
	}
	o := holder{*drawn(1), map[string]Xtype{"a": *drawn(2)}, [2]Xtype{*drawn(3), *drawn(4)}}
	text, err := json.Marshal(o)
	var back holder
	if err = errors.Join(err, json.Unmarshal(text, &back)); err != nil || !reflect.DeepEqual(back, o) {
		t.Errorf("JSON: %v\n%s", err, text)
	}
	var stream bytes.Buffer
	back = holder{}
	if err := errors.Join(gob.NewEncoder(&stream).Encode(o), gob.NewDecoder(&stream).Decode(&back)); err != nil ||
		!reflect.DeepEqual(back, o) {
		t.Errorf("gob: %v", err)
	}
}

// TestMemory: neither direction holds a second copy of everything as bytes.
func TestMemory(t *testing.T) {
	allocated := func(f func()) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	const count = 1 << 20
	s := record[float32]{net: &xnetNetwork, kind: "model"}
	for range count / XnetParams {
		s.Arrays = append(s.Arrays, Array[float32]{"M", new(Xnet).Flat()[:]})
	}
	var data bytes.Buffer
	data.Grow(8 * count)
	if n := allocated(func() { _, _ = s.write(&data) }); n > 4*chunkSize {
		t.Errorf("writing %d numbers allocates %d bytes", count, n)
	}
	if n := allocated(func() {
		if _, err := s.read(&data); err != nil {
			t.Error(err)
		}
	}); n > 4*chunkSize {
		t.Errorf("reading them allocates %d bytes", n)
	}
}

// TestModel: the layout is that of the fields.
func TestModel(t *testing.T) {
	typ, total := reflect.TypeFor[Xnet](), 0
	for i, shape := range xnetNetwork.Shapes {
		f := typ.Field(i)
		total += shape.len()
		if f.Name != shape.Name || f.Type.Len() != shape.Rows || shape.Cols > 0 && f.Type.Elem().Len() != shape.Cols {
			t.Errorf("%s is %s, the layout has %+v", f.Name, f.Type, shape)
		}
	}
	if total != XnetParams || typ.NumField() != len(xnetNetwork.Shapes) {
		t.Errorf("a layout of %d numbers", total)
	}
}
