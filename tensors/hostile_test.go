package tensors_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"runtime"
	"strings"
	"testing"
)

// TestHostileSizes: files of a few bytes that claim gigabytes take no memory for what they claim.
func TestHostileSizes(t *testing.T) {
	claimed := binary.LittleEndian.AppendUint64(nil, 1<<31)
	shape := func(shape string) string {
		return "{'descr': '<f8', 'fortran_order': True, 'shape': (" + shape + "), }"
	}
	directory := zipped(t, zip.Store, "W1.npy", npy(plain, 0, 0, 128, 63))
	// The directory says that the entry has 4 GB.
	binary.LittleEndian.PutUint32(directory[bytes.Index(directory, []byte("PK\x01\x02"))+24:], 1<<32-2)
	for _, c := range []struct {
		name   string
		format format
		data   []byte
	}{
		{"a header of 2 GB", safetensors, append(claimed, make([]byte, 100)...)},
		{"a tensor of 4 GB", safetensors,
			headed(`{"W1":{"dtype":"F64","shape":[536870912],"data_offsets":[0,4294967296]}}`, 8)},
		{"offsets of 2^64-1", safetensors,
			headed(`{"W1":{"dtype":"U8","shape":[8],"data_offsets":[18446744073709551607,18446744073709551615]}}`, 8)},
		{"an array of 8 GB", npz, zipped(t, zip.Store, "W1.npy", npy(shape("1073741824,"), 1, 2, 3))},
		{"an array of 8 GB, compressed", npz, zipped(t, zip.Deflate, "W1.npy", npy(shape("32768, 32768"), 1, 2, 3))},
		{"a directory that says 4 GB", npz, directory},
		{"a long shape", npz, zipped(t, zip.Deflate, "W1.npy", npy(shape(strings.Repeat("1, ", 20000))))},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f, err := c.format.decode(c.data)
		runtime.ReadMemStats(&after)
		if err == nil {
			t.Errorf("%s: %v, no error", c.name, f)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > 1<<20 {
			t.Errorf("%s: %d bytes allocated for a file of %d", c.name, took, len(c.data))
		}
	}
}
