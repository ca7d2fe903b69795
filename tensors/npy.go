package tensors

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/backpropgen/backpropgen/internal/plural"
)

// An npy file is a magic text, a version, the length of the header, the header, which is a dictionary of Python, and
// the numbers:
//
//	{'descr': '<f4', 'fortran_order': False, 'shape': (8, 4), }
//
// The length takes 2 bytes in version 1 and 4 bytes in versions 2 and 3, little endian. The header of version 3 is
// UTF-8, others are Latin-1; no header of plain numbers has a letter where that matters. It is padded with spaces, so
// that the numbers begin at a multiple of 64.
const (
	npyMagic     = "\x93NUMPY"
	npyAlignment = 64
	maxNPYHeader = 1 << 16 // far more than 64 axes take
)

// readNPY reads an npy file out of a zip of size bytes.
func readNPY(r io.Reader, name string, size int64) (Tensor, error) {
	t := Tensor{Name: name}
	start := make([]byte, len(npyMagic)+2)
	if err := readFull(r, start); err != nil {
		return t, fmt.Errorf("npy: %w", err)
	}
	if !bytes.HasPrefix(start, []byte(npyMagic)) {
		return t, fmt.Errorf("npy: it begins with %q, not with %q", start[:len(npyMagic)], npyMagic)
	}
	major, minor := start[len(npyMagic)], start[len(npyMagic)+1]
	if major < 1 || major > 3 || minor != 0 {
		return t, fmt.Errorf("npy: version %d.%d; known are 1.0, 2.0 and 3.0", major, minor)
	}
	length := make([]byte, 4)
	if major == 1 {
		length = length[:2]
	}
	if err := readFull(r, length); err != nil {
		return t, fmt.Errorf("npy: %w", err)
	}
	n := binary.LittleEndian.Uint32(append(length, 0, 0)[:4])
	if n > maxNPYHeader {
		return t, fmt.Errorf("npy: the header has %s; there may be %d", plural.Of(n, "byte"), maxNPYHeader)
	}
	text := make([]byte, n)
	if err := readFull(r, text); err != nil {
		return t, fmt.Errorf("npy: its header has %s: %w", plural.Of(n, "byte"), err)
	}
	h, err := parseNPY(string(text))
	if err != nil {
		return t, fmt.Errorf("npy: header: %w", err)
	}
	t.DType, t.Shape = h.dtype, h.shape
	count, err := elements(h.shape)
	if err != nil {
		return t, err
	}
	if t.Data, err = readNumbers(r, count*h.dtype.Size(), size); err != nil {
		return t, fmt.Errorf("shape %v of %v: %w", h.shape, h.dtype, err)
	}
	// The end of the file is read too: the sum is checked there.
	var beyond [1]byte
	switch n, err := io.ReadFull(r, beyond[:]); {
	case n > 0:
		return t, fmt.Errorf("something follows the numbers of shape %v of %v", h.shape, h.dtype)
	case !errors.Is(err, io.EOF):
		return t, err
	}
	if h.bigEndian {
		for i, size := 0, t.DType.Size(); i < len(t.Data); i += size {
			slices.Reverse(t.Data[i : i+size])
		}
	}
	if h.fortran {
		t.Data = transposed(t.Data, t.Shape, t.DType.Size())
	}
	return t, nil
}

// readFull reads all of b; what is missing is always an error.
func readFull(r io.Reader, b []byte) error {
	_, err := io.ReadFull(r, b)
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// readNumbers reads n bytes. Memory for more than the zip has is taken only as bytes arrive.
func readNumbers(r io.Reader, n int, size int64) ([]byte, error) {
	if int64(n) <= size {
		data := make([]byte, n)
		return data, readFull(r, data)
	}
	var data bytes.Buffer
	if _, err := io.CopyN(&data, r, int64(n)); errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s are wanted, and there are %d: %w", plural.Of(n, "byte"), data.Len(),
			io.ErrUnexpectedEOF)
	} else if err != nil {
		return nil, err
	}
	return data.Bytes(), nil
}

// transposed puts numbers of a few bytes each from Fortran's order, the first axis fastest, into C's, the last fastest.
func transposed(data []byte, shape []int, size int) []byte {
	out := make([]byte, 0, len(data))
	strides := make([]int, len(shape))
	stride := size
	for i, d := range shape {
		strides[i] = stride
		stride *= d
	}
	index := make([]int, len(shape))
	for at := 0; len(out) < len(data); {
		out = append(out, data[at:at+size]...)
		for axis := len(shape) - 1; axis >= 0; axis-- {
			at += strides[axis]
			if index[axis]++; index[axis] < shape[axis] {
				break
			}
			at -= strides[axis] * shape[axis]
			index[axis] = 0
		}
	}
	return out
}

// npyHeader is what stands before the numbers of t, in version 1.
func npyHeader(t Tensor) ([]byte, error) {
	kind := dtypes[t.DType].numpy
	if kind == "" {
		return nil, fmt.Errorf("NumPy has no %v; safetensors has", t.DType)
	}
	order := "<"
	if t.DType.Size() == 1 {
		order = "|"
	}
	text := fmt.Sprintf("{'descr': '%s%s', 'fortran_order': False, 'shape': (", order, kind)
	for i, d := range t.Shape {
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprint(d)
	}
	if len(t.Shape) == 1 {
		text += ","
	}
	text += "), }"
	b := append([]byte(npyMagic), 1, 0, 0, 0)
	b = append(b, text...)
	for len(b)%npyAlignment != npyAlignment-1 {
		b = append(b, ' ')
	}
	b = append(b, '\n')
	before := len(npyMagic) + 4
	binary.LittleEndian.PutUint16(b[before-2:], uint16(len(b)-before))
	return b, nil
}
