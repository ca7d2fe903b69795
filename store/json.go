package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/backpropgen/backpropgen/internal/plural"
)

// toJSON is the value as an object that people can read, a line for every row of a matrix:
//
//	{
//	  "network": "Xnet",
//	  "kind": "parameters",
//	  "precision": "float32",
//	  "digest": "sha256:…",
//	  "checksum": "crc32c:…",
//	  "W1": [
//	    [0.5, -0.25],
//	    [1, 2]
//	  ],
//	  "B1": [0, 0]
//	}
//
// The state of an optimizer has its hyperparameters, T and its arrays, each such an object; and, where all
// hyperparameters are 0 before the first update and mean it, "set": true. Every finite number is written with as many
// digits as tell it from its neighbours; "NaN", "+Inf" and "-Inf", of which JSON has no notation, are text. The
// checksum is of all values, not of the text: see checksum.
func (s record[F]) toJSON() ([]byte, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	b := append([]byte(nil), "{\n"...)
	for _, text := range [][2]string{
		{"network", s.net.Name}, {"kind", s.kind}, {"precision", precisionOf[F]()},
		{"digest", "sha256:" + s.net.digest(s.kind)},
	} {
		b = append(b, "  \""+text[0]+"\": \""+text[1]+"\",\n"...)
	}
	b = append(b, "  \"checksum\": \""+s.checksum(s.net.Name)+"\""...)
	for _, f := range s.Fields {
		b = append(b, ",\n  \""+f.Name+"\": "...)
		b = numberJSON(b, *f.Value)
	}
	if s.Set != nil && *s.Set && s.zero() {
		b = append(b, ",\n  \"set\": true"...)
	}
	if s.Updates != nil {
		b = append(b, ",\n  \"T\": "...)
		b = strconv.AppendUint(b, *s.Updates, 10)
	}
	for _, a := range s.Arrays {
		if a.Name == "" {
			b = arraysJSON(append(b, ",\n"...), s.net.Shapes, a.Values, "  ")
			continue
		}
		b = append(b, ",\n  \""+a.Name+"\": {\n"...)
		b = append(arraysJSON(b, s.net.Shapes, a.Values, "    "), "\n  }"...)
	}
	return append(b, "\n}"...), nil
}

// arraysJSON appends the fields of an object, matrix by matrix.
func arraysJSON[F Float](b []byte, shapes []Shape, flat []F, indent string) []byte {
	for i, shape := range shapes {
		if i > 0 {
			b = append(b, ",\n"...)
		}
		b = append(b, indent+"\""+shape.Name+"\": ["...)
		part := flat[:shape.len()]
		flat = flat[shape.len():]
		if shape.Cols == 0 {
			b = append(rowJSON(b, part), ']')
			continue
		}
		for row := 0; row < shape.Rows; row++ {
			if row > 0 {
				b = append(b, ',')
			}
			b = append(b, "\n"+indent+"  ["...)
			b = append(rowJSON(b, part[row*shape.Cols:(row+1)*shape.Cols]), ']')
		}
		b = append(b, "\n"+indent+"]"...)
	}
	return b
}

func rowJSON[F Float](b []byte, row []F) []byte {
	for i, v := range row {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = numberJSON(b, v)
	}
	return b
}

func numberJSON[F Float](b []byte, v F) []byte {
	x := float64(v)
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return append(strconv.AppendFloat(append(b, '"'), x, 'g', -1, sizeOf[F]()*8), '"')
	}
	return strconv.AppendFloat(b, x, 'g', -1, sizeOf[F]()*8)
}

// fromJSON reads what toJSON writes, its fields in any order, each exactly once and no others. The checksum may be
// missing: older versions wrote none, and who edits numbers by hand removes it.
func (s record[F]) fromJSON(data []byte) error {
	d := decoder[F]{json.NewDecoder(bytes.NewReader(data))}
	d.UseNumber()
	var network, kind, precision, digest string
	var checksum *string
	members := []member{
		{"network", d.text(&network), false}, {"kind", d.text(&kind), false},
		{"precision", d.text(&precision), false}, {"digest", d.text(&digest), false},
		{"checksum", func(path string) error { checksum = new(string); return d.text(checksum)(path) }, true},
	}
	for _, f := range s.Fields {
		members = append(members, member{f.Name, d.numbers(f.Value), false})
	}
	if s.Updates != nil {
		members = append(members, member{"T", d.count(s.Updates), false})
	}
	if s.Set != nil {
		members = append(members, member{"set", d.truth(s.Set), true})
	}
	for _, a := range s.Arrays {
		if a.Name == "" {
			members = append(members, d.arrays(s.net.Shapes, a.Values)...)
			continue
		}
		inner := d.arrays(s.net.Shapes, a.Values)
		members = append(members, member{a.Name, func(path string) error { return d.object(path, inner) }, false})
	}
	// Data of another network have other fields; that they belong to it says more than which fields those are.
	failed := d.object("", members)
	if kind != "" && precision != "" && len(digest) > len("sha256:") && digest[:len("sha256:")] == "sha256:" {
		differ := "with the same widths and biases, but other activations (here " + s.net.Activations + ")"
		if s.kind != parameters {
			differ += " or another cost (here " + s.net.Cost + ")"
		}
		if failed != nil {
			differ = fmt.Sprintf("that has other fields: %v", failed)
			if sizes := s.differences(data); sizes != "" {
				differ = "of other sizes: " + sizes
			}
		}
		if err := s.compare(kind, precision, digest[len("sha256:"):], network, differ); err != nil {
			return err
		}
	} else if failed == nil {
		failed = errors.New("digest: not of the form sha256:…, or an empty kind or precision")
	}
	if failed == nil {
		if _, err := d.Token(); err != io.EOF {
			failed = errors.New("something follows the object")
		}
	}
	if failed == nil && s.Set != nil {
		*s.Set = *s.Set || !s.zero()
	}
	if failed == nil && checksum != nil {
		if sum := s.checksum(network); *checksum != sum {
			failed = fmt.Errorf("checksum: the values give %s, not %s: they are damaged; or if they were edited on "+
				"purpose, remove the checksum", sum, word(*checksum))
		}
	}
	if failed != nil {
		return s.errorf("JSON: %w", failed)
	}
	return nil
}

// decoder reads JSON token by token, so that nothing is stored but what has its place.
type decoder[F Float] struct{ *json.Decoder }

// member is a field of an object and what reads its value.
type member struct {
	name     string
	read     func(path string) error
	optional bool
}

// next is the next token. Anything but a value of its kind is an error of the caller.
func (d decoder[F]) next(path string) (json.Token, error) {
	token, err := d.Token()
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	if err != nil && path != "" {
		err = fmt.Errorf("%s: %w", path, err)
	}
	return token, err
}

// open reads the delimiter that an object or an array begins with.
func (d decoder[F]) open(path string, delim json.Delim, what string) error {
	token, err := d.next(path)
	if err != nil {
		return err
	}
	if token == delim {
		return nil
	}
	if path == "" {
		return fmt.Errorf("must be %s", what)
	}
	return fmt.Errorf("%s: must be %s", path, what)
}

// object reads an object with the given members, each once.
func (d decoder[F]) object(path string, members []member) error {
	if err := d.open(path, '{', "an object"); err != nil {
		return err
	}
	seen := make([]bool, len(members))
	for d.More() {
		token, err := d.next(path)
		if err != nil {
			return err
		}
		name, _ := token.(string)
		at := name
		if path != "" {
			at = path + "." + name
		}
		i := 0
		for i < len(members) && members[i].name != name {
			i++
		}
		if i == len(members) {
			return fmt.Errorf("%.100q: unknown field", at)
		}
		if seen[i] {
			return fmt.Errorf("%s: given twice", at)
		}
		seen[i] = true
		if err := members[i].read(at); err != nil {
			return err
		}
	}
	if _, err := d.next(path); err != nil { // the brace
		return err
	}
	for i, given := range seen {
		if given || members[i].optional {
			continue
		}
		if path != "" {
			return fmt.Errorf("%s.%s: missing", path, members[i].name)
		}
		return fmt.Errorf("%s: missing", members[i].name)
	}
	return nil
}

// text reads a string.
func (d decoder[F]) text(into *string) func(path string) error {
	return func(path string) error {
		token, err := d.next(path)
		if err != nil {
			return err
		}
		text, ok := token.(string)
		if !ok {
			return fmt.Errorf("%s: must be text", path)
		}
		*into = text
		return nil
	}
}

// truth reads true or false.
func (d decoder[F]) truth(into *bool) func(path string) error {
	return func(path string) error {
		token, err := d.next(path)
		if err != nil {
			return err
		}
		value, ok := token.(bool)
		if !ok {
			return fmt.Errorf("%s: must be true or false", path)
		}
		*into = value
		return nil
	}
}

// count reads a whole number.
func (d decoder[F]) count(into *uint64) func(path string) error {
	return func(path string) error {
		token, err := d.next(path)
		if err != nil {
			return err
		}
		number, _ := token.(json.Number)
		if *into, err = strconv.ParseUint(number.String(), 10, 64); err != nil {
			return fmt.Errorf("%s: must be a whole number below 2^64", path)
		}
		return nil
	}
}

// numbers reads one number, finite or one of the three words.
func (d decoder[F]) numbers(into *F) func(path string) error {
	return func(path string) error {
		token, err := d.next(path)
		if err != nil {
			return err
		}
		var text string
		switch t := token.(type) {
		case json.Number:
			text = t.String()
		case string:
			if t == "NaN" || t == "+Inf" || t == "-Inf" {
				text = t
			}
		}
		v, err := strconv.ParseFloat(text, sizeOf[F]()*8)
		if errors.Is(err, strconv.ErrRange) {
			return fmt.Errorf("%s: %.40s is beyond %s", path, text, precisionOf[F]())
		}
		if err != nil {
			return fmt.Errorf(`%s: must be a number, "NaN", "+Inf" or "-Inf"`, path)
		}
		*into = F(v)
		return nil
	}
}

// arrays are the members that hold a number for every parameter.
func (d decoder[F]) arrays(shapes []Shape, flat []F) []member {
	var members []member
	for _, shape := range shapes {
		rows, cols, part := shape.Rows, shape.Cols, flat[:shape.len()]
		flat = flat[shape.len():]
		members = append(members, member{shape.Name, func(path string) error {
			if cols == 0 {
				return d.row(path, part)
			}
			return d.list(path, rows, "row", func(i int, path string) error {
				return d.row(path, part[i*cols:(i+1)*cols])
			})
		}, false})
	}
	return members
}

// row reads an array of numbers.
func (d decoder[F]) row(path string, into []F) error {
	return d.list(path, len(into), "number", func(i int, path string) error { return d.numbers(&into[i])(path) })
}

// list reads an array of exactly n elements, of which what names one. Those beyond are counted, to say how many there
// are.
func (d decoder[F]) list(path string, n int, what string, read func(i int, path string) error) error {
	if err := d.open(path, '[', "an array of "+plural.Of(n, what)); err != nil {
		return err
	}
	i := 0
	for ; d.More(); i++ {
		if i < n {
			if err := read(i, fmt.Sprintf("%s[%d]", path, i)); err != nil {
				return err
			}
			continue
		}
		var beyond json.RawMessage
		if err := d.Decode(&beyond); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	if _, err := d.next(path); err != nil { // the bracket
		return err
	}
	if i != n {
		return fmt.Errorf("%s: %s, not %d", path, plural.Of(i, what), n)
	}
	return nil
}
