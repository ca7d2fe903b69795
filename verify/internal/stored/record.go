package stored

import (
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"

	"github.com/backpropgen/backpropgen/spec"
)

// The places of a record's header, see the comment of the emitted file.
const (
	recordVersion = 8
	recordNumber  = 12
	recordKind    = 16
	recordName    = 32
	recordSizes   = 96
	recordDigest  = 112
	recordUpdates = 144
	recordCount   = 152
	recordCRC     = 156
	recordHeader  = 160
)

// recordMagic is what a record begins with.
const recordMagic = "\x89bpg\r\n\x1a\n"

var recordTable = crc32.MakeTable(crc32.Castagnoli)

// record is the value as its format says.
func record(n spec.Network, kind string, v numbers) []byte {
	b := make([]byte, recordHeader, recordHeader+v.layout.len()*8+4)
	copy(b, recordMagic)
	binary.LittleEndian.PutUint32(b[recordVersion:], 1)
	copy(b[recordNumber:], "<f4")
	if v.layout.number.Size() == 8 {
		copy(b[recordNumber:], "<f8")
	}
	copy(b[recordKind:recordName], kind)
	copy(b[recordName:recordSizes], n.Name)
	for i, size := range []int{n.Width(0), n.Width(n.Depth()), n.Depth(), n.Params()} {
		binary.LittleEndian.PutUint32(b[recordSizes+4*i:], uint32(size))
	}
	digest := n.TrainingDigest()
	if kind == parametersKind {
		digest = n.FunctionDigest()
	}
	sum, _ := hex.DecodeString(digest) // which is hexadecimal
	copy(b[recordDigest:], sum)
	if t := v.t(); t != nil {
		binary.LittleEndian.PutUint64(b[recordUpdates:], *t)
	}
	binary.LittleEndian.PutUint32(b[recordCount:], uint32(v.layout.len()))
	for i := range v.layout.len() {
		if v.layout.number.Size() == 8 {
			b = binary.LittleEndian.AppendUint64(b, v.bits(i))
		} else {
			b = binary.LittleEndian.AppendUint32(b, uint32(v.bits(i)))
		}
	}
	return seal(append(b, 0, 0, 0, 0))
}

// seal sets both checksums of a record.
func seal(b []byte) []byte {
	binary.LittleEndian.PutUint32(b[recordCRC:], crc32.Checksum(b[:recordCRC], recordTable))
	end := len(b) - 4
	binary.LittleEndian.PutUint32(b[end:], crc32.Checksum(b[:end], recordTable))
	return b
}
