package store

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/backpropgen/backpropgen/internal/plural"
)

// differences says which matrices of JSON are of other sizes than this network's; it is empty if none is, as far as
// JSON can be read.
func (s record[F]) differences(data []byte) string {
	d := decoder[F]{json.NewDecoder(bytes.NewReader(data))}
	d.UseNumber()
	have := d.sizes(true)
	text, more := "", 0
	add := func(format string, args ...any) {
		switch {
		case len(text) > 60:
			more++
		case text != "":
			text += ", "
			fallthrough
		default:
			text += fmt.Sprintf(format, args...)
		}
	}
	for _, shape := range s.net.Shapes {
		found := false
		for i, size := range have {
			if size.Name == shape.Name {
				if found = true; size != shape {
					add("%s is %s, not %s", shape.Name, size.text(), shape.text())
				}
				have = append(have[:i:i], have[i+1:]...)
				break
			}
		}
		if !found {
			add("%s is missing", shape.Name)
		}
	}
	for _, size := range have {
		add("%.20q, of %s, is not of this one", size.Name, size.text())
	}
	if more > 0 {
		text += fmt.Sprintf(", and %d more", more)
	}
	return text
}

// text is the size in words.
func (s Shape) text() string {
	if s.Cols == 0 {
		return plural.Of(s.Rows, "number")
	}
	return fmt.Sprintf("%d by %d", s.Rows, s.Cols)
}

// sizes lists the arrays of an object, or of the first object in it, whose arrays are those of a network. It ends at
// the first mistake.
func (d decoder[F]) sizes(outer bool) []Shape {
	if outer {
		if token, err := d.Token(); err != nil || token != json.Delim('{') {
			return nil
		}
	}
	var list []Shape
	for d.More() && len(list) < 1024 {
		token, err := d.Token()
		name, ok := token.(string)
		if err != nil || !ok {
			return list
		}
		if token, err = d.Token(); err != nil {
			return list
		}
		switch token {
		case json.Delim('['):
			size, ok := d.size(name)
			if !ok {
				return list
			}
			list = append(list, size)
		case json.Delim('{'):
			return d.sizes(false)
		}
	}
	return list
}

// size measures an array whose bracket has been read.
func (d decoder[F]) size(name string) (Shape, bool) {
	size := Shape{Name: name}
	for depth := 1; depth > 0; {
		token, err := d.Token()
		if err != nil {
			return size, false
		}
		if token == json.Delim(']') || token == json.Delim('}') {
			depth--
			continue
		}
		switch {
		case depth == 1:
			size.Rows++
		case depth == 2 && size.Rows == 1:
			size.Cols++
		}
		if token == json.Delim('[') || token == json.Delim('{') {
			depth++
		}
	}
	return size, true
}
