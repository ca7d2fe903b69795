package xor_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"testing"

	"github.com/backpropgen/backpropgen/generated/xor"
)

// sealed is data with the checksums of a record where a record has them, so that fuzzing gets past them.
func sealed(data []byte) []byte {
	data = bytes.Clone(data)
	table := crc32.MakeTable(crc32.Castagnoli)
	if len(data) >= 164 {
		binary.LittleEndian.PutUint32(data[156:], crc32.Checksum(data[:156], table))
		binary.LittleEndian.PutUint32(data[len(data)-4:], crc32.Checksum(data[:len(data)-4], table))
	}
	return data
}

// FuzzBinary reads hostile records: what is refused leaves the receiver as it was, what is taken is the bytes that it
// is saved as.
func FuzzBinary(f *testing.F) {
	opt := xor.NewXorAdam()
	net := start()
	train(net, opt, 0, 3)
	for _, v := range []interface{ MarshalBinary() ([]byte, error) }{net, opt, xor.NewXorSGD()} {
		data, err := v.MarshalBinary()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
		f.Add(append(data, data...))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, data := range [][]byte{raw, sealed(raw)} {
			p, o := *net, *opt
			if err := p.UnmarshalBinary(data); err != nil && p != *net {
				t.Errorf("%v, and the parameters have changed", err)
			} else if again, _ := p.MarshalBinary(); err == nil && !bytes.Equal(again, named(data)) {
				t.Errorf("read from %x, written as %x", data, again)
			}
			r := bytes.NewReader(data)
			if n, err := o.ReadFrom(r); err != nil && o != *opt {
				t.Errorf("%v, and the optimizer has changed", err)
			} else if n != int64(len(data)-r.Len()) {
				t.Errorf("%d bytes are read and %d said to be", len(data)-r.Len(), n)
			} else if again, _ := o.MarshalBinary(); err == nil && !bytes.Equal(again, named(data[:n])) {
				t.Errorf("read from %x, written as %x", data[:n], again)
			}
		}
	})
}

// named is a record as this network writes it: the name in it is any.
func named(data []byte) []byte {
	data = bytes.Clone(data)
	clear(data[32:96])
	copy(data[32:], "Xor")
	return sealed(data)
}

// FuzzJSON reads hostile text: what is refused leaves the receiver as it was, what is taken is saved and taken again.
func FuzzJSON(f *testing.F) {
	opt := xor.NewXorAdam()
	net := start()
	train(net, opt, 0, 3)
	for _, v := range []interface{ MarshalJSON() ([]byte, error) }{net, opt, xor.NewXorSGD()} {
		data, err := v.MarshalJSON()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, o := *net, *opt
		if err := p.UnmarshalJSON(data); err != nil && p != *net {
			t.Errorf("%v, and the parameters have changed", err)
		} else if err == nil {
			text, _ := p.MarshalJSON()
			var again xor.Xor
			if err := again.UnmarshalJSON(text); err != nil {
				t.Errorf("%v: %s", err, text)
			}
			if second, _ := again.MarshalJSON(); !bytes.Equal(text, second) {
				t.Errorf("%s, saved again %s", text, second)
			}
		}
		if err := o.UnmarshalJSON(data); err != nil && o != *opt {
			t.Errorf("%v, and the optimizer has changed", err)
		}
	})
}
