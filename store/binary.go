package store

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/backpropgen/backpropgen/internal/plural"
)

// The header of a record, which the package comment describes.
const (
	magic   = "\x89bpg\r\n\x1a\n"
	version = 1
	// versionSet is as version 1, which an optimizer of the zero value may have too, whose first update is to set the
	// defaults.
	versionSet = 2
	headerSize = 160
	// chunkSize is how many bytes are read or written at once, so that no second copy of everything is made.
	chunkSize = 16 << 10
)

// castagnoli is the table of the checksums.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// header is the header of a record, in a slice with room for a chunk.
func (s record[F]) header() []byte {
	b := s.contents(s.net.Name)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// contents is the header of a record for a network of that name, without its checksum.
func (s record[F]) contents(network string) []byte {
	b := make([]byte, 0, chunkSize)
	b = append(b, magic...)
	v := uint32(version)
	if s.Set != nil && *s.Set && s.zero() {
		v = versionSet
	}
	b = binary.LittleEndian.AppendUint32(b, v)
	b = appendText(b, fmt.Sprintf("<f%d", sizeOf[F]()), 4)
	b = appendText(b, s.kind, 16)
	b = appendText(b, network, 64)
	for _, n := range []int{s.net.Inputs, s.net.Outputs, s.net.Layers, s.net.params()} {
		b = binary.LittleEndian.AppendUint32(b, uint32(n))
	}
	digest, _ := hex.DecodeString(s.net.digest(s.kind)) // a constant
	b = append(b, digest...)
	updates := uint64(0)
	if s.Updates != nil {
		updates = *s.Updates
	}
	b = binary.LittleEndian.AppendUint64(b, updates)
	return binary.LittleEndian.AppendUint32(b, uint32(s.numbers()))
}

// appendText appends text and zero bytes behind it; what is too long is cut.
func appendText(b []byte, text string, size int) []byte {
	if len(text) > size {
		text = text[:size]
	}
	return append(append(b, text...), make([]byte, size-len(text))...)
}

// write writes the record.
func (s record[F]) write(w io.Writer) (int64, error) {
	if err := s.check(); err != nil {
		return 0, err
	}
	if w == nil {
		return 0, s.errorf("writing %s: the writer is nil", s.title())
	}
	out := writer[F]{w: w, buf: s.header()}
	out.numbers(s.Parts)
	out.buf = binary.LittleEndian.AppendUint32(out.buf, out.crc)
	out.flush()
	if out.err != nil {
		return out.n, s.errorf("writing %s: %w", s.title(), out.err)
	}
	return out.n, nil
}

// checksum is what the value has as JSON: the CRC-32C of its record without the two checksums in it (behind its own
// checksum, no header would change the second one), for a network of that name and with the same bits for every NaN, of
// which JSON has but one.
func (s record[F]) checksum(network string) string {
	out := writer[F]{w: io.Discard, buf: s.contents(network), oneNaN: true}
	out.numbers(s.Parts)
	return fmt.Sprintf("crc32c:%08x", out.crc)
}

// writer gathers bytes until it is worth while to write them.
type writer[F Float] struct {
	w      io.Writer
	buf    []byte
	crc    uint32
	n      int64
	err    error
	oneNaN bool // every NaN is written alike
}

// numbers writes all numbers of a record.
func (w *writer[F]) numbers(s Parts[F]) {
	for _, f := range s.Fields {
		w.number(*f.Value)
	}
	for _, a := range s.Arrays {
		for _, v := range a.Values {
			w.number(v)
		}
	}
	w.flush()
}

func (w *writer[F]) number(v F) {
	if len(w.buf) > chunkSize-sizeOf[F]() {
		w.flush()
	}
	if w.oneNaN && v != v {
		w.buf = appendNaN[F](w.buf)
		return
	}
	w.buf = appendNumber(w.buf, v)
}

func (w *writer[F]) flush() {
	if w.err == nil {
		w.crc = crc32.Update(w.crc, castagnoli, w.buf)
		var n int
		n, w.err = w.w.Write(w.buf)
		w.n += int64(n)
		if w.err == nil && n < len(w.buf) {
			w.err = io.ErrShortWrite
		}
	}
	w.buf = w.buf[:0]
}

// read reads the record, and nothing behind it, into the places of its numbers.
func (s record[F]) read(r io.Reader) (int64, error) {
	if r == nil {
		return 0, s.errorf("reading %s: the reader is nil", s.title())
	}
	in := reader[F]{r: r, buf: make([]byte, chunkSize), left: s.numbers()}
	if err := s.readHeader(&in); err != nil {
		return in.n, err
	}
	for _, f := range s.Fields {
		*f.Value = in.number()
	}
	for _, a := range s.Arrays {
		for i := range a.Values {
			a.Values[i] = in.number()
		}
	}
	crc := in.crc
	sum := in.bytes(4)
	if in.err != nil {
		return in.n, s.errorf("the data end before their time, after %s: %w", plural.Of(in.n, "byte"), in.err)
	}
	if binary.LittleEndian.Uint32(sum) != crc {
		return in.n, s.errorf("the data are damaged: their checksum is wrong")
	}
	if s.Set == nil {
		return in.n, nil
	}
	if *s.Set && !s.zero() {
		return in.n, s.errorf("the data are in version %d of their format, in which all hyperparameters are 0, "+
			"and these are not", versionSet)
	}
	*s.Set = *s.Set || !s.zero()
	return in.n, nil
}

// readHeader reads the header and refuses what does not fit the value.
func (s record[F]) readHeader(in *reader[F]) error {
	h := in.bytes(headerSize)
	switch {
	case in.err != nil && in.n == 0 && errors.Is(in.err, io.EOF):
		return s.errorf("there are no data: %w", in.err)
	case in.n >= int64(len(magic)) && string(in.buf[:len(magic)]) != magic:
		return s.errorf("the data are not a stored network: they begin with other bytes")
	case in.err != nil:
		return s.errorf("the data end before their time, after %s: %w", plural.Of(in.n, "byte"), in.err)
	}
	u32 := func(at int) uint32 { return binary.LittleEndian.Uint32(h[at:]) }
	text := func(from, to int) string { return string(bytes.TrimRight(h[from:to], "\x00")) }
	switch v := u32(8); {
	case v == versionSet && s.Set != nil:
		*s.Set = true
	case v != version:
		return s.errorf("the data are in version %d of their format; this code reads version %d", v, version)
	}
	if u32(156) != crc32.Checksum(h[:156], castagnoli) {
		return s.errorf("the data are damaged: the checksum of their header is wrong")
	}
	name := text(32, 96)
	inputs, outputs, layers, params := u32(96), u32(100), u32(104), u32(108)
	if inputs != uint32(s.net.Inputs) || outputs != uint32(s.net.Outputs) ||
		layers != uint32(s.net.Layers) || params != uint32(s.net.params()) {
		return s.errorf("the data belong to a network named %.64q, with %s, %s, %s and "+
			"%s; this one has %d, %d, %d and %d", name, plural.Of(inputs, "input"), plural.Of(outputs, "output"),
			plural.Of(layers, "layer"), plural.Of(params, "parameter"),
			s.net.Inputs, s.net.Outputs, s.net.Layers, s.net.params())
	}
	precision := text(12, 16)
	switch precision {
	case "<f4":
		precision = "float32"
	case "<f8":
		precision = "float64"
	}
	differ := "with as many inputs, outputs, layers and parameters, but other activations (here " +
		s.net.Activations + "), inner widths or biases"
	if s.kind != parameters {
		differ += ", or another cost (here " + s.net.Cost + ")"
	}
	if err := s.compare(text(16, 32), precision, hex.EncodeToString(h[112:144]), name, differ); err != nil {
		return err
	}
	if n := u32(152); int64(n) != int64(s.numbers()) {
		return s.errorf("the data are %s; %s take %d", plural.Of(n, "number"), s.title(), s.numbers())
	}
	updates := binary.LittleEndian.Uint64(h[144:])
	if s.Updates != nil {
		*s.Updates = updates
	} else if updates != 0 {
		return s.errorf("the data count %d updates, which %s do not", updates, s.title())
	}
	return nil
}

// reader reads numbers from chunks, never more bytes than those of the record.
type reader[F Float] struct {
	r    io.Reader
	buf  []byte
	data []byte // what is left of a chunk
	left int    // numbers not in a chunk yet
	crc  uint32
	n    int64
	err  error
}

// bytes reads the next bytes, at most a chunk.
func (r *reader[F]) bytes(size int) []byte {
	b := r.buf[:size]
	if r.err != nil {
		return b
	}
	var n int
	n, r.err = io.ReadFull(r.r, b)
	if r.n += int64(n); r.err == io.EOF && r.n > 0 {
		r.err = io.ErrUnexpectedEOF
	}
	r.crc = crc32.Update(r.crc, castagnoli, b)
	return b
}

func (r *reader[F]) number() F {
	if len(r.data) == 0 {
		n := min(r.left, chunkSize/sizeOf[F]())
		r.left -= n
		r.data = r.bytes(n * sizeOf[F]())
	}
	v := number[F](r.data)
	r.data = r.data[sizeOf[F]():]
	return v
}

// decode reads the record that data are.
func (s record[F]) decode(data []byte) error {
	n, err := s.read(bytes.NewReader(data))
	if err == nil && n < int64(len(data)) {
		return s.errorf("the data are followed by %s more", plural.Of(int64(len(data))-n, "byte"))
	}
	return err
}

// sink is a slice that is written to.
type sink struct{ b []byte }

func (s *sink) Write(p []byte) (int, error) {
	s.b = append(s.b, p...)
	return len(p), nil
}

// append appends the record to b.
func (s record[F]) append(b []byte) ([]byte, error) {
	size := headerSize + s.numbers()*sizeOf[F]() + 4
	if free := cap(b) - len(b); free < size {
		b = append(make([]byte, 0, len(b)+size), b...)
	}
	out := sink{b}
	_, err := s.write(&out)
	return out.b, err
}
