package store

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// A record holds one value, in little-endian byte order whatever the machine:
//
//	  0   8  "\x89bpg\r\n\x1a\n", which shows data that were taken for text on their way
//	  8   4  version of the format: 1, or 2 where all hyperparameters are 0 and mean it
//	 12   4  type of the numbers, as NumPy writes it: "<f4" or "<f8"
//	 16  16  kind: "parameters", or the optimizer whose state it is, such as "adam"
//	 32  64  name of the network, for messages alone
//	 96  16  inputs, outputs, layers, parameters, 4 bytes each
//	112  32  SHA-256 of what the numbers belong to
//	144   8  updates made so far; 0 for parameters
//	152   4  how many numbers follow
//	156   4  CRC-32C of the bytes so far
//	160      the numbers: hyperparameters in the order of their fields, then for the parameters or for each state in turn
//	         layer by layer the weights, row by row, and the biases
//	      4  CRC-32C of all bytes before it
//
// Text ends with zero bytes.
const (
	xnetMagic      = "\x89bpg\r\n\x1a\n"
	xnetVersion    = 1
	xnetVersionSet = 2 // as version 1, which an optimizer of the zero value may have too, whose first update is to set the defaults
	xnetHeaderSize = 160
	// xnetChunk is how many bytes are read or written at once, so that no second copy of everything is made.
	xnetChunk = 16 << 10
)

var xnetCRC = crc32.MakeTable(crc32.Castagnoli)

// header is the header of a record, in a slice with room for a chunk.
func (s xnetStored) header() []byte {
	b := s.contents("Xnet")
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, xnetCRC))
}

// contents is the header of a record for a network of that name, without its checksum.
func (s xnetStored) contents(network string) []byte {
	b := make([]byte, 0, xnetChunk)
	b = append(b, xnetMagic...)
	version := uint32(xnetVersion)
	if s.set != nil && *s.set && s.zero() {
		version = xnetVersionSet
	}
	b = binary.LittleEndian.AppendUint32(b, version)
	b = xnetText(b, xnetNumberType, 4)
	b = xnetText(b, s.kind, 16)
	b = xnetText(b, network, 64)
	for _, n := range []int{XnetInputs, XnetOutputs, xnetLayers, XnetParams} {
		b = binary.LittleEndian.AppendUint32(b, uint32(n))
	}
	digest, _ := hex.DecodeString(s.digest) // a constant
	b = append(b, digest...)
	updates := uint64(0)
	if s.updates != nil {
		updates = *s.updates
	}
	b = binary.LittleEndian.AppendUint64(b, updates)
	return binary.LittleEndian.AppendUint32(b, uint32(s.numbers()))
}

// xnetText appends text and zero bytes behind it; what is too long is cut.
func xnetText(b []byte, text string, size int) []byte {
	if len(text) > size {
		text = text[:size]
	}
	return append(append(b, text...), make([]byte, size-len(text))...)
}

// write writes the record.
func (s xnetStored) write(w io.Writer) (int64, error) {
	if err := s.check(); err != nil {
		return 0, err
	}
	if w == nil {
		return 0, fmt.Errorf("Xnet: writing %s: the writer is nil", s.title())
	}
	out := xnetWriter{w: w, buf: s.header()}
	out.numbers(s)
	out.buf = binary.LittleEndian.AppendUint32(out.buf, out.crc)
	out.flush()
	if out.err != nil {
		return out.n, fmt.Errorf("Xnet: writing %s: %w", s.title(), out.err)
	}
	return out.n, nil
}

// checksum is what the value has as JSON: the CRC-32C of its record without the two checksums in it (behind its own checksum, no header
// would change the second one), for a network of that name and with the same bits for every NaN, of which JSON has but one.
func (s xnetStored) checksum(network string) string {
	out := xnetWriter{w: io.Discard, buf: s.contents(network), oneNaN: true}
	out.numbers(s)
	return fmt.Sprintf("crc32c:%08x", out.crc)
}

// xnetWriter gathers bytes until it is worth while to write them.
type xnetWriter struct {
	w      io.Writer
	buf    []byte
	crc    uint32
	n      int64
	err    error
	oneNaN bool // every NaN is written alike
}

// numbers writes all numbers of a record.
func (w *xnetWriter) numbers(s xnetStored) {
	for _, f := range s.fields {
		w.number(*f.value)
	}
	for _, a := range s.arrays {
		for _, v := range a.values.Flat() {
			w.number(v)
		}
	}
	w.flush()
}

func (w *xnetWriter) number(v xnetFloat) {
	if len(w.buf) > xnetChunk-xnetNumberSize {
		w.flush()
	}
	if w.oneNaN && v != v {
		w.buf = xnetAppendNaN(w.buf)
		return
	}
	w.buf = xnetAppend(w.buf, v)
}

func (w *xnetWriter) flush() {
	if w.err == nil {
		w.crc = crc32.Update(w.crc, xnetCRC, w.buf)
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
func (s xnetStored) read(r io.Reader) (int64, error) {
	if r == nil {
		return 0, fmt.Errorf("Xnet: reading %s: the reader is nil", s.title())
	}
	in := xnetReader{r: r, buf: make([]byte, xnetChunk), left: s.numbers()}
	if err := s.readHeader(&in); err != nil {
		return in.n, err
	}
	for _, f := range s.fields {
		*f.value = in.number()
	}
	for _, a := range s.arrays {
		values := a.values.Flat()
		for i := range values {
			values[i] = in.number()
		}
	}
	crc := in.crc
	sum := in.bytes(4)
	if in.err != nil {
		return in.n, fmt.Errorf("Xnet: the data end before their time, after %d bytes: %w", in.n, in.err)
	}
	if binary.LittleEndian.Uint32(sum) != crc {
		return in.n, errors.New("Xnet: the data are damaged: their checksum is wrong")
	}
	if s.set == nil {
		return in.n, nil
	}
	if *s.set && !s.zero() {
		return in.n, fmt.Errorf("Xnet: the data are in version %d of their format, in which all hyperparameters are 0, and these are not", xnetVersionSet)
	}
	*s.set = *s.set || !s.zero()
	return in.n, nil
}

// readHeader reads the header and refuses what does not fit the value.
func (s xnetStored) readHeader(in *xnetReader) error {
	h := in.bytes(xnetHeaderSize)
	switch {
	case in.err != nil && in.n == 0 && errors.Is(in.err, io.EOF):
		return fmt.Errorf("Xnet: there are no data: %w", in.err)
	case in.n >= int64(len(xnetMagic)) && string(in.buf[:len(xnetMagic)]) != xnetMagic:
		return errors.New("Xnet: the data are no stored network: they begin otherwise")
	case in.err != nil:
		return fmt.Errorf("Xnet: the data end before their time, after %d bytes: %w", in.n, in.err)
	}
	u32 := func(at int) uint32 { return binary.LittleEndian.Uint32(h[at:]) }
	text := func(from, to int) string { return string(bytes.TrimRight(h[from:to], "\x00")) }
	switch v := u32(8); {
	case v == xnetVersionSet && s.set != nil:
		*s.set = true
	case v != xnetVersion:
		return fmt.Errorf("Xnet: the data are in version %d of their format; this code reads version %d", v, xnetVersion)
	}
	if u32(156) != crc32.Checksum(h[:156], xnetCRC) {
		return errors.New("Xnet: the data are damaged: the checksum of their header is wrong")
	}
	name := text(32, 96)
	if u32(96) != XnetInputs || u32(100) != XnetOutputs || u32(104) != xnetLayers || u32(108) != XnetParams {
		return fmt.Errorf("Xnet: the data belong to a network named %.64q, with %d inputs, %d outputs, %d layers and %d parameters; this one has %d, %d, %d and %d",
			name, u32(96), u32(100), u32(104), u32(108), XnetInputs, XnetOutputs, xnetLayers, XnetParams)
	}
	precision := text(12, 16)
	switch precision {
	case "<f4":
		precision = "float32"
	case "<f8":
		precision = "float64"
	}
	differ := "with as many inputs, outputs, layers and parameters, but other activations (here " + xnetActivations + "), inner widths or biases"
	if s.kind != "parameters" {
		differ += ", or another cost (here " + xnetCost + ")"
	}
	if err := s.compare(text(16, 32), precision, hex.EncodeToString(h[112:144]), name, differ); err != nil {
		return err
	}
	if n := u32(152); int64(n) != int64(s.numbers()) {
		return fmt.Errorf("Xnet: the data are %d numbers; %s take %d", n, s.title(), s.numbers())
	}
	updates := binary.LittleEndian.Uint64(h[144:])
	if s.updates != nil {
		*s.updates = updates
	} else if updates != 0 {
		return fmt.Errorf("Xnet: the data count %d updates, which %s do not", updates, s.title())
	}
	return nil
}

// xnetReader reads numbers from chunks, never more bytes than those of the record.
type xnetReader struct {
	r    io.Reader
	buf  []byte
	data []byte // what is left of a chunk
	left int    // numbers not in a chunk yet
	crc  uint32
	n    int64
	err  error
}

// bytes reads the next bytes, at most a chunk.
func (r *xnetReader) bytes(size int) []byte {
	b := r.buf[:size]
	if r.err != nil {
		return b
	}
	var n int
	n, r.err = io.ReadFull(r.r, b)
	if r.n += int64(n); r.err == io.EOF && r.n > 0 {
		r.err = io.ErrUnexpectedEOF
	}
	r.crc = crc32.Update(r.crc, xnetCRC, b)
	return b
}

func (r *xnetReader) number() xnetFloat {
	if len(r.data) == 0 {
		n := r.left
		if n > xnetChunk/xnetNumberSize {
			n = xnetChunk / xnetNumberSize
		}
		r.left -= n
		r.data = r.bytes(n * xnetNumberSize)
	}
	v := xnetNumber(r.data)
	r.data = r.data[xnetNumberSize:]
	return v
}

// decode reads the record that data are.
func (s xnetStored) decode(data []byte) error {
	n, err := s.read(bytes.NewReader(data))
	if err == nil && n < int64(len(data)) {
		return fmt.Errorf("Xnet: %d bytes follow the data", int64(len(data))-n)
	}
	return err
}

// xnetSink is a slice that is written to.
type xnetSink struct{ b []byte }

func (s *xnetSink) Write(p []byte) (int, error) {
	s.b = append(s.b, p...)
	return len(p), nil
}

// append appends the record to b.
func (s xnetStored) append(b []byte) ([]byte, error) {
	size := xnetHeaderSize + s.numbers()*xnetNumberSize + 4
	if free := cap(b) - len(b); free < size {
		b = append(make([]byte, 0, len(b)+size), b...)
	}
	sink := xnetSink{b}
	_, err := s.write(&sink)
	return sink.b, err
}
