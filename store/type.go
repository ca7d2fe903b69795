package store

import (
	"fmt"
	"io"
)

// Type is how values of an emitted type T are stored, whose numbers are of type F. Its methods do what those of T are
// to do.
type Type[T any, F Float] struct {
	Network *Network
	Name    string // of T, for messages
	Kind    string // "parameters", or the optimizer, such as "adam"
	Parts   func(v *T) Parts[F]
}

// record is what is stored of v. The error is that of a method called with nil.
func (t *Type[T, F]) record(v *T, method string) (record[F], error) {
	if v == nil {
		return record[F]{}, fmt.Errorf("%s: %s was called with a nil *%s; give it a pointer to a value",
			t.Network.Name, method, t.Name)
	}
	return record[F]{t.Parts(v), t.Network, t.Kind}, nil
}

// Write is WriteTo: it writes v as one binary record and returns how many bytes it wrote.
func (t *Type[T, F]) Write(v *T, w io.Writer) (int64, error) {
	s, err := t.record(v, "WriteTo")
	if err != nil {
		return 0, err
	}
	return s.write(w)
}

// Read is ReadFrom: it reads one binary record into v, and no byte behind it, so that several may follow one another.
// Data of another kind, precision or network, damaged or cut short, are an error, and v is then as it was; where r is
// at its end the error is io.EOF to errors.Is.
func (t *Type[T, F]) Read(v *T, r io.Reader) (n int64, err error) {
	err = t.replace(v, "ReadFrom", func(s record[F]) (err error) {
		n, err = s.read(r)
		return err
	})
	return n, err
}

// Append is AppendBinary: it appends v to b as one binary record.
func (t *Type[T, F]) Append(v *T, b []byte) ([]byte, error) {
	s, err := t.record(v, "AppendBinary")
	if err != nil {
		return b, err
	}
	return s.append(b)
}

// Decode is UnmarshalBinary: it reads the binary record that data are, like Read; there may be no bytes behind it.
func (t *Type[T, F]) Decode(v *T, data []byte) error {
	return t.replace(v, "UnmarshalBinary", func(s record[F]) error { return s.decode(data) })
}

// JSON is MarshalJSON: v for people, every number by its field, finite ones exactly, others as "NaN", "+Inf" and
// "-Inf".
func (t *Type[T, F]) JSON(v *T) ([]byte, error) {
	s, err := t.record(v, "MarshalJSON")
	if err != nil {
		return nil, err
	}
	return s.toJSON()
}

// FromJSON is UnmarshalJSON: it reads what JSON writes. Fields may be in any order, and all must be there; an error
// says which one is wrong, and v is then as it was. Unlike others it takes null for an error.
func (t *Type[T, F]) FromJSON(v *T, data []byte) error {
	return t.replace(v, "UnmarshalJSON", func(s record[F]) error { return s.fromJSON(data) })
}

// replace reads into another value, which takes the place of v when all of it is there.
func (t *Type[T, F]) replace(v *T, method string, read func(record[F]) error) error {
	if _, err := t.record(v, method); err != nil {
		return err
	}
	into := new(T)
	s, err := t.record(into, method)
	if err == nil {
		err = read(s)
	}
	if err == nil {
		*v = *into
	}
	return err
}
