package tensors

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/backpropgen/backpropgen/internal/plural"
)

// A safetensors file is the length of its header in 8 bytes, little endian, the header, which is JSON, and the data:
//
//	{"__metadata__": {"key": "text"}, "W1": {"dtype": "F32", "shape": [8, 4], "data_offsets": [0, 128]}, …}
//
// The offsets count from the end of the header. The tensors must cover the data without gap or overlap.
const (
	lengthSize    = 8
	maxHeader     = 100_000_000 // the format's own limit
	metadataField = "__metadata__"
)

// ReadSafetensors reads a safetensors file of the given size. All of its tensors must be of a type that [DType] lists.
func ReadSafetensors(r io.ReaderAt, size int64) (*File, error) {
	if size < lengthSize {
		return nil, fmt.Errorf("not a safetensors file: %s, and the length of the header alone takes %d",
			plural.Of(size, "byte"), lengthSize)
	}
	var length [lengthSize]byte
	if err := readAt(r, length[:], 0); err != nil {
		return nil, err
	}
	n := binary.LittleEndian.Uint64(length[:])
	switch {
	case bytes.HasPrefix(length[:], []byte("PK\x03\x04")):
		return nil, errors.New("not safetensors but a zip, as npz and PyTorch's own files are")
	case n > uint64(size-lengthSize):
		return nil, fmt.Errorf("not a safetensors file, or cut short: the header should have %s, and %d are left",
			plural.Of(n, "byte"), size-lengthSize)
	case n > maxHeader:
		return nil, fmt.Errorf("the header has %s; there may be %d", plural.Of(n, "byte"), maxHeader)
	}
	header := make([]byte, n)
	if err := readAt(r, header, lengthSize); err != nil {
		return nil, err
	}
	h := headerReader{Decoder: json.NewDecoder(bytes.NewReader(header))}
	h.UseNumber()
	if err := h.read(header); err != nil {
		return nil, fmt.Errorf("header, before byte %d of the file: %w", lengthSize+h.InputOffset(), err)
	}
	left := size - lengthSize - int64(n)
	if err := h.place(left); err != nil {
		return nil, err
	}
	data := make([]byte, left)
	if err := readAt(r, data, lengthSize+int64(n)); err != nil {
		return nil, err
	}
	f := &File{Metadata: h.metadata, Tensors: make([]Tensor, len(h.tensors))}
	for i, t := range h.tensors {
		t.Data = data[t.begin:t.end:t.end]
		f.Tensors[i] = t.Tensor
	}
	return f, nil
}

// readAt reads all of b, or says what is missing.
func readAt(r io.ReaderAt, b []byte, at int64) error {
	if len(b) == 0 {
		return nil
	}
	n, err := r.ReadAt(b, at)
	if n == len(b) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("reading %s at byte %d: %w", plural.Of(len(b), "byte"), at, err)
}

// placed is a tensor and where its data are.
type placed struct {
	Tensor
	begin, end uint64
}

// headerReader reads the header token by token, so that fields given twice are found.
type headerReader struct {
	*json.Decoder
	tensors  []placed
	metadata map[string]string
}

// read reads all of the header.
func (h *headerReader) read(header []byte) error {
	if !utf8.Valid(header) {
		return errors.New("not UTF-8")
	}
	seen := map[string]bool{}
	err := h.object("the header", func(name string) error {
		if seen[name] {
			return fmt.Errorf("%s is there twice", quote(name))
		}
		seen[name] = true
		if name == metadataField {
			return h.readMetadata()
		}
		t, err := h.tensor(name)
		if err != nil {
			return fmt.Errorf("tensor %s: %w", quote(name), err)
		}
		h.tensors = append(h.tensors, t)
		return nil
	})
	if err != nil {
		return err
	}
	if rest := bytes.TrimLeft(header[h.InputOffset():], " \t\r\n"); len(rest) > 0 {
		return errors.New("something follows the JSON")
	}
	return nil
}

// next is the next token; what is missing is an error.
func (h *headerReader) next() (json.Token, error) {
	token, err := h.Token()
	if errors.Is(err, io.EOF) {
		return nil, io.ErrUnexpectedEOF
	}
	return token, err
}

// object reads an object, and calls field with every name, to read the value.
func (h *headerReader) object(what string, field func(name string) error) error {
	token, err := h.next()
	if err != nil {
		return err
	}
	if token != json.Delim('{') {
		return fmt.Errorf("%s must be a JSON object", what)
	}
	for h.More() {
		token, err := h.next()
		if err != nil {
			return err
		}
		name, _ := token.(string) // JSON has no other names
		if err := field(name); err != nil {
			return err
		}
	}
	_, err = h.next() // the brace
	return err
}

func (h *headerReader) readMetadata() error {
	h.metadata = map[string]string{}
	return h.object(metadataField, func(name string) error {
		token, err := h.next()
		if err != nil {
			return err
		}
		text, ok := token.(string)
		if !ok {
			return fmt.Errorf("%s.%s must be text", metadataField, quote(name))
		}
		if _, ok := h.metadata[name]; ok {
			return fmt.Errorf("%s.%s is there twice", metadataField, quote(name))
		}
		h.metadata[name] = text
		return nil
	})
}

// tensor reads what is said of a tensor: its three fields.
func (h *headerReader) tensor(name string) (placed, error) {
	t := placed{Tensor: Tensor{Name: name}}
	seen := map[string]bool{}
	err := h.object("what is said of it", func(field string) error {
		if seen[field] {
			return fmt.Errorf("%s is there twice", quote(field))
		}
		seen[field] = true
		switch field {
		case "dtype":
			token, err := h.next()
			if err != nil {
				return err
			}
			name, _ := token.(string)
			known := false
			if t.DType, known = byName(name); !known {
				return fmt.Errorf("dtype %.20q is not known here; known are %s", fmt.Sprint(token), typeNames())
			}
		case "shape":
			list, err := h.numbers("shape", maxAxes)
			if err != nil {
				return err
			}
			t.Shape = make([]int, len(list))
			for i, n := range list {
				if t.Shape[i] = int(n); t.Shape[i] < 0 || uint64(t.Shape[i]) != n {
					return fmt.Errorf("shape[%d] is %d, too large", i, n)
				}
			}
		case "data_offsets":
			list, err := h.numbers("data_offsets", 2)
			if err != nil {
				return err
			}
			if len(list) != 2 {
				return fmt.Errorf("data_offsets must be two numbers, begin and end, not %d", len(list))
			}
			t.begin, t.end = list[0], list[1]
		default:
			return fmt.Errorf("unknown field %s", quote(field))
		}
		return nil
	})
	if err != nil {
		return t, err
	}
	for _, field := range []string{"dtype", "shape", "data_offsets"} {
		if !seen[field] {
			return t, fmt.Errorf("%s is missing", field)
		}
	}
	return t, nil
}

// typeNames lists the types for messages.
func typeNames() string {
	text := ""
	for d := F64; d.valid(); d++ {
		text += " " + d.String()
	}
	return text[1:]
}

// numbers reads an array of at most so many whole numbers.
func (h *headerReader) numbers(what string, most int) ([]uint64, error) {
	token, err := h.next()
	if err != nil {
		return nil, err
	}
	if token != json.Delim('[') {
		return nil, fmt.Errorf("%s must be an array of whole numbers", what)
	}
	var list []uint64
	for h.More() {
		token, err := h.next()
		if err != nil {
			return nil, err
		}
		number, _ := token.(json.Number)
		n, err := strconv.ParseUint(number.String(), 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%s[%d] is %.20q, not a whole number below 2^64", what, len(list), fmt.Sprint(token))
		}
		if len(list) == most {
			return nil, fmt.Errorf("%s has more than %s", what, plural.Of(most, "number"))
		}
		list = append(list, n)
	}
	_, err = h.next() // the bracket
	return list, err
}

// place puts the tensors in the order of their data, and checks that these have the right sizes and are size bytes
// without gap or overlap.
func (h *headerReader) place(size int64) error {
	slices.SortStableFunc(h.tensors, func(a, b placed) int {
		switch {
		case a.begin != b.begin && a.begin < b.begin, a.begin == b.begin && a.end < b.end:
			return -1
		case a.begin == b.begin && a.end == b.end:
			return 0
		}
		return 1
	})
	at, before := uint64(0), ""
	for _, t := range h.tensors {
		fail := func(format string, args ...any) error {
			return fmt.Errorf("tensor %s: data_offsets [%d, %d] %s",
				quote(t.Name), t.begin, t.end, fmt.Sprintf(format, args...))
		}
		n, err := elements(t.Shape)
		if err != nil {
			return fmt.Errorf("tensor %s: %w", quote(t.Name), err)
		}
		switch bytes := uint64(n) * uint64(t.DType.Size()); {
		case t.end < t.begin:
			return fail("end before they begin")
		case t.end > uint64(size):
			return fail("end after the data, which have %s; the file is damaged or cut short", plural.Of(size, "byte"))
		case t.end-t.begin != bytes:
			return fail("are %s; shape %v of %v takes %d", plural.Of(t.end-t.begin, "byte"), t.Shape, t.DType, bytes)
		case t.begin < at:
			return fail("begin within the data of %s, which end at %d", quote(before), at)
		case t.begin > at:
			return fail("leave a gap: bytes %d to %d belong to no tensor", at, t.begin)
		}
		at, before = t.end, t.Name
	}
	if at != uint64(size) {
		return fmt.Errorf("the last %s of %s of data belong to no tensor", plural.Of(uint64(size)-at, "byte"),
			plural.Of(size, "byte"))
	}
	return nil
}
