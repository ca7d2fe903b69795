package stored

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing/iotest"

	"github.com/backpropgen/backpropgen/internal/plural"
	"github.com/backpropgen/backpropgen/verify/internal/trial"
)

// whole saves a value in every way and loads it into others.
func (j *judge) whole(value storable, where string) {
	v := j.layout.of(value)
	was := slices.Clone(v.memory())
	want := record(j.network, j.kind, v)
	same := func(call string, got []byte, err error) {
		if err != nil || !bytes.Equal(got, want) {
			j.broken(call, "the record", where, "%d bytes, %v; want %d, %s", len(got), err, len(want),
				differing(got, want))
		}
	}
	data, err := value.MarshalBinary()
	same("MarshalBinary", data, err)
	var stream bytes.Buffer
	count, err := value.WriteTo(&stream)
	same("WriteTo", stream.Bytes(), err)
	if count != int64(stream.Len()) {
		j.broken("WriteTo", "the number of bytes", where, "%d are written, %d said to be", stream.Len(), count)
	}
	for _, room := range []int{0, 5000} { // room does not do for large networks
		before := append(make([]byte, 0, 7+room), "before "...)
		if data, err = value.AppendBinary(before); err == nil && !bytes.HasPrefix(data, []byte("before ")) {
			err = errors.New("what was there is not kept")
		}
		same("AppendBinary", data[min(7, len(data)):], err)
	}
	text, err := value.MarshalJSON()
	if err != nil || !json.Valid(text) {
		j.broken("MarshalJSON", "the text", where, "no JSON, %v", err)
	}
	if !bytes.Equal(v.memory(), was) {
		j.broken("saving", "the value", where, "changed by being saved")
	}
	j.loads("UnmarshalBinary", where, v, false, fromRecord(want))
	j.loads("UnmarshalJSON", where, v, true, fromText(text))
	j.loads("ReadFrom", where, v, false, fromReader(bytes.NewReader(want)))
}

// fromRecord, fromText and fromReader load from there.
func fromRecord(data []byte) func(s storable) error {
	return func(s storable) error { return s.UnmarshalBinary(data) }
}

func fromText(text []byte) func(s storable) error {
	return func(s storable) error { return s.UnmarshalJSON(text) }
}

func fromReader(r io.Reader) func(s storable) error {
	return func(s storable) error { _, err := s.ReadFrom(r); return err }
}

// differing says where two records differ first.
func differing(got, want []byte) string {
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			return fmt.Sprintf("byte %d is %#02x, not %#02x", i, got[i], want[i])
		}
	}
	return "no byte of those that both have differs"
}

// loads loads data of a value into one that holds something else.
func (j *judge) loads(call, where string, want numbers, anyNaN bool, load func(s storable) error) {
	into, _ := j.other()
	if err := load(into); err != nil {
		j.broken(call, "data of this network", where, "refused: %v", err)
	} else if d := j.layout.of(into).differs(want, anyNaN); d != "" {
		j.broken(call, "the value", where, "not what was saved: %s", d)
	}
}

// refused offers data that may not be loaded, what in a few words, and returns the error.
func (j *judge) refused(call, what, where string, load func(s storable) error) error {
	into, was := j.other()
	err := load(into)
	if err == nil {
		j.broken(call, what, where, "accepted; they must be refused")
		return nil
	}
	j.unchanged(call, where, into, was)
	return err
}

// other is a value that holds something else than any that is saved, and its bytes.
func (j *judge) other() (v storable, was []byte) {
	v = j.fresh()
	n := j.layout.of(v)
	for i := range j.layout.len() {
		n.setNumber(i, 0.375)
	}
	n.count(77)
	return v, slices.Clone(n.memory())
}

func (j *judge) unchanged(call, where string, v storable, was []byte) {
	if !bytes.Equal(j.layout.of(v).memory(), was) {
		j.broken(call, "the value", where, "changed by data that are refused")
	}
}

// streams reads and writes a record through readers and writers of all manners.
func (j *judge) streams(value storable) {
	v := j.layout.of(value)
	data := record(j.network, j.kind, v)
	for where, wrap := range map[string]func(r io.Reader) io.Reader{
		"a reader that gives half":                  iotest.HalfReader,
		"a reader that gives the end with the data": iotest.DataErrReader,
		"a reader that gives a byte at a time":      iotest.OneByteReader,
	} {
		if len(data) < budget || where != "a reader that gives a byte at a time" {
			j.loads("ReadFrom", where, v, false, fromReader(wrap(bytes.NewReader(data))))
		}
	}
	two := bytes.NewReader(slices.Concat(data, data, []byte("more")))
	for range 2 {
		j.loads("ReadFrom", "two records and more", v, false, func(s storable) error {
			n, err := s.ReadFrom(two)
			if n != int64(len(data)) {
				err = fmt.Errorf("%s are read of a record of %d, %v", plural.Of(n, "byte"), len(data), err)
			}
			return err
		})
	}
	if two.Len() != len("more") {
		j.broken("ReadFrom", "the stream", "two records and more", "%d bytes are left behind them, not 4", two.Len())
	}
	end := j.refused("ReadFrom", "no data", "a stream at its end", fromReader(bytes.NewReader(nil)))
	if end != nil && !errors.Is(end, io.EOF) {
		j.broken("ReadFrom", "the error", "a stream at its end", "%v; it must be io.EOF to errors.Is", end)
	}
	for _, at := range j.places(len(data)) {
		where := fmt.Sprintf("data that end after %d of %s", at, plural.Of(len(data), "byte"))
		err := j.refused("UnmarshalBinary", "data cut short", where, fromRecord(data[:at]))
		if at > 0 && err != nil && errors.Is(err, io.EOF) {
			j.broken("UnmarshalBinary", "the error", where, "%v; only data that do not begin are io.EOF", err)
		}
		where = fmt.Sprintf("a reader that fails after %s", plural.Of(at, "byte"))
		broken := errors.New("the line is cut")
		reader := io.MultiReader(bytes.NewReader(data[:at]), iotest.ErrReader(broken))
		// Data that end in time are read before the reader fails.
		err = j.refused("ReadFrom", "data cut short", where, fromReader(reader))
		if err != nil && !errors.Is(err, broken) {
			j.broken("ReadFrom", "the error", where, "%v; it must be the reader's to errors.Is", err)
		}
		where = fmt.Sprintf("a writer that fails after %s", plural.Of(at, "byte"))
		w := &narrow{left: at, err: broken}
		if n, err := value.WriteTo(w); !errors.Is(err, broken) || n != int64(at) {
			j.broken("WriteTo", "the error", where, "%v after %d bytes; it must be the writer's to errors.Is, after %d",
				err, n, at)
		}
		w = &narrow{left: at}
		if _, err := value.WriteTo(w); !errors.Is(err, io.ErrShortWrite) {
			where = fmt.Sprintf("a writer that takes %s and no more", plural.Of(at, "byte"))
			j.broken("WriteTo", "the error", where, "%v; it must be io.ErrShortWrite", err)
		}
	}
	j.refused("UnmarshalBinary", "data with more behind them", "one byte", fromRecord(append(slices.Clone(data), 0)))
}

// narrow takes so many bytes and then fails, or says that it took fewer than it was given.
type narrow struct {
	left int
	err  error
}

func (w *narrow) Write(p []byte) (int, error) {
	n := min(len(p), w.left)
	if w.left -= n; n < len(p) {
		return n, w.err
	}
	return n, nil
}

// budget is how many bytes all damaged data of one kind have together, about.
const budget = 1 << 23

// places are bytes of a record to cut it at or to damage: all of the header and the checksum, and as many others as
// time allows.
func (j *judge) places(size int) []int {
	rng, _ := trial.Random(j.network, firstTrial-1)
	var list []int
	for i := range size {
		if few := recordHeader + 64 + 4; i < recordHeader || i >= size-4 || size <= few {
			list = append(list, i)
		}
	}
	if len(list) < size {
		for range min(max(budget/size, 8), 64) {
			list = append(list, recordHeader+rng.IntN(size-recordHeader-4))
		}
	}
	if most := max(budget/size, 24); len(list) > most { // large networks
		rng.Shuffle(len(list), func(a, b int) { list[a], list[b] = list[b], list[a] })
		list = append(list[:most], size-1, recordHeader, recordHeader-1)
	}
	return list
}

// damagedBinary offers records with a byte that is another, and whole ones that belong to something else.
func (j *judge) damagedBinary(value storable) {
	v := j.layout.of(value)
	data := record(j.network, j.kind, v)
	rng, _ := trial.Random(j.network, firstTrial-2)
	for _, at := range j.places(len(data)) {
		damaged := slices.Clone(data)
		damaged[at] ^= 1 << rng.IntN(8)
		where := fmt.Sprintf("byte %d of %d", at, len(data))
		j.refused("UnmarshalBinary", "damaged data", where, fromRecord(damaged))
		j.refused("ReadFrom", "damaged data", where, fromReader(bytes.NewReader(damaged)))
	}
	add := func(at int, n uint32) func(b []byte) []byte {
		return func(b []byte) []byte {
			binary.LittleEndian.PutUint32(b[at:], binary.LittleEndian.Uint32(b[at:])+n)
			return b
		}
	}
	text := func(at, size int, text string) func(b []byte) []byte {
		return func(b []byte) []byte {
			copy(b[at:at+size], text+string(make([]byte, size-len(text))))
			return b
		}
	}
	precision, kind := "<f8", parametersKind
	if v.layout.number.Size() == 8 {
		precision = "<f4"
	}
	if j.kind == kind {
		kind = "adam"
	}
	type edit struct {
		where string
		do    func(b []byte) []byte
	}
	edits := []edit{
		{"another magic number", text(0, 8, "\x89bpg\n\x1a\n")},
		{"another version", add(recordVersion, 7)},
		{"another precision", text(recordNumber, 4, precision)},
		{"another kind", text(recordKind, 16, kind)},
		{"a kind that begins alike", text(recordKind, 16, j.kind[:len(j.kind)-1])},
		{"fewer inputs", add(recordSizes, ^uint32(0))},
		{"more outputs", add(recordSizes+4, 1)},
		{"more layers", add(recordSizes+8, 1)},
		{"more parameters", add(recordSizes+12, 1)},
		{"another digest", add(recordDigest, 1)},
		{"a digest that begins alike", add(recordDigest+28, 1<<24)},
		{"another number of numbers", add(recordCount, 1)},
		{"a number less", func(b []byte) []byte {
			size := int(v.layout.number.Size())
			return add(recordCount, ^uint32(0))(append(b[:len(b)-4-size], 0, 0, 0, 0))
		}},
	}
	if v.t() == nil {
		edits = append(edits, edit{"updates where none are counted", add(recordUpdates, 1)})
	}
	for _, e := range edits {
		other := seal(e.do(slices.Clone(data)))
		j.refused("UnmarshalBinary", "other data", e.where, fromRecord(other))
		j.refused("ReadFrom", "other data", e.where, fromReader(bytes.NewReader(other)))
	}
	// The name is for people.
	renamed := seal(text(recordName, 64, "Renamed")(slices.Clone(data)))
	j.loads("UnmarshalBinary", "another name of the network", v, false, fromRecord(renamed))
}
