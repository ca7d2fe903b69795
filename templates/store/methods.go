package store

import "io"

// WriteTo writes xself as one binary record, see xnetMagic, and returns how many bytes it wrote.
func (xself *Xtype) WriteTo(w io.Writer) (int64, error) {
	if xself == nil {
		return 0, xnetNil("WriteTo", "Xtype")
	}
	return xself.stored().write(w)
}

// ReadFrom reads one binary record into xself, and no byte behind it, so that several may follow one another. Data of another
// kind, precision or network, damaged or cut short, are an error, and xself is then as it was; where r is at its end the error
// is io.EOF to errors.Is.
func (xself *Xtype) ReadFrom(r io.Reader) (int64, error) {
	if xself == nil {
		return 0, xnetNil("ReadFrom", "Xtype")
	}
	v := new(Xtype)
	n, err := v.stored().read(r)
	if err == nil {
		*xself = *v
	}
	return n, err
}

// MarshalBinary returns xself as one binary record. AppendBinary and WriteTo do so without a copy of xself.
// The receiver is a value, so that package gob finds the method also where a value is not behind a pointer.
func (xself Xtype) MarshalBinary() ([]byte, error) { return xself.AppendBinary(nil) }

// AppendBinary appends xself to b as one binary record.
func (xself *Xtype) AppendBinary(b []byte) ([]byte, error) {
	if xself == nil {
		return b, xnetNil("AppendBinary", "Xtype")
	}
	return xself.stored().append(b)
}

// UnmarshalBinary reads the binary record that data are, like ReadFrom; there may be no bytes behind it.
func (xself *Xtype) UnmarshalBinary(data []byte) error {
	if xself == nil {
		return xnetNil("UnmarshalBinary", "Xtype")
	}
	v := new(Xtype)
	if err := v.stored().decode(data); err != nil {
		return err
	}
	*xself = *v
	return nil
}

// MarshalJSON returns xself as JSON for people: every number by its field, finite ones exactly, others as "NaN", "+Inf" and "-Inf".
// The receiver is a value, so that package json finds the method also where a value is not behind a pointer.
func (xself Xtype) MarshalJSON() ([]byte, error) { return xself.stored().toJSON() }

// UnmarshalJSON reads what MarshalJSON writes. Fields may be in any order, and all must be there; an error says which one is wrong,
// and xself is then as it was. Unlike others it takes null for an error.
func (xself *Xtype) UnmarshalJSON(data []byte) error {
	if xself == nil {
		return xnetNil("UnmarshalJSON", "Xtype")
	}
	v := new(Xtype)
	if err := v.stored().fromJSON(data); err != nil {
		return err
	}
	*xself = *v
	return nil
}
