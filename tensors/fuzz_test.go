package tensors_test

import (
	"archive/zip"
	"bytes"
	"os"
	"runtime"
	"testing"

	"github.com/backpropgen/backpropgen/tensors"
)

// Any bytes are an error or a file, which then is written and read again as the same. What reading allocates is at most
// a multiple of the size: for safetensors the names and shapes, of which a byte may take some; for npz besides what may
// be unpacked.
func fuzz(f *testing.F, format format, times, floor uint64) {
	f.Fuzz(func(t *testing.T, data []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		file, err := format.decode(data)
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > times*uint64(len(data))+floor {
			t.Errorf("%d bytes allocated for a file of %d", took, len(data))
		}
		if err != nil {
			return
		}
		again, err := format.decode(format.encode(t, file))
		if err != nil {
			t.Fatalf("%v: %v", file, err)
		}
		same(t, again, file)
		for _, tensor := range file.Tensors {
			if _, err := tensor.Len(); err != nil {
				t.Error(err)
			}
		}
	})
}

func FuzzReadSafetensors(f *testing.F) {
	f.Add(safetensors.encode(f, &tensors.File{}))
	f.Add(safetensors.encode(f, sample(safetensors)))
	f.Add(headed(`{"W1":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b1":{"dtype":"BF16","shape":[0],"data_offsets":[8,8]}}`, 8))
	f.Add(headed(`{"W1":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}`, 0))
	fuzz(f, safetensors, 100, 1<<20)
}

func FuzzReadNPZ(f *testing.F) {
	f.Add(npz.encode(f, &tensors.File{}))
	f.Add(npz.encode(f, sample(npz)))
	f.Add(zipped(f, zip.Store, "W1.npy", npy(plain, 0, 0, 128, 63)))
	f.Add(zipped(f, zip.Deflate, "W1.npy",
		npy("{'descr': '>f8', 'fortran_order': True, 'shape': (2, 1), }", bytes.Repeat([]byte{64}, 16)...)))
	for _, name := range []string{"numpy.npz", "compressed.npz"} {
		data, err := os.ReadFile("testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	fuzz(f, npz, 300, 8<<20)
}
