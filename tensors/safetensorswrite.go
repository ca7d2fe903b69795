package tensors

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/backpropgen/backpropgen/internal/plural"
)

// WriteSafetensors writes f. The same tensors give the same bytes: types of larger numbers come first, so that every
// number is aligned to its size, and those of the same size keep their order.
func WriteSafetensors(w io.Writer, f *File) error {
	if err := f.check(); err != nil {
		return err
	}
	tensors := slices.Clone(f.Tensors)
	slices.SortStableFunc(tensors, func(a, b Tensor) int { return b.DType.Size() - a.DType.Size() })

	header := []byte{'{'}
	field := func(name string) {
		if len(header) > 1 {
			header = append(header, ',')
		}
		header = append(jsonText(header, name), ':')
	}
	if len(f.Metadata) > 0 {
		field(metadataField)
		for i, key := range slices.Sorted(maps.Keys(f.Metadata)) {
			if !utf8.ValidString(key) || !utf8.ValidString(f.Metadata[key]) {
				return fmt.Errorf("metadata %s: not UTF-8", quote(key))
			}
			header = append(header, "{,"[min(i, 1)])
			header = append(jsonText(header, key), ':')
			header = jsonText(header, f.Metadata[key])
		}
		header = append(header, '}')
	}
	at := 0
	for _, t := range tensors {
		if t.Name == metadataField {
			return fmt.Errorf("no tensor can be named %s in safetensors", metadataField)
		}
		field(t.Name)
		header = append(append(append(header, `{"dtype":"`...), t.DType.String()...), `","shape":[`...)
		for i, d := range t.Shape {
			if i > 0 {
				header = append(header, ',')
			}
			header = strconv.AppendInt(header, int64(d), 10)
		}
		header = strconv.AppendInt(append(header, `],"data_offsets":[`...), int64(at), 10)
		at += len(t.Data)
		header = append(strconv.AppendInt(append(header, ','), int64(at), 10), `]}`...)
	}
	header = append(header, '}')
	for len(header)%8 != 0 {
		header = append(header, ' ')
	}
	if len(header) > maxHeader {
		return fmt.Errorf("the header would have %s; there may be %d", plural.Of(len(header), "byte"), maxHeader)
	}

	out := bufio.NewWriter(w)
	out.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(header))))
	out.Write(header)
	for _, t := range tensors {
		out.Write(t.Data)
	}
	return out.Flush() // the first error of all
}

// jsonText appends a string as JSON.
func jsonText(b []byte, text string) []byte {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(text); err != nil {
		panic(err) // strings have no errors
	}
	return append(b, bytes.TrimSuffix(out.Bytes(), []byte("\n"))...)
}
